"""From pages to routes: who is there, may they, did the form come from us, what went wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlencode

from attrs import frozen
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ivr.kernel.errors import HotlineError
from ivr.people.errors import NotSignedIn
from ivr.people.permissions import Permission, require
from ivr.people.sessions import Session, Stage
from ivr.web.answers import status_of, words_of
from ivr.web.cookies import token_of
from ivr.web.limits import MOST_IMPORT
from ivr.web.origin import FIELD, SAFE, check
from ivr.web.parts import WebParts
from ivr.web.render import render
from ivr.web.unsaved import given_back, may_hold_words, written
from ivr.web.visit import MOST_FIELDS, Handler, Visit
from routing.errors import RoutingError

OWN: Final = "/me"  # where a password that somebody else gave is changed; it is open before that


@frozen
class Page:
    """One address. `needs` None is for everybody who has signed in."""

    path: str
    handler: Handler
    needs: Permission | None = Permission.READ_TABLE
    method: str = "GET"


@frozen
class Pages:
    """Makes routes of pages."""

    parts: WebParts

    def route(self, page: Page) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                visit = await self._admit(request, page)
                return await page.handler(visit)
            except NotSignedIn:
                return self._welcome() if request.url.path == "/" else await _ended(request)
            except PasswordNotOwn as why:
                return RedirectResponse(OWN, 303) if request.method in SAFE else self._refuse(why)
            except (HotlineError, RoutingError) as why:
                return self._refuse(why)

        return Route(page.path, endpoint, methods=[page.method], name=_name_of(page.handler))

    def refusal(self, status: int, words: str) -> Response:
        """A page that says why there is none."""
        html = render("refusal.html", {"words": words, "status": status})
        return Response(html, status_code=status, media_type="text/html")

    def _welcome(self) -> Response:
        """For citizens, who need no account, and officers on their way to the login."""
        html = render("welcome.html", {"chat": self.parts.chat is not None})
        return Response(html, media_type="text/html")

    def _refuse(self, why: HotlineError | RoutingError) -> Response:
        return self.refusal(status_of(why), words_of(why))

    async def _admit(self, request: Request, page: Page) -> Visit:
        session = await who(request, self.parts)
        form = await read_form(request)
        if request.method not in SAFE:
            check(request, str(form.get(FIELD, "")), session.csrf)
        if session.account.must_change and not _is_own(request.url.path):
            raise PasswordNotOwn
        if page.needs is not None:
            require(session.account, page.needs)
        return Visit(request, self.parts, session, form)


class PasswordNotOwn(HotlineError):
    """The password was given by somebody else."""

    id = "not-allowed"

    def __init__(self) -> None:
        super().__init__("请先修改管理员给的临时口令，再继续使用")


async def who(request: Request, parts: WebParts) -> Session:
    """Raises `NotSignedIn`, also for somebody whose code is still to come."""
    token = token_of(request)
    session = None if token is None else await parts.sign_in.whose(token)
    if session is None or session.stage is not Stage.FULL:
        raise NotSignedIn
    return session


async def read_form(request: Request) -> FormData:
    """What was sent with the request, bounded; empty when nothing was."""
    if request.method in SAFE:
        return FormData()
    try:
        return await request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=MOST_IMPORT)
    except HTTPException:  # no form at all; without its secret it is refused by that
        return FormData()


def _is_own(path: str) -> bool:
    return path == OWN or path.startswith(f"{OWN}/")  # and not /menu


async def _ended(request: Request) -> Response:
    """To the login; but what was written into a form is not lost on the way."""
    if request.method not in SAFE and may_hold_words(request):
        texts = written(await read_form(request))
        if texts:
            return given_back(texts)
    return _to_login(request)


def _to_login(request: Request) -> Response:
    asked = request.url.path
    if request.method in SAFE and request.url.query:
        asked = f"{asked}?{request.url.query}"
    query = urlencode({"next": asked}) if request.method in SAFE and asked != "/" else ""
    return RedirectResponse(f"/login?{query}" if query else "/login", status_code=303)


def _name_of(handler: Callable[..., Awaitable[Response]]) -> str:
    return f"{handler.__module__.rpartition('.')[2]}.{handler.__name__}"
