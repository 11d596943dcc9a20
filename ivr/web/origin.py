"""Changes are taken from forms and scripts of ours alone (CSRF)."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from ivr.kernel.errors import HotlineError
from ivr.people.sessions import same

HEADER: Final = "x-csrf-token"
FIELD: Final = "csrf"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OURS: Final = frozenset({"same-origin", "none"})  # none: typed or bookmarked


class ForeignRequest(HotlineError):
    """The request did not come from a page of ours, or the page has grown old."""

    id = "foreign-request"

    def __init__(self) -> None:
        super().__init__("这个页面已经过期，请返回刷新后再提交一次")


def check(request: Request, given: str, wanted: str) -> None:
    """Raises `ForeignRequest`. `given` is what came with the request, `wanted` the session's."""
    if not given or not same(given, wanted) or not is_from_here(request):
        raise ForeignRequest


def is_from_here(request: Request) -> bool:
    """What browsers say of where a request began; programs say nothing, the secret decides."""
    if request.headers.get("sec-fetch-site", "none") not in OURS:
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")
