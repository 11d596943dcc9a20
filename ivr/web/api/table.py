"""Operations on the table: looking, editing a draft, publishing, going back."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final

from starlette.responses import Response

from ivr.editing.search import search
from ivr.kernel.clock import CHINA
from ivr.people.permissions import Permission
from ivr.tables.errors import NoDraft, NoSuchRow
from ivr.tables.exchanging import MEDIA_TYPES, FileKind
from ivr.tables.trying import NotTried
from ivr.tables.values import Draft, ProposalId, Revision, RowEdit
from ivr.web.answers import NoSuchPage
from ivr.web.api.bodies import (
    Because,
    Change,
    Checks,
    DecisionFacts,
    DraftFacts,
    Edit,
    Edits,
    LineFacts,
    Perhaps,
    ProposalFacts,
    Rebase,
    RehearsalFacts,
    Sentence,
    SheetRows,
    Submission,
    VersionFacts,
)
from ivr.web.api.facts import (
    change_facts,
    check_facts,
    decision_facts,
    draft_facts,
    proposal_facts,
    rehearsal_facts,
    version_facts,
)
from ivr.web.api.operation import Asked, Operation
from ivr.web.pages.proposals import proposal_id
from ivr.web.pages.sheets import PERSONAL
from ivr.web.pages.versions import version_number
from routing.forms import form

EDIT: Final = Permission.EDIT_TABLE
PUBLISH: Final = Permission.PUBLISH_TABLE


async def lines(asked: Asked) -> list[LineFacts]:
    view = await asked.parts.tables.view(asked.visit.me)
    found = await asyncio.to_thread(search, view.sheets, asked.asked("q", 40))
    return [
        LineFacts(
            code=each.line["code"],
            title=each.line["title"],
            number=each.line["number"],
            service_hours=each.line["service_hours"],
            unit=each.unit["code"],
            unit_name=each.unit["name"],
        )
        for each in found
    ]


async def sheet(asked: Asked) -> SheetRows:
    wanted = form(asked.named("sheet"))
    view = await asked.parts.tables.view(asked.visit.me)
    if wanted.name in PERSONAL and not asked.visit.may(Permission.SEE_CONTACTS):
        raise NoSuchPage
    return SheetRows(
        name=wanted.name,
        title=wanted.title,
        columns={column.name: column.title for column in wanted.columns},
        key=list(wanted.key),
        rows=[wanted.row(cells) for cells in view.sheets.sheet(wanted.name).rows],
    )


async def decide(asked: Asked) -> DecisionFacts:
    view, wanted = await asked.parts.tables.view(asked.visit.me), asked.body
    if wanted.draft:
        tried = await asked.parts.tables.try_on(await _draft(asked), wanted.text, wanted.area)
        return decision_facts(view, wanted.text, tried.decision)
    router = asked.parts.router()
    if router is None:
        raise NotTried("在用的派单目录还在学习，约一分钟后再试")
    return decision_facts(view, wanted.text, router.decide(wanted.text, wanted.area or None))


async def draft(asked: Asked) -> DraftFacts:
    return draft_facts(await _draft(asked))


async def open_draft(asked: Asked) -> DraftFacts:
    return draft_facts(await asked.parts.tables.open(asked.visit.me, asked.body.why))


async def discard(asked: Asked) -> None:
    await asked.parts.tables.discard(asked.visit.me, asked.asked("why"))


async def edit(asked: Asked) -> DraftFacts:
    wanted = asked.body
    edits = [_row_edit(each) for each in wanted.edits]
    revision = Revision(wanted.revision)
    return draft_facts(await asked.parts.tables.edit(asked.visit.me, revision, edits, wanted.why))


async def take_in(asked: Asked) -> DraftFacts:
    tables, me = asked.parts.tables, asked.visit.me
    sheets = await tables.read_file(me, asked.asked("name") or "?", asked.body)
    return draft_facts(await tables.take_in(me, sheets, asked.asked("why")))


async def changes(asked: Asked) -> list[Change]:
    found = await asked.parts.tables.changes(asked.visit.me, await _draft(asked))
    return [change_facts(each) for each in found]


async def check(asked: Asked) -> Checks:
    return check_facts(await asked.parts.tables.check((await _draft(asked)).sheets))


async def rehearse(asked: Asked) -> RehearsalFacts:
    asked.parts.rehearsals.start(await _draft(asked))
    return await rehearsal(asked)


async def rehearsal(asked: Asked) -> RehearsalFacts:
    state = asked.parts.rehearsals.of(await _draft(asked))
    return rehearsal_facts(await asked.parts.tables.view(asked.visit.me), state)


async def rebase(asked: Asked) -> DraftFacts:
    wanted = asked.body
    mine = None
    if wanted.mine is not None:
        mine = {(place.sheet, tuple(place.key)) for place in wanted.mine}
    rebased = await asked.parts.tables.rebase(asked.visit.me, wanted.why, mine)
    return draft_facts(rebased)


async def submit(asked: Asked) -> ProposalFacts:
    wanted = asked.body
    proposal = await asked.parts.tables.submit(
        asked.visit.me,
        Revision(wanted.revision),
        wanted.why,
        _aware(wanted.at),
        voiceless=wanted.voiceless,
    )
    return proposal_facts(proposal)


async def proposals(asked: Asked) -> list[ProposalFacts]:
    return [proposal_facts(each) for each in await asked.parts.tables.proposals()]


async def proposal(asked: Asked) -> ProposalFacts:
    return proposal_facts((await asked.parts.tables.proposal(asked.visit.me, _id(asked)))[0])


async def proposed(asked: Asked) -> list[Change]:
    _, found = await asked.parts.tables.proposal(asked.visit.me, _id(asked))
    return [change_facts(each) for each in found]


async def approve(asked: Asked) -> ProposalFacts:
    tables = asked.parts.tables
    return proposal_facts(await tables.approve(asked.visit.me, _id(asked), asked.body.why))


async def refuse(asked: Asked) -> ProposalFacts:
    tables = asked.parts.tables
    return proposal_facts(await tables.refuse(asked.visit.me, _id(asked), asked.body.why))


async def withdraw(asked: Asked) -> ProposalFacts:
    tables = asked.parts.tables
    return proposal_facts(await tables.withdraw(asked.visit.me, _id(asked), asked.body.why))


async def versions(asked: Asked) -> list[VersionFacts]:
    return [version_facts(each) for each in await asked.parts.tables.history()]


async def between(asked: Asked) -> list[Change]:
    old, new = version_number(asked.named("old")), version_number(asked.named("number"))
    return [
        change_facts(each) for each in await asked.parts.tables.between(asked.visit.me, old, new)
    ]


async def rollback(asked: Asked) -> VersionFacts:
    number = version_number(asked.named("number"))
    return version_facts(await asked.parts.tables.rollback(asked.visit.me, number, asked.body.why))


async def export(asked: Asked) -> Response:
    kind = next((each for each in FileKind if each.value == asked.named("kind")), None)
    if kind is None:
        raise NoSuchPage
    tables, me = asked.parts.tables, asked.visit.me
    sheets = await tables.sheets(version_number(asked.named("number")))
    return Response(await tables.export(me, sheets, kind), media_type=MEDIA_TYPES[kind])


async def _draft(asked: Asked) -> Draft:
    found = await asked.parts.tables.draft(asked.visit.me)
    if found is None:
        raise NoDraft(asked.visit.me.name)
    return found


def _row_edit(wanted: Edit) -> RowEdit:
    sheet = form(wanted.sheet)
    if wanted.key is None and wanted.row is None:
        raise NoSuchRow(sheet.title, ())
    key = None if wanted.key is None else tuple(wanted.key)
    return RowEdit(sheet.name, key, None if wanted.row is None else sheet.cells(wanted.row))


def _aware(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=CHINA) if at is not None and at.tzinfo is None else at


def _id(asked: Asked) -> ProposalId:
    return proposal_id(asked.named("id"))


DRAFT: Final = (
    Operation("GET", "/draft", "我的草稿", draft, None, DraftFacts, EDIT),
    Operation("POST", "/draft", "建立草稿", open_draft, Because, DraftFacts, EDIT),
    Operation("DELETE", "/draft", "放弃草稿", discard, needs=EDIT, query={"why": "原因"}),
    Operation("POST", "/draft/edits", "修改草稿的行，全部或都不", edit, Edits, DraftFacts, EDIT),
    Operation(
        "POST",
        "/draft/import",
        "导入一个文件，全部或都不",
        take_in,
        bytes,
        DraftFacts,
        EDIT,
        query={"name": "文件名", "why": "原因"},
    ),
    Operation("GET", "/draft/changes", "草稿改了什么", changes, None, list[Change], EDIT),
    Operation("GET", "/draft/check", "能不能发布", check, None, Checks, EDIT),
    Operation("POST", "/draft/rehearsal", "开始试演", rehearse, None, RehearsalFacts, EDIT),
    Operation("GET", "/draft/rehearsal", "试演的结果", rehearsal, None, RehearsalFacts, EDIT),
    Operation("POST", "/draft/rebase", "合并到在用版本", rebase, Rebase, DraftFacts, EDIT),
    Operation("POST", "/draft/submit", "提交发布", submit, Submission, ProposalFacts, EDIT),
)
PROPOSALS: Final = (
    Operation("GET", "/proposals", "发布申请，新的在前", proposals, None, list[ProposalFacts]),
    Operation("GET", "/proposals/{id}", "一件申请", proposal, None, ProposalFacts),
    Operation("GET", "/proposals/{id}/changes", "申请改了什么", proposed, None, list[Change]),
    Operation("POST", "/proposals/{id}/approve", "批准", approve, Perhaps, ProposalFacts, PUBLISH),
    Operation("POST", "/proposals/{id}/refuse", "驳回", refuse, Because, ProposalFacts, PUBLISH),
    Operation("POST", "/proposals/{id}/withdraw", "撤回", withdraw, Perhaps, ProposalFacts),
)
VERSIONS: Final = (
    Operation("GET", "/versions", "发布过的版本，新的在前", versions, None, list[VersionFacts]),
    Operation("GET", "/versions/{number}/since/{old}", "两版的不同", between, None, list[Change]),
    Operation(
        "POST",
        "/versions/{number}/rollback",
        "恢复到这一版",
        rollback,
        Because,
        VersionFacts,
        PUBLISH,
    ),
    Operation(
        "GET",
        "/versions/{number}/export/{kind}",
        "导出：zip、xlsx 或 json",
        export,
        None,
        bytes,
        Permission.SEE_CONTACTS,
    ),
)
LOOKING: Final = (
    Operation(
        "GET", "/lines", "查热线", lines, None, list[LineFacts], query={"q": "汉字、拼音或号码"}
    ),
    Operation("GET", "/sheets/{sheet}", "一张表；有草稿时是草稿的", sheet, None, SheetRows),
    Operation("POST", "/decisions", "一句话会转到哪里", decide, Sentence, DecisionFacts),
)
OPERATIONS: Final = (*LOOKING, *DRAFT, *PROPOSALS, *VERSIONS)
