"""Operations on corrections: operators make them, editors settle them."""

from __future__ import annotations

from typing import Final

import attrs

from ivr.calls.live import Understood
from ivr.editing.correcting import Told
from ivr.people.permissions import Permission
from ivr.tables.corrections import Correction, CorrectionId
from ivr.tables.values import Revision
from ivr.web.api.bodies import DraftFacts
from ivr.web.api.correction_bodies import (
    CallerFacts,
    CorrectionFacts,
    Dismissal,
    SaidFacts,
    Taking,
    Telling,
    WaitingFacts,
)
from ivr.web.api.facts import draft_facts
from ivr.web.api.operation import Asked, Operation
from ivr.web.pages.correcting import said_by
from ivr.web.pages.corrections import SHOWN, judged

TAKE: Final = Permission.TAKE_CALLS
EDIT: Final = Permission.EDIT_TABLE
FIELDS: Final = CorrectionFacts.__struct_fields__


async def callers(asked: Asked) -> list[CallerFacts]:
    me = asked.visit.me
    found = await asked.parts.desk.callers(me)
    done = await asked.parts.correcting.corrected(me, [each.call for each in found])
    return [
        CallerFacts(each.call, each.since, [_said(one) for one in each.said], each.call in done)
        for each in found
    ]


async def tell(asked: Asked) -> CorrectionFacts:
    told = asked.body
    caller, at = await said_by(asked.visit, told.call, str(told.at))
    made = await asked.parts.correcting.tell(
        asked.visit.me, caller.call, caller.said[at], Told(told.words, told.target)
    )
    return _facts(made)


async def waiting(asked: Asked) -> list[WaitingFacts]:
    view = await asked.parts.tables.view(asked.visit.me)
    correcting = asked.parts.correcting
    found = (await correcting.waiting(view))[:SHOWN]
    return [
        WaitingFacts(
            _facts(each.correction), each.now, list(each.waiting.against), each.waiting.known
        )
        for each in await judged(asked.visit, await correcting.beside(view, found))
    ]


async def take(asked: Asked) -> DraftFacts:
    wanted = asked.body
    taken = await asked.parts.correcting.take(
        asked.visit.me, Revision(wanted.revision), _ids(wanted), wanted.why
    )
    return draft_facts(taken)


async def dismiss(asked: Asked) -> None:
    wanted = asked.body
    await asked.parts.correcting.dismiss(asked.visit.me, _ids(wanted), wanted.why)


def _ids(wanted: Taking | Dismissal) -> list[CorrectionId]:
    return [CorrectionId(each) for each in dict.fromkeys(wanted.corrections)]


def _facts(correction: Correction) -> CorrectionFacts:
    known = attrs.asdict(correction, recurse=False) | {"state": correction.state.value}
    return CorrectionFacts(**{name: known[name] for name in FIELDS})


def _said(said: Understood) -> SaidFacts:
    return SaidFacts(
        said.text, said.confidence, said.label, list(map(str, said.lines)), list(said.because)
    )


OPERATIONS: Final = (
    Operation(
        "GET",
        "/desk/callers",
        "我的来电和机器听写，新的在前",
        callers,
        None,
        list[CallerFacts],
        TAKE,
    ),
    Operation("POST", "/corrections", "更正机器的判断", tell, Telling, CorrectionFacts, TAKE),
    Operation("GET", "/corrections", "更正待收，旧的在前", waiting, None, list[WaitingFacts], EDIT),
    Operation(
        "POST", "/corrections/take", "采纳到我的草稿，全部或都不", take, Taking, DraftFacts, EDIT
    ),
    Operation("POST", "/corrections/dismiss", "不采纳，全部或都不", dismiss, Dismissal, needs=EDIT),
)
