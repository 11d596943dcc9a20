"""The ear that the settings ask for."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from ivr.app.node import Node
from ivr.telephony.ear import Ears


@contextlib.asynccontextmanager
async def ears_of(node: Node) -> AsyncIterator[Ears | None]:  # noqa: ARG001 - it has none so far
    """The ear of this node, ready to hear; None where there is none."""
    yield None
