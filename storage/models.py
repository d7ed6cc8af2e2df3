"""The tables. Every moment is stored as UTC milliseconds, every set of values as JSON."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)

from storage.search_words import indexed

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as milliseconds since 1970 (both databases compare and index those cheaply)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else round(value.timestamp() * 1000)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(milliseconds=value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
Json = JSON(none_as_null=True)


def key(name: str, length: int = 20) -> Column[Any]:
    return Column(name, String(length), primary_key=True)


changes = Table(
    "changes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("object", String(20), nullable=False),
    Column("direction", String(12), nullable=False),
    Column("record_id", String(64), nullable=False),
    Column("operation", String(8), nullable=False),
    Column("state", String(10), nullable=False),
    Column("values", Json, nullable=False),
    Column("extra", Json),
    Column("label", String(400), nullable=False, server_default=""),
    Column("waiting_since", Moment, nullable=False),
    Column("noted_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("unsure", Boolean, nullable=False, server_default=false()),
    Column("cautious", Boolean, nullable=False, server_default=false()),
    Column("ignored", Boolean, nullable=False, server_default=false()),
    Column("edited_by", String(200), nullable=False, server_default=""),
    Column("next_at", Moment),
    Column("waits_for", String(90)),
    Column("code", String(40)),
    Column("message", Text),
    UniqueConstraint("object", "direction", "record_id"),
    sqlite_autoincrement=True,  # errors outlive changes and go by their ids, which must not come back
)
Index("ix_changes_queue", changes.c.object, changes.c.direction, changes.c.state, changes.c.id)
_pending = text("state <> 'parked'")
Index(
    "ix_changes_oldest",
    changes.c.object,
    changes.c.direction,
    changes.c.operation,
    changes.c.waiting_since,
    sqlite_where=_pending,
    postgresql_where=_pending,
)
_timed = text("next_at IS NOT NULL")
Index("ix_changes_due", changes.c.next_at, sqlite_where=_timed, postgresql_where=_timed)
_deferred = text("waits_for IS NOT NULL")
Index("ix_changes_parent", changes.c.waits_for, sqlite_where=_deferred, postgresql_where=_deferred)

links = Table(
    "links",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("object", String(20), nullable=False),
    Column("dynamics_id", String(64)),
    Column("marketo_id", String(64)),
    Column("agreed", Json, nullable=False),
    Column("sent", Json, nullable=False),
    Column("etag", String(60)),
    Column("planned", Boolean, nullable=False, server_default=false()),
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("dynamics_deleted", Boolean, nullable=False, server_default=false()),
    Column("closed", Boolean, nullable=False, server_default=false()),
    Column("synced_at", Moment),
    Column("streak", Integer, nullable=False, server_default="0"),
    Column("left_out", String(40), nullable=False, server_default=""),
    Column("look_again", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("object", "dynamics_id"),
    UniqueConstraint("object", "marketo_id"),
)
_look_again = text("look_again")
Index("ix_links_look_again", links.c.object, links.c.id, sqlite_where=_look_again, postgresql_where=_look_again)

cursors = Table(
    "cursors",
    metadata,
    key("side", 10),
    key("feed"),
    Column("cursor", Text),
    Column("first_read_started_at", Moment),
    Column("first_read_done_at", Moment),
    Column("read_at", Moment),
    Column("columns", Text),
)


def _words_of_error(context: Any) -> str:
    """What an error is found by; whoever writes its code, ids, name or message need not think of it."""
    row = context.get_current_parameters()
    ids = [row.get(name) for name in ("code", "dynamics_id", "marketo_id")]
    return indexed(ids, [row.get("label") or "", row.get("message") or ""])


errors = Table(
    "errors",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("change_id", BigInteger, nullable=False, unique=True),
    Column("object", String(20), nullable=False),
    Column("direction", String(12), nullable=False),
    Column("operation", String(8), nullable=False),
    Column("record_id", String(64), nullable=False),
    Column("dynamics_id", String(64)),
    Column("marketo_id", String(64)),
    Column("label", String(400), nullable=False, server_default=""),
    Column("code", String(40), nullable=False),
    Column("message", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("first_failed_at", Moment, nullable=False),
    Column("failed_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("words", Text, nullable=False, default=_words_of_error, server_default=""),
    Column("candidates", Json),
)
Index("ix_errors_newest", errors.c.state, errors.c.failed_at, errors.c.id)
Index("ix_errors_groups", errors.c.state, errors.c.code, errors.c.object, errors.c.first_failed_at)
Index("ix_errors_tried", errors.c.state, errors.c.attempts, errors.c.failed_at, errors.c.id)
_resolved = text("state = 'resolved'")
Index(
    "ix_errors_resolved",
    errors.c.state,  # always the same: without it SQLite takes another index, which it holds for better
    errors.c.closed_at,
    errors.c.id,
    sqlite_where=_resolved,
    postgresql_where=_resolved,
)

files = Table(
    "files",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("slack_file_id", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("deleted_at", Moment),
)
_still_there = text("deleted_at IS NULL")
Index("ix_files_expiring", files.c.expires_at, sqlite_where=_still_there, postgresql_where=_still_there)

totals = Table(
    "totals",
    metadata,
    key("object"),
    key("direction", 12),
    key("operation", 8),
    key("measure", 10),
    key("reason", 40),
    Column("value", BigInteger, nullable=False),
)

throughput = Table(
    "throughput",
    metadata,
    Column("minute", Moment, primary_key=True),
    key("object"),
    key("direction", 12),
    key("operation", 8),
    Column("records", BigInteger, nullable=False),
)

activity = Table(
    "activity",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("object", String(20), nullable=False),
    Column("direction", String(12), nullable=False),
    Column("outcome", String(8), nullable=False),
    Column("reason", String(40), nullable=False, server_default=""),
    Column("record_id", String(64), nullable=False),
    Column("other_id", String(64)),
    Column("fields", Text, nullable=False, server_default=""),
)
Index("ix_activity_newest", activity.c.object, activity.c.outcome, activity.c.id)
Index("ix_activity_record", activity.c.object, activity.c.direction, activity.c.record_id, activity.c.id)
Index("ix_activity_at", activity.c.at)

samples = Table(
    "samples",
    metadata,
    Column("at", Moment, primary_key=True),
    key("object"),
    key("direction", 12),
    Column("backlog", BigInteger, nullable=False),
    Column("oldest_at", Moment),
)

lanes = Table(
    "lanes",
    metadata,
    key("object"),
    key("direction", 12),
    Column("live", Boolean, nullable=False, server_default=false()),
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("stopped_at", Moment),
    Column("stopped_code", String(40)),
    Column("stopped_message", Text),
    Column("held", Boolean, nullable=False, server_default=false()),
    Column("first_until", Moment),
)

services = Table(
    "services",
    metadata,
    key("name", 10),
    Column("read_at", Moment),
    Column("down_since", Moment),
    Column("code", String(40)),
    Column("message", Text),
)

passes = Table(
    "passes",
    metadata,
    key("name"),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("next_at", Moment),
    Column("failure", Text),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("channel", String(40), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("object", String(20)),
    Column("what", String(20)),
    Column("terms", Json, nullable=False),
    Column("mention", String(40)),
    Column("zone", String(64), nullable=False, server_default="UTC"),
    Column("created_by", String(40), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("told_at", Moment),
    Column("listed_at", Moment),
    Column("claimed_at", Moment),
    sqlite_autoincrement=True,  # buttons carry their numbers, which must not come back
)
Index("ix_subscriptions_channel", subscriptions.c.channel, subscriptions.c.id)

conditions = Table(
    "conditions",
    metadata,
    key("channel", 40),
    key("key", 120),
    Column("family", String(20), nullable=False),
    Column("level", String(10), nullable=False),
    Column("since", Moment, nullable=False),
    Column("heading", String(10)),
    Column("heading_since", Moment),
    Column("detail", Json, nullable=False),
)

episodes = Table(
    "episodes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("channel", String(40), nullable=False),
    Column("family", String(20), nullable=False),
    Column("level", String(10), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("acknowledged_by", String(80)),
    Column("acknowledged_at", Moment),
    Column("snoozed_until", Moment),
    Column("snoozed_by", String(80)),
    Column("detail", Json, nullable=False),
    Column("ts", String(40)),
    Column("mentioned", Boolean, nullable=False, server_default=false()),
    Column("drawn", BigInteger, nullable=False, server_default="0"),
    Column("lost", String(80)),
    Column("late_since", Moment),
    sqlite_autoincrement=True,  # likewise
)
_open = text("closed_at IS NULL")
Index(
    "ix_episodes_open", episodes.c.channel, episodes.c.family, unique=True, sqlite_where=_open, postgresql_where=_open
)

turns = Table(
    "turns",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("episode", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("detail", Json, nullable=False),
    Column("claimed_at", Moment),
    Column("told_at", Moment),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("failure", String(80)),
    Column("quiet", Boolean, nullable=False, server_default=false()),
)
_untold = text("told_at IS NULL")
Index("ix_turns_untold", turns.c.id, sqlite_where=_untold, postgresql_where=_untold)
Index("ix_turns_episode", turns.c.episode, turns.c.id)

quiet_times = Table(
    "quiet_times",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("channel", String(40), nullable=False),
    Column("object", String(20)),
    Column("starts_at", Moment),
    Column("ends_at", Moment),
    Column("weekly", Json),
    Column("zone", String(64), nullable=False, server_default="UTC"),
    Column("created_by", String(40), nullable=False),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,  # likewise
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("who", String(80), nullable=False),
    Column("act", String(40), nullable=False),
    Column("object", String(20), nullable=False),
    Column("direction", String(12), nullable=False),
    Column("detail", Text, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    key("kind"),
    key("object"),
    key("field", 80),
    Column("message", Text, nullable=False),
    Column("since", Moment, nullable=False),
)

comparisons = Table(
    "comparisons",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("object", String(20), nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("compared", BigInteger, nullable=False, server_default="0"),
    Column("repaired_at", Moment),
)

differences = Table(
    "differences",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("comparison", BigInteger, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("dynamics_id", String(64)),
    Column("marketo_id", String(64)),
    Column("label", String(400), nullable=False, server_default=""),
    Column("field", String(80), nullable=False, server_default=""),
    Column("dynamics_value", Text),
    Column("marketo_value", Text),
)
Index("ix_differences_comparison", differences.c.comparison, differences.c.id)
