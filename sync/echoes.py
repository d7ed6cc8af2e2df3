"""Telling the echo of our own write from an edit, and an edit that our write ran over, in Marketo's activities."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from storage.changes import Link
from sync.objects import Object
from sync.values import compared, fingerprint

API = "Web service API"  # the Source of every write over REST, ours and other integrations' alike


@dataclass(slots=True)
class Judged:
    """What one person's activities come to.

    `look` when there may be an edit, so that the person must be read. `met` are, per object, the fields whose sent
    value need not be awaited any longer; `restore` the edits our write ran over although Marketo's value should stand.
    `touched` are the fields that the activities speak of at all, `landed` those in which our own write is seen.
    """

    edited_at: datetime
    look: bool = False
    met: dict[str, set[str]] = field(default_factory=dict)
    restore: dict[str, dict[str, Any]] = field(default_factory=dict)
    touched: dict[str, set[str]] = field(default_factory=dict)
    landed: dict[str, set[str]] = field(default_factory=dict)


def moment(stamp: str) -> datetime:
    """Marketo writes `Z` on some endpoints and `+0000` on others."""
    return datetime.fromisoformat(stamp.replace("+0000", "+00:00")).astimezone(UTC)


def judge(
    people: Iterable[Object],
    marketo_id: str,
    links: Mapping[str, Mapping[str, Link]],
    activities: Iterable[Mapping[str, Any]],
) -> Judged:
    """Judges one person's activities among `activities`, oldest first as Marketo lists them."""
    own = [one for one in activities if str(one["leadId"]) == marketo_id]
    judged = Judged(min(moment(one["activityDate"]) for one in own))
    linked = [(one, links[one.name][marketo_id]) for one in people if marketo_id in links[one.name]]
    judged.look = not linked
    for activity in own:
        for one, link in linked:
            for change in activity.get("fields", ()):
                _judge_field(judged, one, link, change, by_api(activity))
    return judged


def by_api(activity: Mapping[str, Any]) -> bool:
    return any(each["name"] == "Source" and each["value"] == API for each in activity.get("attributes", ()))


def _judge_field(judged: Judged, one: Object, link: Link, change: Mapping[str, Any], api: bool) -> None:
    mapped = next((each for each in one.travelling("to-dynamics") if each.rest == change["name"]), None)
    if mapped is None:
        judged.look = judged.look or change["name"] not in {each.rest for each in one.fields}
        return
    new = fingerprint(mapped, compared(mapped, change.get("newValue")))
    old_value = compared(mapped, change.get("oldValue"))
    before, after = link.sent.get(mapped.name, ("", None))
    met = judged.met.setdefault(one.name, set())
    judged.touched.setdefault(one.name, set()).add(mapped.name)
    if api and new == after:
        judged.landed.setdefault(one.name, set()).add(mapped.name)
    old = fingerprint(mapped, old_value)
    if new not in (link.agreed.get(mapped.name, ""), after):
        judged.look = True
        if old == after:  # an edit of what we wrote: our write was seen by whoever made it
            met.add(mapped.name)
        return
    ran_over = api and new == after and mapped.name not in met and old not in (before, after)
    if ran_over and mapped.wins == "marketo" and not mapped.opt_out:
        judged.restore.setdefault(one.name, {})[mapped.rest] = old_value
    met.add(mapped.name)
