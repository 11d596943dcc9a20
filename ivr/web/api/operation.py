"""One operation of the interface: declared once, for the route and for the document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec
from attrs import frozen
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ivr.kernel.errors import HotlineError
from ivr.people.errors import NotSignedIn
from ivr.people.permissions import Permission, require
from ivr.people.sessions import Session
from ivr.web.answers import status_of, words_of
from ivr.web.api.bodies import Problem
from ivr.web.origin import HEADER, SAFE, check
from ivr.web.page import PasswordNotOwn, who
from ivr.web.parts import WebParts
from ivr.web.visit import Visit, plain
from routing.errors import RoutingError

BASE: Final = "/api/v1"
JSON: Final = "application/json"
BYTES: Final = "application/octet-stream"
NUL: Final = rb"\u0000"  # in a JSON text; databases refuse it


class BadRequest(HotlineError):
    """What was sent is no request of this kind."""

    id = "bad-request"


class WrongType(HotlineError):
    """A body of another type than the operation takes; browsers send those across sites."""

    id = "wrong-type"

    def __init__(self, wanted: str) -> None:
        super().__init__(f"content-type 应为 {wanted}")


@frozen
class Asked:
    """What an operation gets. `session` is that of somebody who has signed in."""

    request: Request
    parts: WebParts
    session: Session | None
    body: Any

    @property
    def visit(self) -> Visit:
        """The same for what pages and programs share. Raises `NotSignedIn`."""
        if self.session is None:
            raise NotSignedIn
        return Visit(self.request, self.parts, self.session, FormData())

    def named(self, name: str) -> str:
        return plain(str(self.request.path_params[name]))

    def asked(self, name: str, most: int = 200) -> str:
        return plain(self.request.query_params.get(name, "")[:most])


Handler = Callable[[Asked], Awaitable[Any]]


@frozen
class Operation:
    """`takes` and `gives` are types; bytes stand for a file, None for nothing.

    `query` names what may stand in the address, with what it means.
    """

    method: str
    path: str
    summary: str
    handler: Handler
    takes: Any = None
    gives: Any = None
    needs: Permission | None = Permission.READ_TABLE
    open: bool = False  # for those who have not signed in
    query: Mapping[str, str] = {}

    def route(self, parts: WebParts) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                return self._answer(await self.handler(await self._admit(request, parts)))
            except (HotlineError, RoutingError) as why:
                return problem(why)

        return Route(BASE + self.path, endpoint, methods=[self.method])

    async def _admit(self, request: Request, parts: WebParts) -> Asked:
        session = None if self.open else await who(request, parts)
        if session is not None:
            if request.method not in SAFE:
                check(request, request.headers.get(HEADER, ""), session.csrf)
            if session.account.must_change:
                raise PasswordNotOwn
            if self.needs is not None:
                require(session.account, self.needs)
        return Asked(request, parts, session, await self._body(request))

    async def _body(self, request: Request) -> Any:
        if self.takes is None:
            return None
        wanted = BYTES if self.takes is bytes else JSON
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != wanted:
            raise WrongType(wanted)
        data = await request.body()
        if self.takes is bytes:
            return data
        if NUL in data:
            raise BadRequest("内容不对：文字里不能有空字符")
        try:
            return msgspec.json.decode(data, type=self.takes)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as why:
            raise BadRequest(f"内容不对：{why}") from why

    def _answer(self, found: Any) -> Response:
        if isinstance(found, Response):
            return found
        if self.gives is None:
            return Response(status_code=204)
        return Response(msgspec.json.encode(found), media_type=JSON)


def problem(why: HotlineError | RoutingError) -> Response:
    body = msgspec.json.encode(Problem(why.id, words_of(why)))
    return Response(body, status_code=status_of(why), media_type=JSON)
