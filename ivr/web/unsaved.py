"""What somebody wrote while their session ended: shown once more, so that it is not lost."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ivr.web.origin import is_from_here
from ivr.web.render import render

ENDED: Final = 401
LONG: Final = 4  # characters; shorter is a choice of a list, or quickly written again
FORM: Final = "application/x-www-form-urlencoded"  # files stay where they are
PRIVATE: Final = "/me"  # passwords and codes are written there
OURS: Final = frozenset({"csrf", "revision", "key", "was", "seen", "seat"})  # nobody wrote these


def may_hold_words(request: Request) -> bool:
    """Whether to read the form of a stranger: one of our own pages, and no secrets in it."""
    path = request.url.path
    private = path == PRIVATE or path.startswith(f"{PRIVATE}/")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == FORM and not private and is_from_here(request)


def written(form: FormData) -> list[str]:
    """The texts worth keeping, in the order of the form."""
    sent = [text for name, text in form.multi_items() if name not in OURS]
    return [text for text in sent if isinstance(text, str) and len(text.strip()) >= LONG]


def given_back(texts: list[str]) -> Response:
    """A page with these texts and a way to sign in beside it."""
    return HTMLResponse(render("unsaved.html", {"texts": texts}), ENDED)
