"""My own account: password, one-time codes."""

from __future__ import annotations

from typing import Any, Final

import segno
from starlette.responses import Response

from ivr.kernel.errors import HotlineError
from ivr.people.codes import address
from ivr.people.sessions import Token, digest_of
from ivr.web.answers import status_of, words_of
from ivr.web.cookies import token_of
from ivr.web.page import OWN, Page
from ivr.web.visit import Visit

NOBODY: Final = Token("")
MOST: Final = 1_000  # characters of a password; the rules allow fewer


async def show(visit: Visit) -> Response:
    return _page(visit)


async def change_password(visit: Visit) -> Response:
    new, again = str(visit.form.get("new", "")), str(visit.form.get("again", ""))
    if new != again:
        return _page(visit, {"password_error": "两次输入的新口令不一样"}, 422)
    mine = digest_of(token_of(visit.request) or NOBODY)
    old = str(visit.form.get("old", ""))[:MOST]
    try:
        await visit.parts.own.change_password(visit.me, mine, old=old, new=new[:MOST])
    except HotlineError as why:
        return _page(visit, {"password_error": words_of(why)}, status_of(why))
    return visit.go(OWN, "password")


async def offer_code(visit: Visit) -> Response:
    """A fresh secret, shown until a code of it comes back."""
    return _offered(visit, visit.parts.own.new_secret())


async def switch_code_on(visit: Visit) -> Response:
    secret = visit.sent("secret", 64)
    try:
        await visit.parts.own.switch_code_on(visit.me, secret, visit.sent("code", 20))
    except (HotlineError, ValueError) as why:
        words = words_of(why) if isinstance(why, HotlineError) else "密钥不对，请重新开始"
        return _offered(visit, secret if isinstance(why, HotlineError) else "", words)
    return visit.go(OWN, "code-on")


async def switch_code_off(visit: Visit) -> Response:
    try:
        password = str(visit.form.get("password", ""))[:MOST]
        await visit.parts.own.switch_code_off(visit.me, password=password)
    except HotlineError as why:
        return _page(visit, {"code_error": words_of(why)}, status_of(why))
    return visit.go(OWN, "code-off")


def _offered(visit: Visit, secret: str, error: str = "") -> Response:
    secret = secret or visit.parts.own.new_secret()
    code = segno.make(address(secret, visit.me.name), error="m")
    words = {"secret": secret, "picture": code.svg_data_uri(scale=5, dark="#000", light="#fff")}
    return visit.show("code_offer.html", words | {"error": error}, status=422 if error else 200)


def _page(visit: Visit, words: dict[str, Any] | None = None, status: int = 200) -> Response:
    known = {"password_error": "", "code_error": "", "session": visit.session}
    return visit.show("me.html", known | (words or {}), status=status)


PAGES: Final = (
    Page(OWN, show, None),
    Page(f"{OWN}/password", change_password, None, "POST"),
    Page(f"{OWN}/code", offer_code, None),
    Page(f"{OWN}/code", switch_code_on, None, "POST"),
    Page(f"{OWN}/code/off", switch_code_off, None, "POST"),
)
