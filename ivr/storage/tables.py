"""The tables. Units, lines and areas have none: they live in the published snapshot."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    false,
    text,
)

from ivr.storage.columns import Moment, Words

# Named constraints: a migration can only drop what has a name.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ticket = Table(
    "ticket",
    metadata,
    Column("number", Words, primary_key=True),
    Column("key", Words, nullable=False, unique=True),
    Column("call", Words, nullable=False),
    Column("caller", Words, nullable=False),
    Column("line", Words),
    Column("unit", Words),
    Column("recording", Words, nullable=False),
    Column("duration", Double, nullable=False),
    Column("happened", Moment, nullable=False),
    Column("opened", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("table", Integer, nullable=False),
    Column("state", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("satisfaction", Integer),
    Column("words", Words, nullable=False, server_default=""),  # written instead of spoken
    Index(None, "caller", "opened"),
)

# A second number told for the same ticket, when the first could not be looked up in an outage.
ticket_alias = Table(
    "ticket_alias",
    metadata,
    Column("number", Words, primary_key=True),
    Column("ticket", Words, ForeignKey(ticket.c.number), nullable=False),
)

# What the machine heard in the recording: a help beside it, never in its place.
ticket_dictation = Table(
    "ticket_dictation",
    metadata,
    Column("ticket", Words, ForeignKey(ticket.c.number), primary_key=True),
    Column("state", Words, nullable=False),  # taken, heard, given-up
    Column("tries", Integer, nullable=False),
    Column("taken", Moment, nullable=False),
    Column("heard", Moment),
    Column("text", Words),
    Column("confidence", Double),
    Column("line", Words),  # where the words would have led
    Column("because", Words),  # JSON: sentences
)

call_record = Table(
    "call_record",
    metadata,
    Column("call", Words, primary_key=True),
    Column("caller", Words, nullable=False),
    Column("dialled", Words, nullable=False),
    Column("began", Moment, nullable=False, index=True),
    Column("ended", Moment, nullable=False),
    Column("outcome", Words, nullable=False),
    Column("steps", Words, nullable=False),  # JSON: [{"name", "at"}, ...]
    Column("told", Words),  # JSON: what the caller keyed and said, in order
    Column("table", Integer, nullable=False),
    Column("node", Words, nullable=False),
    Column("line", Words),
    Column("ticket", Words),  # no foreign key: the ticket may still be in the spool
    Column("operator", Words),
    Column("waited", Double),
    Column("talked", Double),
    Column("satisfaction", Integer),
)

callback = Table(
    "callback",
    metadata,
    Column("call", Words, primary_key=True),
    Column("caller", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("due", Moment, nullable=False),
    Column("line", Words),
    Column("recording", Words, nullable=False),
    Column("done", Moment),
    Column("done_by", Words),
    Index(None, "done", "due"),
)

published_table = Table(
    "published_table",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sha256", Words, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("published_by", Words),
    Column("approved_by", Words),
    Column("why", Words),
    Column("restores", Integer),  # the version whose content was published again
    Index(
        "uq_published_table_active",
        "active",
        unique=True,
        sqlite_where=text("active"),
        postgresql_where=text("active"),
    ),
)

# What `routing.learn` made of a table; `recipe` changes when the maker does. It can be made again.
compiled_router = Table(
    "compiled_router",
    metadata,
    Column("sha256", Words, primary_key=True),
    Column("recipe", Words, primary_key=True),
    Column("made", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# One draft an editor. `body` holds only the sheets that are not those of the base.
table_draft = Table(
    "table_draft",
    metadata,
    Column("editor", Words, primary_key=True),
    Column("base", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("opened", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

table_proposal = Table(
    "table_proposal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("editor", Words, nullable=False),
    Column("base", Integer, nullable=False),
    Column("revision", Integer, nullable=False),  # of the draft
    Column("why", Words, nullable=False),
    Column("submitted", Moment, nullable=False),
    Column("publish_at", Moment),  # None: as soon as it may be
    Column("state", Words, nullable=False),
    Column("decided_by", Words),
    Column("decided", Moment),
    Column("decision", Words),  # in words
    Column("version", Integer),  # once published
    Column("sha256", Words, nullable=False),
    Column("body", LargeBinary, nullable=False),  # the table, as JSON
    Column("voiceless", Boolean, nullable=False, server_default=false()),
    Index(None, "state", "publish_at"),
)

# What operators say of decisions that were wrong; an editor makes examples of them.
correction = Table(
    "correction",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", Words, nullable=False),
    Column("operator", Words, nullable=False),
    Column("words", Words, nullable=False),  # what the caller really said
    Column("target", Words, nullable=False),  # where that belongs, as in examples
    Column("heard", Words, nullable=False),
    Column("decided", Words, nullable=False),  # where that would have led
    Column("confidence", Double, nullable=False),
    Column("table", Integer),
    Column("made", Moment, nullable=False),
    Column("state", Words, nullable=False, index=True),
    Column("settled_by", Words),
    Column("settled", Moment),
    Column("reason", Words),
    UniqueConstraint("call", "operator"),
)

# Append only; triggers refuse anything else.
audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("who", Words, nullable=False),
    Column("what", Words, nullable=False),
    Column("subject", Words, nullable=False, index=True),
    Column("why", Words, nullable=False),
    Column("before", Words),  # JSON
    Column("after", Words),  # JSON
)

calendar_day = Table(
    "calendar_day",
    metadata,
    Column("date", Date, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("note", Words, nullable=False),
    Column("source", Words, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("name", Words, primary_key=True),
    Column("hash", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("created", Moment, nullable=False),
    Column("unit", Words),  # a code of the directory: they see this unit's only
    Column("level", Words),  # city or district: they see this level's only
    Column("totp", Words),  # the secret of a one-time password, base32
    Column("person", Words, nullable=False, server_default=""),
    Column("must_change", Boolean, nullable=False, server_default=false()),
    Column("disabled", Boolean, nullable=False, server_default=false()),
)

# Who is signed in; the digest is of the secret in their browser.
sign_in = Table(
    "sign_in",
    metadata,
    Column("digest", Words, primary_key=True),
    Column("account", Words, ForeignKey(account.c.name), nullable=False, index=True),
    Column("stage", Words, nullable=False),
    Column("began", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("address", Words, nullable=False),
)

number_block = Table(
    "number_block",
    metadata,
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("node", Words, nullable=False),
    Column("leased", Moment, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("body", Words, nullable=False),  # JSON
)

# One row for each thing that is counted: "event" and "serial".
counter = Table(
    "counter",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# Calls that went out on our own initiative, and refusals; `state` is a Refusal's value then, and
# `number` is empty: it may be anything.
outgoing_call = Table(
    "outgoing_call",
    metadata,
    Column("key", Words, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("state", Words, nullable=False),  # ringing, answered, nobody, or why refused
    Column("number", Words, nullable=False),
)
