"""A new version speaks every word from its first second on, and no version loses a word."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from ivr.app.voices import BATCH, FreshLibrary, SiteVoices
from ivr.kernel.ids import SoundId
from ivr.kernel.sound import Sound
from ivr.tables.errors import NotSpoken
from ivr.tables.values import Progress, ProposalState, RowEdit
from prompts import manifest
from prompts.sound_library import COMMITTED, Library
from tests.tables.conftest import HereWorkshop, office_on

pytest.importorskip("scipy", reason="the extra `voice` is not installed")

LINE = "H090"
TITLE = SoundId(f"line.{LINE}")


class Killed(BaseException):
    """The process dies."""


class DyingWorkshop(HereWorkshop):
    """Killed before the second batch of clips."""

    async def run(self, work, *args, **kwargs):
        if self.done.count("render_clips") == 1:
            raise Killed
        return await super().run(work, *args, **kwargs)


@pytest.fixture
def shelves(tmp_path):
    return (tmp_path / "prompts", tmp_path / "prompts-next")


@pytest.fixture
def voices(shelves):
    return SiteVoices(COMMITTED, shelves, HereWorkshop(), "espeak", seen=0)


@pytest.fixture
def open_office(database, clock, heard):
    return partial(office_on, database, clock, HereWorkshop(), heard)


@pytest.fixture
async def office(open_office, shipped, voices):
    made = open_office(voices=voices)
    await made.publishing.outright(shipped, "seed", "首次安装")
    assert voices.workshop.done == []  # what ships is spoken already
    return made


async def renamed(office, title):
    draft = await office.drafting.open("anna", "改名")
    sheet = draft.sheets.sheet("hotlines")
    row = list(next(row for row in sheet.rows if row[0] == LINE))
    row[[column.name for column in sheet.form.columns].index("title")] = title
    return await office.drafting.edit(draft.stamp, [RowEdit("hotlines", (LINE,), tuple(row))], "改")


async def propose(office, title, **more):
    draft = await renamed(office, title)
    return await office.publishing.submit(draft.stamp, "改名", **more)


def heard_now(shelves, title):
    return Library((COMMITTED, *shelves)).speaks(Sound(TITLE, title))


async def test_a_new_title_is_rendered_before_it_goes_live(office, voices, shelves):
    proposal = await propose(office, "自来水服务")
    assert proposal.state is ProposalState.SCHEDULED
    assert not heard_now(shelves, "自来水服务")
    (publication,) = await office.publishing.publish_due()
    assert publication.version == 2
    assert heard_now(shelves, "自来水服务")
    assert await voices.progress() == Progress(2, 2)  # the title, and who is responsible


async def test_the_next_title_leaves_the_one_in_force_as_it_is(office, voices, shelves, shipped):
    """Until the moment of publication callers hear the old words, from whichever folder."""
    for title in ("自来水服务", "供水服务", "水务服务"):
        live = (await office.archive.snapshot((await office.archive.in_force()).version)).table
        before = live.directory.line(LINE).spoken_title
        await propose(office, title)
        table = await office.publishing.proposed((await office.publishing.proposals())[0].id)
        await voices.speak(table, live)
        assert heard_now(shelves, before)
        assert heard_now(shelves, title)
        await office.publishing.publish_due()


async def test_a_clip_that_can_not_be_rendered_is_named_and_stops_the_publication(
    office, voices, monkeypatch
):
    monkeypatch.setattr("ivr.app.voices.render_clips", refuses)
    proposal = await propose(office, "自来水服务")
    assert await office.publishing.publish_due() == ()
    failed = await office.publishing.proposal(proposal.id)
    assert failed.state is ProposalState.FAILED
    assert "自来水服务" in failed.decision
    assert (await office.archive.in_force()).version == 1
    assert (await voices.progress()).unspoken[0].startswith("“自来水服务”")


async def test_an_administrator_may_publish_without_the_clip(office, monkeypatch):
    monkeypatch.setattr("ivr.app.voices.render_clips", refuses)
    await propose(office, "自来水服务", voiceless=True)
    (publication,) = await office.publishing.publish_due()
    assert publication.version == 2


async def test_a_folder_published_outright_is_spoken_or_refused(office, shipped, monkeypatch):
    draft = await renamed(office, "自来水服务")
    table = await asyncio.to_thread(table_of, draft)
    monkeypatch.setattr("ivr.app.voices.render_clips", refuses)
    with pytest.raises(NotSpoken, match="自来水服务"):
        await office.publishing.outright(table, "anna", "改名")
    done = await office.publishing.outright(table, "anna", "改名", voiceless=True)
    assert done.version == 2


async def test_rendering_that_was_killed_goes_on_where_it_was(
    open_office, office, shelves, voices, monkeypatch
):
    """Whoever is killed has published nothing, and what was rendered is not rendered again."""
    monkeypatch.setattr("ivr.app.voices.BATCH", 1)
    dying = SiteVoices(COMMITTED, shelves, DyingWorkshop(), "espeak", seen=0)
    doomed = open_office(voices=dying)
    await propose(doomed, "自来水服务")
    with pytest.raises(Killed):
        await doomed.publishing.publish_due()
    assert (await office.archive.in_force()).version == 1
    assert len(manifest.read(shelves[0])) == 1
    (publication,) = await office.publishing.publish_due()
    assert publication.version == 2
    assert voices.workshop.done == ["render_clips"]  # the one that was missing


async def test_clips_are_rendered_a_few_at_a_time(voices, shelves):
    """Progress moves, and a stop waits for a few clips at most."""
    assert 1 <= BATCH <= 20
    assert await voices.progress() is None


async def test_a_node_finds_new_clips_without_a_restart(voices, shelves, office):
    library = Library((COMMITTED, *shelves))
    fresh = FreshLibrary(library)
    await propose(office, "自来水服务")
    await office.publishing.publish_due()
    title = Sound(TITLE, "自来水服务")
    assert not library.speaks(title)
    await fresh.look()
    assert library.speaks(title)


def refuses(folder, sounds, engine):
    return tuple(f"“{sound.text}”（念不出来）" for sound in sounds)


def table_of(draft):
    from routing.sheets import from_sheets  # noqa: PLC0415

    return from_sheets(draft.sheets)
