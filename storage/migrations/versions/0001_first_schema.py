"""The first schema."""

import sqlalchemy as sa
from alembic import op

from storage.models import Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("ts", sa.String(length=40), nullable=False),
        sa.Column("turn_id", sa.BigInteger(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "channel", name=op.f("pk_announcements")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("object", sa.String(length=20), nullable=False),
        sa.Column("direction", sa.String(length=12), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("object", sa.String(length=20), nullable=False),
        sa.Column("direction", sa.String(length=12), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("operation", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("values", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("extra", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("label", sa.String(length=400), server_default="", nullable=False),
        sa.Column("waiting_since", Moment(), nullable=False),
        sa.Column("noted_at", Moment(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unsure", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("waits_for", sa.String(length=90), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        sa.UniqueConstraint("object", "direction", "record_id", name=op.f("uq_changes_object_direction_record_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_changes_due",
        "changes",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_changes_oldest",
        "changes",
        ["object", "direction", "operation", "waiting_since"],
        unique=False,
        sqlite_where=sa.text("state <> 'parked'"),
        postgresql_where=sa.text("state <> 'parked'"),
    )
    op.create_index(
        "ix_changes_parent",
        "changes",
        ["waits_for"],
        unique=False,
        sqlite_where=sa.text("waits_for IS NOT NULL"),
        postgresql_where=sa.text("waits_for IS NOT NULL"),
    )
    op.create_index("ix_changes_queue", "changes", ["object", "direction", "state", "id"], unique=False)
    op.create_table(
        "cursors",
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("feed", sa.String(length=20), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("first_read_started_at", Moment(), nullable=True),
        sa.Column("first_read_done_at", Moment(), nullable=True),
        sa.Column("read_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("side", "feed", name=op.f("pk_cursors")),
    )
    op.create_table(
        "errors",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("object", sa.String(length=20), nullable=False),
        sa.Column("direction", sa.String(length=12), nullable=False),
        sa.Column("operation", sa.String(length=8), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("dynamics_id", sa.String(length=64), nullable=True),
        sa.Column("marketo_id", sa.String(length=64), nullable=True),
        sa.Column("label", sa.String(length=400), server_default="", nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("first_failed_at", Moment(), nullable=False),
        sa.Column("failed_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errors")),
        sa.UniqueConstraint("change_id", name=op.f("uq_errors_change_id")),
    )
    op.create_index("ix_errors_code", "errors", ["state", "code", "object", "failed_at"], unique=False)
    op.create_index("ix_errors_newest", "errors", ["state", "failed_at", "id"], unique=False)
    op.create_table(
        "lanes",
        sa.Column("object", sa.String(length=20), nullable=False),
        sa.Column("direction", sa.String(length=12), nullable=False),
        sa.Column("live", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("stopped_at", Moment(), nullable=True),
        sa.Column("stopped_code", sa.String(length=40), nullable=True),
        sa.Column("stopped_message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("object", "direction", name=op.f("pk_lanes")),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("object", sa.String(length=20), nullable=False),
        sa.Column("dynamics_id", sa.String(length=64), nullable=True),
        sa.Column("marketo_id", sa.String(length=64), nullable=True),
        sa.Column("agreed", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sent", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("etag", sa.String(length=60), nullable=True),
        sa.Column("planned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("generation", sa.Integer(), server_default="0", nullable=False),
        sa.Column("dynamics_deleted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("closed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("synced_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("object", "dynamics_id", name=op.f("uq_links_object_dynamics_id")),
        sa.UniqueConstraint("object", "marketo_id", name=op.f("uq_links_object_marketo_id")),
    )
    op.create_table(
        "passes",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_passes")),
    )
    op.create_table(
        "samples",
        sa.Column("at", Moment(), nullable=False),
        sa.Column("object", sa.String(length=20), nullable=False),
        sa.Column("direction", sa.String(length=12), nullable=False),
        sa.Column("backlog", sa.BigInteger(), nullable=False),
        sa.Column("oldest_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("at", "object", "direction", name=op.f("pk_samples")),
    )
    op.create_table(
        "services",
        sa.Column("name", sa.String(length=10), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.Column("down_since", Moment(), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_services")),
    )
    op.create_table(
        "throughput",
        sa.Column("minute", Moment(), nullable=False),
        sa.Column("object", sa.String(length=20), nullable=False),
        sa.Column("direction", sa.String(length=12), nullable=False),
        sa.Column("operation", sa.String(length=8), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("minute", "object", "direction", "operation", name=op.f("pk_throughput")),
    )
    op.create_table(
        "totals",
        sa.Column("object", sa.String(length=20), nullable=False),
        sa.Column("direction", sa.String(length=12), nullable=False),
        sa.Column("operation", sa.String(length=8), nullable=False),
        sa.Column("measure", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("object", "direction", "operation", "measure", "reason", name=op.f("pk_totals")),
    )
    op.create_table(
        "turns",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("detail", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("claimed_at", Moment(), nullable=True),
        sa.Column("told_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
    )
    op.create_index("ix_turns_subject", "turns", ["subject", "id"], unique=False)
    op.create_index(
        "ix_turns_untold",
        "turns",
        ["id"],
        unique=False,
        sqlite_where=sa.text("told_at IS NULL"),
        postgresql_where=sa.text("told_at IS NULL"),
    )
