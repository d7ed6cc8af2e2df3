"""python -m bot check: is everything ready, line by line, and how to mend what is not."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import SQLAlchemyError

from bot.refusals import error_of
from storage.database import Database, migrations
from sync.dynamics.client import Dynamics
from sync.errors import Never, PersonMustLook, SyncFailure
from sync.fit import read_dynamics, read_marketo
from sync.marketo.client import Marketo
from sync.objects import Object
from sync.setup import missing_fields, names_of

SCOPES = ("commands", "chat:write", "files:write", "im:write", "users:read")
DAILY_CALLS = 50_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, whether it is ready, and else what to do."""

    what: str
    ready: bool
    words: str
    note: bool = False

    def __str__(self) -> str:
        mark = "note" if self.note else "ok  " if self.ready else "MEND"
        return f"{mark}  {self.what}: {self.words}"


async def check_slack(client: AsyncWebClient) -> AsyncIterator[Finding]:
    try:
        answer = await client.auth_test()
    except (SlackApiError, OSError) as failure:
        reason = error_of(failure) if isinstance(failure, SlackApiError) else str(failure)
        yield Finding("Slack token", False, f"{reason}; check SLACK_BOT_TOKEN and SLACK_API_URL")
        return
    yield Finding("Slack token", True, f"signed in as {answer['user']} in {answer['team']}")
    granted = str(answer.headers.get("x-oauth-scopes", "")).replace(" ", "").split(",")
    missing = [scope for scope in SCOPES if scope not in granted]
    words = f"missing {', '.join(missing)}; add them to the app and reinstall it" if missing else ", ".join(SCOPES)
    yield Finding("Slack scopes", not missing, words)


async def check_dynamics(dynamics: Dynamics, objects: Sequence[Object]) -> AsyncIterator[Finding]:
    signed_in = await _try(
        "Dynamics sign-in", dynamics.who_am_i, "check the DYNAMICS_ settings and the application user"
    )
    yield signed_in
    if not signed_in.ready:
        return
    for one in objects:
        yield await _tracking(dynamics, one.table)
        if "to-dynamics" in one.directions:
            yield await _may_write(dynamics, one.entity_set)


async def _tracking(dynamics: Dynamics, table: str) -> Finding:
    what = f"Dynamics change tracking on {table}"
    try:
        tracks = await dynamics.tracks_changes(table)
    except Never:
        return Finding(what, False, f"Dynamics has no table {table}")
    except SyncFailure as failure:
        return Finding(what, False, f"{failure}; give the application user's role Read on {table}")
    return Finding(what, tracks, "on" if tracks else "off; turn on Track changes in the table's properties")


async def _may_write(dynamics: Dynamics, entity_set: str) -> Finding:
    """An update of a row that cannot exist changes nothing, and is refused as forbidden before it is as unknown."""
    what = f"Dynamics privilege to write {entity_set}"
    try:
        outcome = (await dynamics.update(entity_set, [(str(uuid4()), None, {})]))[0]
    except SyncFailure as failure:
        outcome = failure
    if isinstance(outcome, PersonMustLook):
        return Finding(what, False, f"{outcome}; give the application user's role Create, Write and Append")
    return Finding(what, True, "granted")


async def check_marketo(marketo: Marketo, objects: Sequence[Object]) -> AsyncIterator[Finding]:
    signed_in = await _try(
        "Marketo sign-in", marketo.person_fields, "check the MARKETO_ settings and the API-only role"
    )
    yield signed_in
    if not signed_in.ready:
        return
    try:
        native = await marketo.native_sync_is_on()
        words = "on; turn it off under Admin > Microsoft Dynamics, it refuses our writes (1018)" if native else "off"
        yield Finding("Marketo native sync", not native, words)
        lacking = [
            name for kind, fields in (await missing_fields(marketo, objects)).items() for name in names_of(kind, fields)
        ]
        words = f"missing {', '.join(lacking)}; run `python -m bot setup`" if lacking else "all there"
        yield Finding("Marketo fields", not lacking, words)
        used = await marketo.calls_today()
        yield Finding("Marketo quota", used < DAILY_CALLS, f"{used:,} of {DAILY_CALLS:,} calls used today")
    except SyncFailure as failure:
        yield Finding("Marketo", False, str(failure))


async def check_fields(dynamics: Dynamics, marketo: Marketo, objects: Sequence[Object]) -> AsyncIterator[Finding]:
    """What of the described fields either side lacks or cannot take; the rest is kept in step all the same."""
    try:
        people = await marketo.person_fields()
        for one in objects:
            ours = await read_dynamics(dynamics, one)
            theirs = await read_marketo(marketo, ours.one, people)
            for each in (*ours.findings, *theirs.findings):
                yield Finding("Field", True, each.message, note=True)
    except SyncFailure as failure:
        yield Finding("Fields", False, str(failure))


async def check_database(database: Database) -> AsyncIterator[Finding]:
    """Looks only: a running sync may be of an older version, and this is not the moment to migrate beneath it."""
    kind, known = "SQLite" if database.is_sqlite else "PostgreSQL", migrations()
    try:
        seen = await database.seen_migration()
    except (SQLAlchemyError, OSError) as failure:
        yield Finding("Database", False, f"{type(failure).__name__}; check DATABASE_URL and that it can be written to")
        return
    if seen is None:
        yield Finding("Database", True, f"{kind}, new; the first run makes it")
    elif seen not in known:
        yield Finding("Database", False, f"{kind}, schema {seen} of a newer version; run that version of the bot")
    else:
        later = "" if seen == known[-1] else f"; the next run brings it to {known[-1]}"
        yield Finding("Database", True, f"{kind}, schema {seen}{later}")


async def _try(what: str, call: Callable[[], Awaitable[object]], remedy: str) -> Finding:
    try:
        await call()
    except SyncFailure as failure:
        return Finding(what, False, f"{failure}; {remedy}")
    return Finding(what, True, "works")


async def check_all(
    client: AsyncWebClient, dynamics: Dynamics, marketo: Marketo, database: Database, objects: Sequence[Object]
) -> AsyncIterator[Finding]:
    """Every finding, in the order in which one would mend them."""
    for findings in (
        check_slack(client),
        check_dynamics(dynamics, objects),
        check_marketo(marketo, objects),
        check_fields(dynamics, marketo, objects),
        check_database(database),
    ):
        async for finding in findings:
            yield finding
