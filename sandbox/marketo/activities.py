"""The activity log: written by every change, ours included, and read in pages whose cost is the page, not the history.

An activity's id is its place in the log plus one. Feeds (one list of places per type, and per field for type 13) let a
page skip what was not asked for.
"""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from heapq import merge
from typing import Any, NamedTuple

from sandbox.marketo.activity_types import (
    CHANGE_DATA_VALUE,
    CHANGE_SCORE,
    DELETE_LEAD,
    LONGEST,
    MERGE_LEADS,
    NEW_LEAD,
    RETENTION,
)
from sandbox.marketo.envelope import Json
from sandbox.marketo.fields import Field

API_SOURCE = "Web service API"
SCANNED_PER_PAGE = 3000
"""A page gives up after so many activities that did not fit its filter: it comes back short, with more to come."""


class Activity(NamedTuple):
    id: int
    type: int
    lead: int
    moment: datetime
    primary_id: int | None
    primary: str | None
    attributes: dict[str, Any]
    field: Field | None = None
    old: Any = None
    new: Any = None


class Page(NamedTuple):
    activities: list[Activity]
    next_place: int
    more: bool


class Activities:
    def __init__(self) -> None:
        self.log: list[Activity] = []
        self._times = array("d")
        self._by_type: defaultdict[int, array[int]] = defaultdict(lambda: array("Q"))
        self._by_field: defaultdict[str, array[int]] = defaultdict(lambda: array("Q"))

    def _write(self, kind: int, lead: int, moment: datetime, *rest: Any) -> None:
        place = len(self.log)
        self.log.append(Activity(place + 1, kind, lead, moment, *rest))
        # A clock that was set back must not unsort the times that tokens are looked up by.
        time = moment.timestamp()
        self._times.append(max(time, self._times[-1]) if place else time)
        self._by_type[kind].append(place)

    def new_lead(self, lead: int, moment: datetime, source: str) -> None:
        self._write(NEW_LEAD, lead, moment, None, None, {"Source Type": source})

    def changed(self, lead: int, moment: datetime, field: Field, old: Any, new: Any, source: str, reason: str) -> None:
        """One field of one person has another value (type 13); a score's change is told as type 22 too."""
        self._by_field[field.name].append(len(self.log))
        told = {"Reason": reason, "Source": source}
        self._write(CHANGE_DATA_VALUE, lead, moment, field.id, field.display, told, field, old, new)
        if field.type == "score":
            points = {"Change Value": f"{(new or 0) - (old or 0):+d}", "New Value": new, "Old Value": old, **told}
            self._write(CHANGE_SCORE, lead, moment, field.id, field.display, points)

    def merged(self, winner: int, losers: list[int], moment: datetime) -> None:
        told = {"Master Updated": True, "Merge IDs": str(losers).replace(" ", ""), "Merge Source": API_SOURCE}
        self._write(MERGE_LEADS, winner, moment, winner, str(winner), told)

    def deleted(self, lead: int, moment: datetime, name: str) -> None:
        self._write(DELETE_LEAD, lead, moment, lead, name, {})

    def place_at(self, moment: datetime) -> int:
        """The place of the first activity at or after `moment`."""
        return bisect_left(self._times, moment.timestamp())

    def of_types(self, types: Iterable[int], start: int, now: datetime) -> list[Iterator[int]]:
        """The feeds of these types from place `start` on, as far as they are still kept."""
        return [self._feed(self._by_type[kind], kind, start, now) for kind in types]

    def lead_changes(self, fields: Iterable[str], start: int, now: datetime) -> list[Iterator[int]]:
        """The feeds of New Lead and of every change of these fields."""
        changes = [self._feed(self._by_field[name], CHANGE_DATA_VALUE, start, now) for name in fields]
        return [*self.of_types([NEW_LEAD], start, now), *changes]

    def _feed(self, places: "array[int]", kind: int, start: int, now: datetime) -> Iterator[int]:
        oldest = 0 if kind == NEW_LEAD else self.place_at(now - RETENTION.get(kind, LONGEST))
        return _from(places, bisect_left(places, max(start, oldest)))

    def page(self, feeds: list[Iterator[int]], size: int, fits: Callable[[Activity], bool] | None = None) -> Page:
        """At most `size` activities of these feeds, oldest first, and where the next page begins."""
        found: list[Activity] = []
        for scanned, place in enumerate(merge(*feeds)):
            if len(found) == size or scanned == SCANNED_PER_PAGE:
                return Page(found, place, True)
            activity = self.log[place]
            if fits is None or fits(activity):
                found.append(activity)
        return Page(found, len(self.log), False)


def _from(places: "array[int]", index: int) -> Iterator[int]:
    """The places from `index` on, without stepping over those before it."""
    for at in range(index, len(places)):
        yield places[at]


def as_text(value: Any) -> str | None:
    """Old and new values travel as text, whatever the field's type (Marketo's swagger)."""
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def described(activity: Activity) -> Json:
    """As activities.json shows it; empty attributes are omitted."""
    told: Json = dict(activity.attributes)
    if activity.type == CHANGE_DATA_VALUE:
        told = {"New Value": as_text(activity.new), "Old Value": as_text(activity.old), **told}
    shown: Json = {
        "id": activity.id,
        "marketoGUID": str(activity.id),
        "leadId": activity.lead,
        "activityTypeId": activity.type,
    }
    if activity.primary_id is not None:
        shown |= {"primaryAttributeValueId": activity.primary_id, "primaryAttributeValue": activity.primary}
    shown["attributes"] = [{"name": name, "value": value} for name, value in told.items() if value is not None]
    return shown


def described_change(activity: Activity) -> Json:
    """As leadchanges.json shows it: type 13 with the field that changed, New Lead with none."""
    told = [{"name": name, "value": value} for name, value in activity.attributes.items()]
    shown: Json = {
        "id": activity.id,
        "marketoGUID": str(activity.id),
        "leadId": activity.lead,
        "activityTypeId": activity.type,
        "fields": [],
        "attributes": [*told, {"name": "Lead ID", "value": activity.lead}],
    }
    if activity.field is not None:
        change = {"id": activity.field.id, "name": activity.field.name}
        shown["fields"].append({**change, "newValue": as_text(activity.new), "oldValue": as_text(activity.old)})
    return shown
