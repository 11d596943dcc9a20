"""What operators say of decisions that were wrong."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ivr.storage.columns import Moment, Words

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("call", Words, nullable=False),
        sa.Column("operator", Words, nullable=False),
        sa.Column("words", Words, nullable=False),
        sa.Column("target", Words, nullable=False),
        sa.Column("heard", Words, nullable=False),
        sa.Column("decided", Words, nullable=False),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("table", sa.Integer),
        sa.Column("made", Moment, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("settled_by", Words),
        sa.Column("settled", Moment),
        sa.Column("reason", Words),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
        sa.UniqueConstraint("call", "operator", name="uq_correction_call_operator"),
    )
    op.create_index("ix_correction_state", "correction", ["state"])


def downgrade() -> None:
    op.drop_table("correction")
