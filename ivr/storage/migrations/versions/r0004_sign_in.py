"""Who is signed in; accounts that are named, disabled, or must change their password."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ivr.storage.columns import Moment, Words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("person", Words, nullable=False, server_default=""))
    for flag in ("must_change", "disabled"):
        op.add_column(
            "account", sa.Column(flag, sa.Boolean, nullable=False, server_default=sa.false())
        )
    op.create_table(
        "sign_in",
        sa.Column("digest", Words, nullable=False),
        sa.Column("account", Words, nullable=False),
        sa.Column("stage", Words, nullable=False),
        sa.Column("began", Moment, nullable=False),
        sa.Column("seen", Moment, nullable=False),
        sa.Column("address", Words, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_in"),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_sign_in_account"),
    )
    op.create_index("ix_sign_in_account", "sign_in", ["account"])


def downgrade() -> None:
    op.drop_table("sign_in")
    for column in ("person", "must_change", "disabled"):
        op.drop_column("account", column)
