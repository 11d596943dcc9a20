"""Words that officers read of a ticket: the same on pages and in commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ivr.tickets.model import Channel, TicketState

TICKET_STATES: Final[Mapping[TicketState, str]] = {
    TicketState.WAITING: "待派单",
    TicketState.DISPATCHED: "待签收",
    TicketState.HANDLING: "办理中",
    TicketState.REPLIED: "待回访",
    TicketState.CLOSED: "已办结",
}
CHANNELS: Final[Mapping[Channel, str]] = {
    Channel.CALL: "电话留言",
    Channel.FALLBACK: "电话留言（系统维护时由交换机录下）",
    Channel.CHAT: "网上文字",
}
