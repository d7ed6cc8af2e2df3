"""What people do from Slack: pausing, ignoring, retrying with care; and what the sync did, record by record."""

import sqlalchemy as sa
from alembic import op

from storage.models import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for name in ("cautious", "ignored"):
        op.add_column("changes", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("changes", sa.Column("edited_by", sa.String(length=200), server_default="", nullable=False))
    op.add_column("lanes", sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "activity",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("object", sa.String(length=20), nullable=False),
        sa.Column("direction", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("other_id", sa.String(length=64), nullable=True),
        sa.Column("fields", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    op.create_index("ix_activity_newest", "activity", ["object", "outcome", "id"])
    op.create_index("ix_activity_record", "activity", ["object", "direction", "record_id", "id"])
    op.create_index("ix_activity_at", "activity", ["at"])
