"""Around every request: how much may come in, and what the browser is told not to allow."""

from __future__ import annotations

from typing import Final

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ivr.web.render import render
from routing.csv_files import MAX_UNPACKED

KB: Final = 1024
MB: Final = 1024 * KB
MOST_BODY: Final = 512 * KB  # bytes of a form; the longest has some hundred fields
MOST_IMPORT: Final = MAX_UNPACKED + MB  # bytes; our own table takes 16 MB as HSDS
TOO_LARGE: Final = 413
IMPORTS: Final = ("/exchange/import", "/api/v1/draft/import")

# No inline script or style anywhere: what somebody smuggles into a title can not run.
RULES: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self'",
    "connect-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)
POLICY: Final = "; ".join(RULES)
HEADERS: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
PRIVATE: Final = (b"cache-control", b"no-store")
FOREVER: Final = b"max-age=31536000, immutable"  # addresses of static files carry their hash
TLS_ONLY: Final = (b"strict-transport-security", b"max-age=31536000")


class TooLarge(Exception):
    """More came than may."""


class Limits:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = MOST_IMPORT if scope["path"] in IMPORTS else MOST_BODY
        outgoing = _Outgoing(scope, send)
        if _announced(scope) > most:
            await _refusal(scope, most)(scope, receive, outgoing)
            return
        try:
            await self._app(scope, _Incoming(receive, most), outgoing)
        except TooLarge:
            if not outgoing.started:
                await _refusal(scope, most)(scope, receive, outgoing)


class _Incoming:
    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise TooLarge
        return message


class _Outgoing:
    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            message["headers"] = [*message["headers"], *self._more(message)]
        await self._send(message)

    def _more(self, message: Message) -> list[tuple[bytes, bytes]]:
        more = list(HEADERS)
        if not any(name == b"cache-control" for name, _ in message["headers"]):
            kept = self._scope["path"].startswith("/static/") and message["status"] == 200
            more.append((b"cache-control", FOREVER) if kept else PRIVATE)
        if self._scope["scheme"] == "https":
            more.append(TLS_ONLY)
        return more


def _announced(scope: Scope) -> int:
    given = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(given) if given.isdigit() else 0


def _refusal(scope: Scope, most: int) -> Response:
    size = f"{most // MB}MB" if most >= MB else f"{most // KB}KB"
    words = f"送来的内容太大，最多{size}，什么也没有保存。请减少内容，或者分几次做。"
    if scope["path"].startswith("/api/"):
        return JSONResponse({"error": "too-large", "message": words}, TOO_LARGE)
    html = render("refusal.html", {"words": words, "status": TOO_LARGE})
    return HTMLResponse(html, TOO_LARGE)
