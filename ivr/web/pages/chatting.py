"""The public chat: the dialogue of a call for people who can not hear or speak.

Nobody signs in. A visitor is known by a cookie that was made here at random; the page works by
plain forms, and with script the answers appear without a new page.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import frozen
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ivr.calls.chat_rooms import ChatRoom, ChatRooms
from ivr.kernel.errors import HotlineError
from ivr.people.sessions import Token, csrf_of, new_token
from ivr.web.answers import status_of, words_of
from ivr.web.cookies import keep, token_of
from ivr.web.numbers import number_of
from ivr.web.origin import FIELD, ForeignRequest, check
from ivr.web.page import read_form
from ivr.web.pages.signing_in import address_of
from ivr.web.parts import WebParts
from ivr.web.render import render
from ivr.web.visit import plain

COOKIE: Final = "hotline_chat"
HERE: Final = "/chat"
LAST: Final = f"{HERE}#last"  # where the answer is, for those without script


def chat_routes(parts: WebParts) -> list[Route]:
    """None where the site has no chat."""
    if parts.chat is None:
        return []
    pages = Chatting(parts.chat, secure=parts.secure)
    return [
        Route(HERE, pages.show, methods=["GET"]),
        Route(HERE, pages.write, methods=["POST"]),
        Route(f"{HERE}/leave", pages.leave, methods=["POST"]),
        Route(f"{HERE}/new", pages.begin_anew, methods=["POST"]),
    ]


@frozen(kw_only=True)
class _Sent:
    """A form that came from our page."""

    request: Request
    token: Token
    form: FormData

    @property
    def line(self) -> str:
        """The option that was touched, else what was written."""
        given = self.form.get("key") or self.form.get("line") or ""
        return plain(given) if isinstance(given, str) else ""

    @property
    def written(self) -> str:
        """What stands in the box, to be given back when it was not taken."""
        given = self.form.get("line") or ""
        return plain(given) if isinstance(given, str) else ""

    @property
    def seen(self) -> int | None:
        """How many paragraphs the page already has, None where it does not say."""
        given = self.form.get("seen")
        return number_of(given) if isinstance(given, str) else None

    @property
    def by_script(self) -> bool:
        return self.request.headers.get("hx-request") == "true"


@frozen
class Chatting:
    """The pages."""

    rooms: ChatRooms
    secure: bool = False

    async def show(self, request: Request) -> Response:
        return self._page(request, token_of(request, COOKIE) or new_token())

    async def write(self, request: Request) -> Response:
        try:
            sent = await _sent(request)
        except ForeignRequest as why:
            return self._refused(request, why)
        try:
            await self.rooms.write(sent.token, sent.line, address_of(request), sent.seen)
        except HotlineError as why:
            return self._news(sent, why) if sent.by_script else self._refused(request, why, sent)
        return self._news(sent) if sent.by_script else RedirectResponse(LAST, 303)

    async def leave(self, request: Request) -> Response:
        try:
            sent = await _sent(request)
        except HotlineError as why:
            return self._refused(request, why)
        await self.rooms.leave(sent.token)
        return RedirectResponse(LAST, 303)

    async def begin_anew(self, request: Request) -> Response:
        """Forget what was said; the next visitor of this telephone is somebody else."""
        try:
            sent = await _sent(request)
        except HotlineError as why:
            return self._refused(request, why)
        self.rooms.forget(sent.token)
        token = new_token()
        if sent.written:
            return self._page(request, token, line=sent.written)
        answer = RedirectResponse(HERE, 303)
        keep(request, answer, token, secure=self.secure, cookie=COOKIE)
        return answer

    def _page(
        self, request: Request, token: Token, why: HotlineError | None = None, line: str = ""
    ) -> Response:
        words = _words(token, self.rooms.find(token)) | _trouble(why) | {"line": line}
        answer = Response(
            render("chat.html", words), status_of(why) if why else 200, media_type="text/html"
        )
        keep(request, answer, token, secure=self.secure, cookie=COOKIE)
        return answer

    def _news(self, sent: _Sent, why: HotlineError | None = None) -> Response:
        """What was said since, for the log, and the form for the next line."""
        words = _words(sent.token, self.rooms.find(sent.token))
        words |= _trouble(why) | {"news": words["paragraphs"][sent.seen or 0 :]}
        words["line"] = sent.written if why else ""
        return Response(render("chat_news.html", words), media_type="text/html")

    def _refused(self, request: Request, why: HotlineError, sent: _Sent | None = None) -> Response:
        """The page again, with the reason and what was written; scripts fetch it anew."""
        if request.headers.get("hx-request") == "true":
            return Response(status_code=204, headers={"hx-redirect": HERE})
        token = token_of(request, COOKIE) or new_token()
        return self._page(request, token, why, sent.written if sent else "")


async def _sent(request: Request) -> _Sent:
    """Raises `ForeignRequest`."""
    form = await read_form(request)
    token = token_of(request, COOKIE)
    if token is None:
        raise ForeignRequest
    check(request, str(form.get(FIELD, "")), csrf_of(token))
    return _Sent(request=request, token=token, form=form)


def _trouble(why: HotlineError | None) -> dict[str, str]:
    return {"error": words_of(why) if why else ""}


def _words(token: Token, room: ChatRoom | None) -> dict[str, Any]:
    screen = room.call.screen if room else None
    return {
        "csrf": csrf_of(token),
        "begun": room is not None,
        "alive": room is None or room.call.alive,
        "paragraphs": screen.paragraphs if screen else (),
        "options": screen.options if screen else (),
    }
