"""Corrections that operators made: an editor takes them into the draft, or says why not."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from attrs import frozen
from starlette.responses import Response

from ivr.editing.correcting import Waiting, decided
from ivr.kernel.errors import HotlineError
from ivr.people.permissions import Permission
from ivr.tables.corrections import Correction, CorrectionId
from ivr.web.answers import form_words, status_of
from ivr.web.editing import look, revision_of, revision_sent
from ivr.web.numbers import number_of
from ivr.web.page import Page
from ivr.web.verdicts import where_to
from ivr.web.visit import Visit
from routing.decide import Router
from routing.errors import RoutingError

EDIT: Final = Permission.EDIT_TABLE
HERE: Final = "/corrections"
SHOWN: Final = 50  # on one page; the rest moves up as these are settled
USUAL: Final = "采纳话务员的更正"


@frozen
class Judged:
    """One that waits; `now` is where its sentence would lead today, None while that is unknown."""

    waiting: Waiting
    now: str | None

    @property
    def correction(self) -> Correction:
        return self.waiting.correction

    @property
    def right_now(self) -> bool:
        """Whether the table in force decides so already."""
        return self.now == self.correction.target


async def all_corrections(visit: Visit) -> Response:
    return await _page(visit)


async def settle(visit: Visit) -> Response:
    deed, why = visit.sent("deed", 20), visit.sent("why", 200)
    chosen = _ids(visit, "every" if deed == "all" else "chosen")
    correcting = visit.parts.correcting
    try:
        if deed == "dismiss":
            await correcting.dismiss(visit.me, chosen, why)
            return visit.go(HERE, "dismissed")
        await correcting.take(visit.me, revision_sent(visit), chosen, why or USUAL)
    except (HotlineError, RoutingError) as problem:
        return await _page(visit, form_words(problem), status_of(problem))
    return visit.go(HERE, "taken")


async def judged(visit: Visit, beside: tuple[Waiting, ...]) -> list[Judged]:
    """By the router that calls go by; between two sentences calls have their turn."""
    router, found = visit.parts.router(), []
    for each in beside:
        found.append(Judged(each, now_of(router, each.correction.words)))
        await asyncio.sleep(0)
    return found


def now_of(router: Router | None, words: str) -> str | None:
    """Where these words lead, as examples write it; None while nothing is learned."""
    if router is None:
        return None
    decision = router.decide(words)
    return decided(decision.label, decision.line)


async def _page(visit: Visit, error: str = "", status: int = 200) -> Response:
    view, correcting = await look(visit), visit.parts.correcting
    every = await correcting.waiting(view)
    shown = await judged(visit, await correcting.beside(view, every[:SHOWN]))
    words: dict[str, Any] = {
        "here": HERE,
        "judged": shown,
        "more": max(0, len(every) - SHOWN),
        "where": {target: where_to(view, target) for target in _targets(shown)},
        "revision": revision_of(view),
        "chosen": set(_ids(visit, "chosen")),
        "why": visit.sent("why", 200),
        "has_draft": view.draft is not None,
        "error": error,
    }
    return visit.show("corrections.html", words, status=status)


def _targets(shown: list[Judged]) -> set[str]:
    named = {each.now or "" for each in shown}
    for each in shown:
        named |= {each.correction.target, each.correction.decided, *each.waiting.against}
    return named


def _ids(visit: Visit, field: str) -> list[CorrectionId]:
    """Each once; what is no number names none."""
    numbers = map(number_of, visit.sent_all(field))
    return [CorrectionId(number) for number in dict.fromkeys(numbers) if number is not None]


PAGES: Final = (
    Page(HERE, all_corrections, EDIT),
    Page(HERE, settle, EDIT, "POST"),
)
