"""Proposals to publish: looked at by a second person, approved, refused, withdrawn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.responses import Response

from ivr.kernel.errors import HotlineError
from ivr.kernel.people import Account
from ivr.people.permissions import Permission
from ivr.tables.values import Proposal, ProposalId, ProposalState
from ivr.tables.words import PROPOSAL_STATES
from ivr.web.answers import NoSuchPage, status_of, words_of
from ivr.web.numbers import number_of
from ivr.web.page import Page
from ivr.web.visit import Visit

Decide = Callable[[Account, ProposalId, str], Awaitable[Proposal]]


async def all_proposals(visit: Visit) -> Response:
    proposals = await visit.parts.tables.proposals()
    return visit.show("proposals.html", {"proposals": proposals, "states": PROPOSAL_STATES})


async def one_proposal(visit: Visit) -> Response:
    return await _page(visit)


async def approve(visit: Visit) -> Response:
    return await _decided(visit, visit.parts.tables.approve)


async def refuse(visit: Visit) -> Response:
    return await _decided(visit, visit.parts.tables.refuse)


async def withdraw(visit: Visit) -> Response:
    return await _decided(visit, visit.parts.tables.withdraw)


async def _decided(visit: Visit, decide: Decide) -> Response:
    """What became of it, or the page again with the reason why nothing did."""
    try:
        proposal = await decide(visit.me, _id(visit), visit.sent("why", 200))
    except HotlineError as problem:
        return await _page(visit, words_of(problem), status_of(problem))
    return visit.go(f"/proposals/{proposal.id}", proposal.state.value)


async def progress(visit: Visit) -> Response:
    """A script asks again and again while a proposal is made ready; then the page as it is now."""
    known = await visit.parts.tables.standing(_id(visit))
    if not _is_made_ready(visit, known):
        path = f"/proposals/{known.id}?done={known.state.value}"
        return Response(status_code=204, headers={"hx-redirect": path})
    words = {"proposal": known, "rendering": await visit.parts.tables.rendering()}
    return visit.show("proposal_progress.html", words)


def _is_made_ready(visit: Visit, proposal: Proposal) -> bool:
    """Whether it waits for nothing but words to be learned and clips to be rendered."""
    at = proposal.publish_at
    due = at is None or at <= visit.parts.clock.now()
    return proposal.state is ProposalState.SCHEDULED and due


async def _page(visit: Visit, error: str = "", status: int = 200) -> Response:
    proposal, changes = await visit.parts.tables.proposal(visit.me, _id(visit))
    mine = proposal.editor == visit.me.name
    publishes = visit.may(Permission.PUBLISH_TABLE)
    words = {
        "proposal": proposal,
        "changes": changes,
        "states": PROPOSAL_STATES,
        "decidable": await visit.parts.tables.decides_on(visit.me, proposal),
        "made_ready": _is_made_ready(visit, proposal),
        "rendering": await visit.parts.tables.rendering(),
        "withdrawable": proposal.is_open and (mine or publishes),
        "error": error,
    }
    return visit.show("proposal.html", words, status=status)


def _id(visit: Visit) -> ProposalId:
    return proposal_id(visit.named("id"))


def proposal_id(text: str) -> ProposalId:
    """A number of an address. Raises `NoSuchPage` for what is none."""
    number = number_of(text)
    if number is None:
        raise NoSuchPage
    return ProposalId(number)


PAGES: Final = (
    Page("/proposals", all_proposals),
    Page("/proposals/{id}", one_proposal),
    Page("/proposals/{id}/progress", progress),
    Page("/proposals/{id}/approve", approve, method="POST"),
    Page("/proposals/{id}/refuse", refuse, method="POST"),
    Page("/proposals/{id}/withdraw", withdraw, method="POST"),
)
