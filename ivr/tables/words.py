"""Words that officers read for what becomes of a proposal: the same on pages and in commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ivr.tables.values import ProposalState

PROPOSAL_STATES: Final[Mapping[ProposalState, str]] = {
    ProposalState.WAITING: "待审批",
    ProposalState.SCHEDULED: "待发布",
    ProposalState.PUBLISHED: "已发布",
    ProposalState.REFUSED: "已驳回",
    ProposalState.WITHDRAWN: "已撤回",
    ProposalState.FAILED: "发布失败",
}
