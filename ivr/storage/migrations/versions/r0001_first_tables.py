"""The first tables. Written out in full: a migration must not change when `tables` does."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from ivr.storage.columns import Moment, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES: Final = (
    "counter",
    "event",
    "number_block",
    "account",
    "calendar_day",
    "published_table",
    "callback",
    "call_record",
    "ticket_alias",
    "ticket",
)


def upgrade() -> None:
    _tickets()
    _calls()
    _published_tables()
    _calendar_and_accounts()
    _numbers_and_events()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _tickets() -> None:
    op.create_table(
        "ticket",
        sa.Column("number", Words, nullable=False),
        sa.Column("key", Words, nullable=False),
        sa.Column("call", Words, nullable=False),
        sa.Column("caller", Words, nullable=False),
        sa.Column("line", Words),
        sa.Column("unit", Words),
        sa.Column("recording", Words, nullable=False),
        sa.Column("duration", sa.Double, nullable=False),
        sa.Column("happened", Moment, nullable=False),
        sa.Column("opened", Moment, nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("table", sa.Integer, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("channel", Words, nullable=False),
        sa.Column("satisfaction", sa.Integer),
        sa.PrimaryKeyConstraint("number", name="pk_ticket"),
        sa.UniqueConstraint("key", name="uq_ticket_key"),
    )
    op.create_index("ix_ticket_caller_opened", "ticket", ["caller", "opened"])
    op.create_table(
        "ticket_alias",
        sa.Column("number", Words, nullable=False),
        sa.Column("ticket", Words, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_ticket_alias"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_ticket_alias_ticket"),
    )


def _calls() -> None:
    op.create_table(
        "call_record",
        sa.Column("call", Words, nullable=False),
        sa.Column("caller", Words, nullable=False),
        sa.Column("dialled", Words, nullable=False),
        sa.Column("began", Moment, nullable=False),
        sa.Column("ended", Moment, nullable=False),
        sa.Column("outcome", Words, nullable=False),
        sa.Column("steps", Words, nullable=False),
        sa.Column("table", sa.Integer, nullable=False),
        sa.Column("node", Words, nullable=False),
        sa.Column("line", Words),
        sa.Column("ticket", Words),
        sa.Column("operator", Words),
        sa.Column("waited", sa.Double),
        sa.Column("talked", sa.Double),
        sa.Column("satisfaction", sa.Integer),
        sa.PrimaryKeyConstraint("call", name="pk_call_record"),
    )
    op.create_index("ix_call_record_began", "call_record", ["began"])
    op.create_table(
        "callback",
        sa.Column("call", Words, nullable=False),
        sa.Column("caller", Words, nullable=False),
        sa.Column("reason", Words, nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("line", Words),
        sa.Column("recording", Words, nullable=False),
        sa.Column("done", Moment),
        sa.Column("done_by", Words),
        sa.PrimaryKeyConstraint("call", name="pk_callback"),
    )
    op.create_index("ix_callback_done_due", "callback", ["done", "due"])


def _published_tables() -> None:
    op.create_table(
        "published_table",
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("sha256", Words, nullable=False),
        sa.Column("published_at", Moment, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_published_table"),
    )
    op.create_index(
        "uq_published_table_active",
        "published_table",
        ["active"],
        unique=True,
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )


def _calendar_and_accounts() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("note", Words, nullable=False),
        sa.Column("source", Words, nullable=False),
        sa.PrimaryKeyConstraint("date", name="pk_calendar_day"),
    )
    op.create_table(
        "account",
        sa.Column("name", Words, nullable=False),
        sa.Column("hash", Words, nullable=False),
        sa.Column("role", Words, nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_account"),
    )


def _numbers_and_events() -> None:
    op.create_table(
        "number_block",
        sa.Column("first", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("node", Words, nullable=False),
        sa.Column("leased", Moment, nullable=False),
        sa.PrimaryKeyConstraint("first", name="pk_number_block"),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("subject", Words, nullable=False),
        sa.Column("body", Words, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
    )
    counter = op.create_table(
        "counter",
        sa.Column("name", Words, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )
    op.bulk_insert(counter, [{"name": "event", "value": 0}, {"name": "serial", "value": 0}])
