"""Cuts off whatever dials out past the dialplan, whoever asked for it.

The dialplan's allow-lists bind only what goes through the dialplan. A manager user who may
originate can name the trunk itself, and one who may add queue members can add the trunk as a
member. The switch reports every dialling before it rings, and this is where it is looked at.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Container
from typing import Final

from attrs import frozen

from ivr.desk.commands import Fields, Manager
from ivr.kernel.background import Background
from ivr.kernel.log import logger
from ivr.kernel.metrics import Meter
from ivr.telephony.dialling_rules import NationalForms
from ivr.telephony.manager import ActionRefused

DIALLING: Final = "DialBegin"
NOT_OURS: Final = "not-ours"  # the reason under which it is counted
_OPERATOR: Final = re.compile(r"(PJSIP/)?op[0-9]{3,6}")
_TRUNK: Final = re.compile(r"(?:PJSIP/)?([0-9]{3,12})@exchange")


@frozen
class TrunkGuard:
    """Hangs up a SIP call out that is neither to an operator nor to a number we may dial."""

    manager: Manager
    lines: Callable[[], Container[str]]
    forms: NationalForms
    meter: Meter
    background: Background

    def handle(self, event: Fields) -> None:
        """One DialBegin."""
        channel = event.get("DestChannel")
        if not channel.startswith("PJSIP/") or self._ours(event.get("DialString")):
            return
        self.meter.dialler_refused.labels(NOT_OURS).inc()
        logger().warning("alarm", part="trunk", why=NOT_OURS, cut=channel, by=event.get("Channel"))
        self.background.start(self._cut(channel))

    def _ours(self, dialled: str) -> bool:
        if _OPERATOR.fullmatch(dialled):
            return True
        out = _TRUNK.fullmatch(dialled)
        return out is not None and (out[1] in self.lines() or self.forms.fit(out[1]))

    async def _cut(self, channel: str) -> None:
        with contextlib.suppress(ActionRefused):  # gone already, or another node was faster
            await self.manager.action("Hangup", Channel=channel)
