"""The table office, put together from the stores of a process."""

from __future__ import annotations

from attrs import frozen

from ivr.app.judging import COMPILER, decide, judge
from ivr.app.publishing import own_sounds
from ivr.app.stores import Stores
from ivr.app.voices import SiteVoices
from ivr.kernel.clock import Clock
from ivr.kernel.fanout import Fanout, Topic
from ivr.settings import Settings
from ivr.storage.case_store import SqlHistory
from ivr.tables.archive import Archive
from ivr.tables.checking import Checking
from ivr.tables.compiling import Compiling
from ivr.tables.drafting import Drafting
from ivr.tables.exchanging import Exchanging
from ivr.tables.office import TableOffice
from ivr.tables.ports import Workshop
from ivr.tables.publishing import Publishing
from ivr.tables.rehearsing import Rehearsing
from ivr.tables.trying import Trying
from prompts.sound_library import COMMITTED
from routing.ids import TableVersion

TABLES = Topic("table")


@frozen
class FanoutAnnounce:
    """`ivr.tables.ports.Announce`: nodes that miss it look for themselves within a second."""

    fanout: Fanout

    async def __call__(self, version: TableVersion) -> None:
        await self.fanout.publish(TABLES, str(version))


def compiling_of(stores: Stores, workshop: Workshop) -> Compiling:
    return Compiling(stores.routers, workshop, COMPILER)


def site_voices(settings: Settings, workshop: Workshop) -> SiteVoices | None:
    """None where the site looks after its clips by itself."""
    if settings.table.voice == "off":
        return None
    return SiteVoices(COMMITTED, own_sounds(settings), workshop, settings.table.voice)


def table_office(  # noqa: PLR0913, PLR0917 - the parts, not a container
    settings: Settings,
    stores: Stores,
    fanout: Fanout,
    workshop: Workshop,
    clock: Clock,
    files: Workshop | None = None,
) -> TableOffice:
    """Everything people do with the table, on these stores.

    `files` reads and writes workbooks for somebody who waits for them: a router that is being
    learned in the other workshop takes a minute.
    """
    archive = Archive(stores.tables)
    drafting = Drafting(stores.drafts, archive)
    compiling = compiling_of(stores, workshop)
    return TableOffice(
        archive=archive,
        drafting=drafting,
        checking=Checking(workshop),
        rehearsing=Rehearsing(SqlHistory(stores.database), compiling, workshop, judge),
        publishing=Publishing(
            tables=stores.tables,
            proposals=stores.proposals,
            drafting=drafting,
            archive=archive,
            compiling=compiling,
            announce=FanoutAnnounce(fanout),
            clock=clock,
            needs_approval=settings.table.approval,
            voices=site_voices(settings, workshop),
        ),
        exchanging=Exchanging(files or workshop),
        trying=Trying(archive, compiling, workshop, decide),
        audit=stores.audit,
    )
