"""Sync errors found by the words that begin theirs, grouped by code; and the files that were sent.

On SQLite a full-text table is kept in step by triggers. Its rows go by the second of failing and the error's id, so
that it answers newest first without sorting; the columns one filters by are words of it too (see storage/error_index).
"""

import sqlalchemy as sa
from alembic import op

from storage.models import Moment
from storage.search_words import indexed

revision = "0003"
down_revision = "0002"

AT_ONCE = 1000
KEY = "(({row}.failed_at / 1000) << 31) | {row}.id"
WORDS = (
    "{row}.words || ' ' || char(57346) || {row}.id"
    " || ' ' || char(57344) || 's' || {row}.state"
    " || ' ' || char(57344) || 'o' || {row}.state || {row}.object"
    " || ' ' || char(57344) || 'd' || {row}.state || replace({row}.direction, '-', '')"
    " || ' ' || char(57344) || 'p' || {row}.state || {row}.operation"
    " || ' ' || char(57344) || 'c' || {row}.state || hex({row}.code)"
    " || ' ' || char(57344) || 'a' || {row}.state || {row}.attempts"
)
FOUND_BY = "id, words, state, object, direction, operation, code, attempts, failed_at"


def upgrade() -> None:
    op.add_column("errors", sa.Column("words", sa.Text(), server_default="", nullable=False))
    _write_words()
    op.drop_index("ix_errors_code", "errors")
    op.create_index("ix_errors_groups", "errors", ["state", "code", "object", "first_failed_at"])
    op.create_index("ix_errors_tried", "errors", ["state", "attempts", "failed_at", "id"])
    if op.get_bind().dialect.name == "sqlite":
        _index_on_sqlite()
    else:
        _index_on_postgresql()
    op.create_table(
        "files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("slack_file_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("deleted_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    still_there = sa.text("deleted_at IS NULL")
    op.create_index(
        "ix_files_expiring", "files", ["expires_at"], sqlite_where=still_there, postgresql_where=still_there
    )


def _write_words() -> None:
    """The words of errors that are there already."""
    connection, last = op.get_bind(), 0
    known = "SELECT id, code, dynamics_id, marketo_id, label, message FROM errors WHERE id > :last ORDER BY id LIMIT :n"
    while rows := connection.execute(sa.text(known), {"last": last, "n": AT_ONCE}).all():
        words = [{"id": row[0], "words": indexed(row[1:4], row[4:6])} for row in rows]
        connection.execute(sa.text("UPDATE errors SET words = :words WHERE id = :id"), words)
        last = rows[-1][0]


def _index_on_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE error_words USING fts5(words, content='', detail=none, tokenize='ascii',"
        " prefix='2 3 4 5 6 7 8 9 10 11')"
    )
    old, new = _key_and_words("old"), _key_and_words("new")
    # Nothing but our own columns goes into these.
    add = f"INSERT INTO error_words(rowid, words) VALUES ({new});"  # noqa: S608
    remove = f"INSERT INTO error_words(error_words, rowid, words) VALUES ('delete', {old});"  # noqa: S608
    op.execute(f"CREATE TRIGGER errors_found_after_insert AFTER INSERT ON errors BEGIN {add} END")
    op.execute(f"CREATE TRIGGER errors_found_after_delete AFTER DELETE ON errors BEGIN {remove} END")
    op.execute(
        f"CREATE TRIGGER errors_found_after_update AFTER UPDATE OF {FOUND_BY} ON errors BEGIN {remove} {add} END"
    )
    fill = f"INSERT INTO error_words(rowid, words) SELECT {_key_and_words('errors')} FROM errors ORDER BY 1"  # noqa: S608
    op.execute(fill)


def _key_and_words(row: str) -> str:
    return f"{KEY.format(row=row)}, {WORDS.format(row=row)}"


def _index_on_postgresql() -> None:
    op.execute(
        "ALTER TABLE errors ADD COLUMN found_by tsvector"
        " GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED"
    )
    op.execute("CREATE INDEX ix_errors_found_by ON errors USING gin (found_by)")
    op.create_index("ix_errors_object_newest", "errors", ["state", "object", "failed_at", "id"])
    op.create_index("ix_errors_code_newest", "errors", ["state", "code", "failed_at", "id"])
