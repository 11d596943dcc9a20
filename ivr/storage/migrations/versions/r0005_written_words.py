"""What somebody wrote on the chat page stands on their ticket."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ivr.storage.columns import Words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("words", Words, nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("ticket", "words")
