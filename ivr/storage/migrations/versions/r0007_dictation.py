"""What the machine heard in recorded messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ivr.storage.columns import Moment, Words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_dictation",
        sa.Column("ticket", Words, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("taken", Moment, nullable=False),
        sa.Column("heard", Moment),
        sa.Column("text", Words),
        sa.Column("confidence", sa.Double),
        sa.Column("line", Words),
        sa.Column("because", Words),
        sa.PrimaryKeyConstraint("ticket", name="pk_ticket_dictation"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_ticket_dictation_ticket"),
    )


def downgrade() -> None:
    op.drop_table("ticket_dictation")
