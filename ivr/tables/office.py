"""Everything people do with the routing table, in one place, for pages and commands."""

from __future__ import annotations

from attrs import frozen

from ivr.kernel.audit import AuditLog
from ivr.tables.archive import Archive
from ivr.tables.checking import Checking
from ivr.tables.drafting import Drafting
from ivr.tables.exchanging import Exchanging
from ivr.tables.publishing import Publishing
from ivr.tables.rehearsing import Rehearsing
from ivr.tables.trying import Trying


@frozen
class TableOffice:
    """What `ivr.tables` says of each part."""

    archive: Archive
    drafting: Drafting
    checking: Checking
    rehearsing: Rehearsing
    publishing: Publishing
    exchanging: Exchanging
    trying: Trying
    audit: AuditLog
