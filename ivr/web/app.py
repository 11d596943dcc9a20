"""Everything the service answers over HTTP, in one application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from ivr.kernel.log import logger
from ivr.kernel.metrics import Meter
from ivr.web.api.document import api_routes
from ivr.web.health import Health, health_routes
from ivr.web.limits import Limits
from ivr.web.page import Page, Pages
from ivr.web.pages import (
    accounts,
    audit,
    correcting,
    corrections,
    desk,
    directory,
    directory_edit,
    draft,
    exchange,
    home,
    listening,
    menu,
    own_account,
    proposals,
    sheets,
    tickets,
    trying,
    versions,
    words,
)
from ivr.web.pages.chatting import chat_routes
from ivr.web.pages.signing_in import SigningIn
from ivr.web.parts import WebParts
from ivr.web.render import STATIC

PAGES: Final[tuple[Page, ...]] = (
    *home.PAGES,
    *directory.PAGES,
    *tickets.PAGES,
    *desk.PAGES,
    *correcting.PAGES,
    *corrections.PAGES,
    *directory_edit.PAGES,
    *listening.PAGES,
    *menu.PAGES,
    *trying.PAGES,
    *words.PAGES,
    *sheets.PAGES,
    *draft.PAGES,
    *proposals.PAGES,
    *versions.PAGES,
    *exchange.PAGES,
    *own_account.PAGES,
    *accounts.PAGES,
    *audit.PAGES,
)
WRONG: Final = {
    400: "请求不完整，请返回重试。",
    404: "没有这个页面。",
    405: "这个地址不接受这样的操作。",
}


Answering = Callable[[Request, Exception], Awaitable[Response]]


def web_app(meter: Meter, health: Health, parts: WebParts | None = None) -> Starlette:
    """Health and metrics; with `parts` the pages and the interface for programs as well."""
    routes: list[BaseRoute] = [*health_routes(meter, health)]
    if parts is None:
        return Starlette(routes=routes, middleware=[Middleware(Limits)])
    pages = Pages(parts)
    routes += SigningIn(parts).routes()
    routes += chat_routes(parts)
    routes += [pages.route(page) for page in PAGES]
    routes += api_routes(parts)
    routes.append(Mount("/static", StaticFiles(directory=STATIC)))
    return Starlette(
        routes=routes,
        middleware=[Middleware(Limits)],
        exception_handlers={HTTPException: _wrong(pages), Exception: _broken(pages, meter)},
    )


def _wrong(pages: Pages) -> Answering:
    async def answer(request: Request, why: Exception) -> Response:
        status = why.status_code if isinstance(why, HTTPException) else 400
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": "no-such-page", "message": WRONG[404]}, status)
        return pages.refusal(status, WRONG.get(status, WRONG[400]))

    return answer


def _broken(pages: Pages, meter: Meter) -> Answering:
    """A fault of ours: told in the log, and to the visitor without its inside."""

    async def answer(request: Request, why: Exception) -> Response:
        meter.fault("web")
        logger().error("page failed", path=request.url.path, why=repr(why))
        return pages.refusal(500, "页面出错了，来电不受影响。已经记入日志，请稍后再试。")

    return answer
