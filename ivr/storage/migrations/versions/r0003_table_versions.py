"""Drafts, proposals and compiled routers of the table; the audit log; roles that reach so far."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from ivr.storage.columns import Moment, Words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ADDED: Final = (
    ("published_table", "published_by", Words),
    ("published_table", "approved_by", Words),
    ("published_table", "why", Words),
    ("published_table", "restores", sa.Integer),
    ("account", "unit", Words),
    ("account", "level", Words),
    ("account", "totp", Words),
    ("call_record", "told", Words),
)
TABLES: Final = ("audit", "table_proposal", "table_draft", "compiled_router")


def upgrade() -> None:
    for table, column, kind in ADDED:
        op.add_column(table, sa.Column(column, kind))
    _drafts()
    _proposals()
    _audit()
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_append_only")
    for table, column, _ in ADDED:
        op.drop_column(table, column)


def _drafts() -> None:
    op.create_table(
        "compiled_router",
        sa.Column("sha256", Words, nullable=False),
        sa.Column("recipe", Words, nullable=False),
        sa.Column("made", Moment, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sha256", "recipe", name="pk_compiled_router"),
    )
    op.create_table(
        "table_draft",
        sa.Column("editor", Words, nullable=False),
        sa.Column("base", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("opened", Moment, nullable=False),
        sa.Column("changed", Moment, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("editor", name="pk_table_draft"),
    )


def _proposals() -> None:
    op.create_table(
        "table_proposal",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("editor", Words, nullable=False),
        sa.Column("base", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("why", Words, nullable=False),
        sa.Column("submitted", Moment, nullable=False),
        sa.Column("publish_at", Moment),
        sa.Column("state", Words, nullable=False),
        sa.Column("decided_by", Words),
        sa.Column("decided", Moment),
        sa.Column("decision", Words),
        sa.Column("version", sa.Integer),
        sa.Column("sha256", Words, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_table_proposal"),
    )
    op.create_index("ix_table_proposal_state_publish_at", "table_proposal", ["state", "publish_at"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("who", Words, nullable=False),
        sa.Column("what", Words, nullable=False),
        sa.Column("subject", Words, nullable=False),
        sa.Column("why", Words, nullable=False),
        sa.Column("before", Words),
        sa.Column("after", Words),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_subject", "audit", ["subject"])


REFUSE: Final = "BEGIN SELECT RAISE(ABORT, 'the audit log is append only'); END"
APPEND_ONLY: Final = {
    "sqlite": (
        f"CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit {REFUSE}",
        f"CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit {REFUSE}",
    ),
    "postgresql": (
        """
        CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit log is append only'; END $$
        """,
        """
        CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit
        FOR EACH ROW EXECUTE FUNCTION audit_append_only()
        """,
    ),
}
