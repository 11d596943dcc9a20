"""Calls that go out on our own initiative, and those that were refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ivr.storage.columns import Moment, Words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outgoing_call",
        sa.Column("key", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("number", Words, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_outgoing_call"),
    )
    op.create_index("ix_outgoing_call_at", "outgoing_call", ["at"])


def downgrade() -> None:
    op.drop_table("outgoing_call")
