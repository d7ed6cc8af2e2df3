"""Subscriptions of channels, episodes and their turns, quiet times; resolved errors found by when they were closed."""

import sqlalchemy as sa
from alembic import op

from storage.models import Json, Moment

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.drop_table("announcements")
    op.drop_table("turns")
    _create_subscriptions()
    _create_episodes()
    resolved = sa.text("state = 'resolved'")
    op.create_index(
        "ix_errors_resolved", "errors", ["state", "closed_at", "id"], sqlite_where=resolved, postgresql_where=resolved
    )
    op.create_table(
        "quiet_times",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("object", sa.String(length=20), nullable=True),
        sa.Column("starts_at", Moment(), nullable=True),
        sa.Column("ends_at", Moment(), nullable=True),
        sa.Column("weekly", Json, nullable=True),
        sa.Column("zone", sa.String(length=64), server_default="UTC", nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiet_times")),
        sqlite_autoincrement=True,
    )


def _create_subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("object", sa.String(length=20), nullable=True),
        sa.Column("what", sa.String(length=20), nullable=True),
        sa.Column("terms", Json, nullable=False),
        sa.Column("mention", sa.String(length=40), nullable=True),
        sa.Column("zone", sa.String(length=64), server_default="UTC", nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        sa.Column("listed_at", Moment(), nullable=True),
        sa.Column("claimed_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subscriptions_channel", "subscriptions", ["channel", "id"])
    op.create_table(
        "conditions",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("family", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("heading", sa.String(length=10), nullable=True),
        sa.Column("heading_since", Moment(), nullable=True),
        sa.Column("detail", Json, nullable=False),
        sa.PrimaryKeyConstraint("channel", "key", name=op.f("pk_conditions")),
    )


def _create_episodes() -> None:
    op.create_table(
        "episodes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("family", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=80), nullable=True),
        sa.Column("acknowledged_at", Moment(), nullable=True),
        sa.Column("snoozed_until", Moment(), nullable=True),
        sa.Column("snoozed_by", sa.String(length=80), nullable=True),
        sa.Column("detail", Json, nullable=False),
        sa.Column("ts", sa.String(length=40), nullable=True),
        sa.Column("mentioned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("drawn", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lost", sa.String(length=80), nullable=True),
        sa.Column("late_since", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episodes")),
        sqlite_autoincrement=True,
    )
    still_open = sa.text("closed_at IS NULL")
    op.create_index(
        "ix_episodes_open",
        "episodes",
        ["channel", "family"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_table(
        "turns",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("episode", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.Column("claimed_at", Moment(), nullable=True),
        sa.Column("told_at", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failure", sa.String(length=80), nullable=True),
        sa.Column("quiet", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
    )
    untold = sa.text("told_at IS NULL")
    op.create_index("ix_turns_untold", "turns", ["id"], sqlite_where=untold, postgresql_where=untold)
    op.create_index("ix_turns_episode", "turns", ["episode", "id"])
