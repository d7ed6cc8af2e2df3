"""Change tracking: tokens, their expiry, and what changed since one.

A token is `919042!08/22/2017 08:10:44`, the version that the reader has seen and when. While several pages of a delta
are read, the pages agree on where it ends: what changes meanwhile belongs to the next one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.dynamics.columns import Table
from sandbox.dynamics.paging import Cookie
from sandbox.dynamics.projection import Show
from sandbox.dynamics.refusals import bad_request, stamp_expired, tracking_excludes, tracking_off
from sandbox.dynamics.store import Rows, Store

UNSUPPORTED = ("$filter", "$orderby", "$expand", "$top")
FORMAT = "%m/%d/%Y %H:%M:%S"


def check_tracked(store: Store, table: Table, query: dict[str, str]) -> None:
    """Refuses what change tracking does not go with."""
    if not table.tracking:
        raise tracking_off(table.logical)
    for option in UNSUPPORTED:
        if option in query:
            raise tracking_excludes(option)


def new_token(store: Store, version: int) -> str:
    return f"{version}!{store.clock.now().strftime(FORMAT)}"


def life_of_a_token(store: Store) -> timedelta:
    """The organisation's ExpireChangeTrackingInDays; seven by default."""
    for row in store.logical["organization"].by_id.values():
        return timedelta(days=row.get("expirechangetrackingindays", 7))
    return timedelta(days=7)


def seen_version(store: Store, table: Table, token: str) -> int:
    """The version in a token; 0x80044352 for one too old, ended by a control or by a change to the table's columns."""
    number, _, stamp = token.partition("!")
    try:
        version = int(number)
        issued = datetime.strptime(stamp, FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise bad_request(f"The delta token '{token}' is malformed.") from None
    too_old = store.clock.now() - issued > life_of_a_token(store)
    if too_old or version < max(store.expired_up_to, table.changed_at_version):
        raise stamp_expired()
    return version


@dataclass(frozen=True)
class DeltaPage:
    """`rest` is where the next page begins, or None on the last one."""

    value: list[dict[str, Any]]
    rest: Cookie | None


def delta_page(rows: Rows, cookie: Cookie, size: int, show: Show, context: str) -> DeltaPage:
    """New and updated rows first, by version, then deletes."""
    value: list[dict[str, Any]] = []
    reached = cookie.reached
    if not cookie.deletes:
        for version, row in rows.written_after(reached):
            if version > cookie.until:
                break
            if len(value) == size:
                return DeltaPage(value, cookie.next(reached, deletes=False))
            value.append(show(row))
            reached = version
        reached = cookie.since
    for version, row_id in rows.deleted_after(reached):
        if version > cookie.until:
            break
        if len(value) == size:
            return DeltaPage(value, cookie.next(reached, deletes=True))
        value.append({"@odata.context": context, "id": row_id, "reason": "deleted"})
        reached = version
    return DeltaPage(value, None)


def pending(rows: Rows, since: int) -> int:
    """How many changes a delta from `since` would tell."""
    return sum(1 for _ in rows.written_after(since)) + sum(1 for _ in rows.deleted_after(since))
