"""What machines ask the service over HTTP: is it well, and what has it counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ivr.kernel.metrics import Meter

Health = Callable[[], Awaitable[Mapping[str, bool]]]
"""Each real part by name, and whether it works now."""


def health_routes(meter: Meter, health: Health) -> list[Route]:
    """`/healthz` answers 503 when a part that calls need is away."""

    async def healthz(_: Request) -> Response:
        parts = dict(await health())
        well = all(parts.values())
        return JSONResponse({"well": well, "parts": parts}, status_code=200 if well else 503)

    async def metrics(_: Request) -> Response:
        return Response(meter.exposition(), media_type="text/plain; version=0.0.4")

    return [Route("/healthz", healthz), Route("/metrics", metrics)]
