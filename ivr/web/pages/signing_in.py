"""Signing in and out: the only pages for somebody who has not."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from attrs import frozen
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ivr.kernel.errors import HotlineError
from ivr.kernel.people import AccountName
from ivr.people.errors import NotSignedIn
from ivr.people.sessions import Opened, Stage, Token, csrf_of
from ivr.web.answers import status_of, words_of
from ivr.web.cookies import VISITOR, drop, keep, token_of, visitor_of
from ivr.web.origin import FIELD, check
from ivr.web.page import read_form, who
from ivr.web.parts import WebParts
from ivr.web.render import render
from ivr.web.visit import plain

MOST_NAME: Final = 64
MOST_PASSWORD: Final = 1_000
NOBODY: Final = Token("")
NOWHERE: Final = "0.0.0.0"  # a request over something that has no address


@frozen
class SigningIn:
    """The pages."""

    parts: WebParts

    def routes(self) -> list[Route]:
        return [
            Route("/login", self.ask, methods=["GET"]),
            Route("/login", self.take_password, methods=["POST"]),
            Route("/login/code", self.ask_code, methods=["GET"]),
            Route("/login/code", self.take_code, methods=["POST"]),
            Route("/logout", self.leave, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        return self._form(request, "login.html", {})

    async def take_password(self, request: Request) -> Response:
        form = await read_form(request)
        name = plain(str(form.get("name", ""))[:MOST_NAME])
        password = str(form.get("password", ""))[:MOST_PASSWORD]
        try:
            check(request, str(form.get(FIELD, "")), csrf_of(visitor_of(request)))
            opened = await self.parts.sign_in.with_password(
                AccountName(name), password=password, address=address_of(request)
            )
        except HotlineError as why:
            words = {"name": name, "next": local(str(form.get("next", "")))}
            return self._form(request, "login.html", words, why)
        return self._let_in(request, opened, str(form.get("next", "")))

    async def ask_code(self, request: Request) -> Response:
        return self._form(request, "code.html", {})

    async def take_code(self, request: Request) -> Response:
        form = await read_form(request)
        try:
            check(request, str(form.get(FIELD, "")), csrf_of(visitor_of(request)))
            opened = await self.parts.sign_in.with_code(
                token_of(request) or NOBODY,
                str(form.get("code", ""))[:20],
                address=address_of(request),
            )
        except NotSignedIn:
            return RedirectResponse("/login", 303)
        except HotlineError as why:
            words = {"next": local(str(form.get("next", "")))}
            return self._form(request, "code.html", words, why)
        return self._let_in(request, opened, str(form.get("next", "")))

    async def leave(self, request: Request) -> Response:
        answer = RedirectResponse("/login", 303)
        try:
            session = await who(request, self.parts)
            form = await read_form(request)
            check(request, str(form.get(FIELD, "")), session.csrf)
        except HotlineError:
            return answer
        token = token_of(request)
        if token is not None:
            await self.parts.sign_in.out(token)
        drop(answer)
        return answer

    def _let_in(self, request: Request, opened: Opened, wanted: str) -> Response:
        proved = opened.session.stage is Stage.FULL
        where = local(wanted)
        code = "/login/code" if where == "/" else f"/login/code?{urlencode({'next': where})}"
        answer = RedirectResponse(where if proved else code, 303)
        keep(request, answer, opened.token, secure=self.parts.secure)
        return answer

    def _form(
        self,
        request: Request,
        template: str,
        words: dict[str, Any],
        why: HotlineError | None = None,
    ) -> Response:
        visitor = visitor_of(request)
        known = {"csrf": csrf_of(visitor), "name": "", "error": words_of(why) if why else ""}
        known["next"] = local(request.query_params.get("next", ""))
        html = render(template, known | words)
        answer = Response(html, status_of(why) if why else 200, media_type="text/html")
        keep(request, answer, visitor, secure=self.parts.secure, cookie=VISITOR)
        return answer


def local(path: str) -> str:
    """A page of ours, whatever an address asks for."""
    plain = path.isprintable() and "\\" not in path and len(path) < 500
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"


def address_of(request: Request) -> str:
    return request.client.host if request.client else NOWHERE
