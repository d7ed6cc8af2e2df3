"""Brakes, comparisons, what was found wrong with the objects, and the candidates of an ambiguous error."""

import sqlalchemy as sa
from alembic import op

from storage.models import Json, Moment

revision = "0004"
down_revision = "0003"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("lanes", sa.Column("held", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("lanes", sa.Column("first_until", Moment(), nullable=True))
    op.add_column("links", sa.Column("streak", sa.Integer(), server_default="0", nullable=False))
    op.add_column("links", sa.Column("left_out", sa.String(length=40), server_default="", nullable=False))
    op.add_column("links", sa.Column("look_again", sa.Boolean(), server_default=sa.false(), nullable=False))
    look = sa.text("look_again")
    op.create_index("ix_links_look_again", "links", ["object", "id"], sqlite_where=look, postgresql_where=look)
    op.add_column("cursors", sa.Column("columns", sa.Text(), nullable=True))
    op.add_column("errors", sa.Column("candidates", Json, nullable=True))
    op.create_table(
        "findings",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("object", sa.String(length=20), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "object", "field", name=op.f("pk_findings")),
    )
    op.create_table(
        "comparisons",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("object", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("compared", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("repaired_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparisons")),
    )
    op.create_table(
        "differences",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("comparison", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("dynamics_id", sa.String(length=64), nullable=True),
        sa.Column("marketo_id", sa.String(length=64), nullable=True),
        sa.Column("label", sa.String(length=400), server_default="", nullable=False),
        sa.Column("field", sa.String(length=80), server_default="", nullable=False),
        sa.Column("dynamics_value", sa.Text(), nullable=True),
        sa.Column("marketo_value", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_differences")),
    )
    op.create_index("ix_differences_comparison", "differences", ["comparison", "id"])
