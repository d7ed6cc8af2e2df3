"""What is wrong, in words: a sentence for each thing, and which rule says so with its numbers. Pure.

Counts, codes, objects and services; nothing about people.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from bot import durations, held
from bot.alerts.readings import FAMILIES
from bot.figures import count, named
from bot.safe import clean, cut

Member = Mapping[str, Any]
MOST_RULES, MOST_FIELDS = 4, 5
OF_BACKLOG = ("backlog", "oldest", "growing", "stalled")


def sentences(members: Iterable[Member], zone: tzinfo) -> list[str]:
    """The worst first; an object that several rules speak of is told of once."""
    found: dict[str, list[Member]] = {}
    for one in members:
        group = str(one["subject"]) if one["rule"] in OF_BACKLOG else f"{one['rule']}:{one['subject']}"
        found.setdefault(group, []).append(one)
    return [_sentence(ones, zone) for ones in found.values()]


def _sentence(ones: Sequence[Member], zone: tzinfo) -> str:
    one = ones[0]
    if all(each.get("well_since") for each in ones):
        return _well(ones, zone)
    if one["rule"] in OF_BACKLOG:
        return _behind(ones)
    return _SENTENCES[str(one["rule"])](one, zone)


def _well(ones: Sequence[Member], zone: tzinfo) -> str:
    """What has not been well for long enough to have recovered."""
    since = clock(max(datetime.fromisoformat(str(one["well_since"])) for one in ones), zone)
    how = "within limits" if FAMILIES[str(ones[0]["rule"])] == "errors" else "well"
    subject = subjects([str(ones[0]["subject"])])
    return f"{subject[:1].upper()}{subject[1:]}: {how} again since {since}, and over if it stays so"


def _behind(ones: Sequence[Member]) -> str:
    first, rules = ones[0], {str(one["rule"]): one for one in ones}
    said = [f"{count(int(first['waiting']))} waiting"]
    said += [f"the oldest for {_span(first['age'])}"] if first.get("age") is not None else []
    said += [f"{count(int(rules['growing']['limit']))} six hours ago"] if "growing" in rules else []
    said += [f"nothing synced for {_span(rules['stalled']['value'])}"] if "stalled" in rules else []
    return f"{named(str(first['subject']))}: {', '.join(said)}"


def _failures(one: Member, zone: tzinfo) -> str:
    return f"{_subject(one)}: {one['value']} % of the last hour's records failed ({count(int(one['failed']))})"


def _new_code(one: Member, zone: tzinfo) -> str:
    where = ", ".join(named(str(each)) for each in one.get("objects", ()))
    return f"a new error, {code_of(one)}: {count(int(one.get('value', 0)))} open{f' in {where}' if where else ''}"


def _errors(one: Member, zone: tzinfo) -> str:
    where = f"{named(str(one['object']))}: " if one.get("object") else ""
    return f"{where}{count(int(one['value']))} errors{f' {code_of(one)}' if one.get('code') else ''} open"


def _refused(one: Member, zone: tzinfo) -> str:
    if one.get("object"):
        return f"{_subject(one)} stopped: permission refused ({code_of(one)})"
    return f"{_subject(one)} refuses our sign-in or our rights ({code_of(one)}){_held_up(one)}"


def _native_sync(one: Member, zone: tzinfo) -> str:
    return f"Marketo's native sync is on, so {_subject(one)} stopped ({code_of(one)})"


def _schema(one: Member, zone: tzinfo) -> str:
    if fields := one.get("fields"):
        listed = ", ".join(clean(str(each)) for each in fields[:MOST_FIELDS])
        more = f" and {len(fields) - MOST_FIELDS} more" if len(fields) > MOST_FIELDS else ""
        return f"{named(str(one['object']))}: fields that are there no more are left out: {listed}{more}"
    return f"{_subject(one)} stopped: a field, table or key is not as it should be ({code_of(one)}){_held_up(one)}"


def _throttled(one: Member, zone: tzinfo) -> str:
    times = f", {count(int(one['times']))} times in a quarter of an hour" if one.get("times") else ""
    return f"{_subject(one)} slows us down{f' ({code_of(one)})' if one.get('code') else ''}{times}{_held_up(one)}"


def _down(one: Member, zone: tzinfo) -> str:
    since = clock(datetime.fromisoformat(str(one["since"])), zone)
    if one["subject"] == "sync":
        return f"no pass has ended since {since}"
    return f"{_subject(one)} is out of reach since {since} ({code_of(one)}){_held_up(one)}"


def _quota(one: Member, zone: tzinfo) -> str:
    used, stops_at = one.get("used", one["value"]), int(one.get("stops_at", 100))
    said = f"{used} % of the day's calls to Marketo are used"
    if not one.get("stopped"):
        return f"{said}; at {stops_at} % the sync stops calling it"
    others = ", and the rest is left to other integrations" if stops_at < 100 else ""
    none = "nothing is read from Marketo or written to it until they are counted anew"
    return f"{said}{others}; {none}{_held_up(one)}"


def _held_up(one: Member) -> str:
    waiting = int(one.get("waiting") or 0)
    if not waiting:
        return ""
    age = _span(one.get("age"))
    return f"; {count(waiting)} changes wait, the oldest for {age}" if waiting > 1 else f"; 1 change waits, for {age}"


def _brake(one: Member, zone: tzinfo) -> str:
    return f"{_subject(one)} held: {held.why(one.get('why'))}. To go on: /sync resume {one['subject']}"


def _undelivered(one: Member, zone: tzinfo) -> str:
    return f"Slack does not take messages for the channel {clean(str(one['subject']))} ({code_of(one)})"


_SENTENCES = {
    "failures": _failures,
    "new-code": _new_code,
    "errors": _errors,
    "refused": _refused,
    "native-sync": _native_sync,
    "schema": _schema,
    "throttled": _throttled,
    "down": _down,
    "quota": _quota,
    "brake": _brake,
    "undelivered": _undelivered,
}


def rules(members: Sequence[Member]) -> str:
    """`oldest > 2h for 5m: 3h`, rule by rule; so many, and then how many more."""
    said = [_rule(one) for one in members[:MOST_RULES]]
    more = len(members) - MOST_RULES
    return "; ".join([*said, f"and {more} more"] if more > 0 else said)


def _rule(one: Member) -> str:
    rule = str(one["rule"])
    value, limit = one.get("value"), _limit(one)
    where = f"{one['object']} " if one.get("object") else ""
    lasts = f" for {_held(one)}" if one.get("held") else ""
    if rule in ("backlog", "errors"):
        return f"{where}{rule} > {count(int(limit or 0))}{lasts}: {count(int(value or 0))}"
    if rule in ("oldest", "stalled"):
        return f"{where}{rule} > {_span(limit)}{lasts}: {_span(value)}"
    if rule == "growing":
        return f"{where}growing: {count(int(value or 0))}, {count(int(limit or 0))} 6 h ago"
    if rule == "failures":
        return f"{where}failures > {limit} %{lasts}: {value} %"
    if rule == "quota":
        return f"quota ≥ {limit} % of ours: {value} %"
    least = f" for at least {_held(one)}" if one.get("held") else ""
    return (
        f"{where}{rule}{least}: {code_of(one) if one.get('code') else clean(str(one['subject'])).removeprefix('code:')}"
    )


def _limit(one: Member) -> Any:
    """The one that makes it as bad as it is."""
    return one.get("critical", one.get("limit")) if one.get("level") == "critical" else one.get("limit")


def _held(one: Member) -> str:
    return durations.exact(timedelta(seconds=int(one["held"])))


def code_of(one: Member) -> str:
    return cut(clean(str(one.get("code") or "")), 40) or "no code"


def _subject(one: Member) -> str:
    return named(clean(str(one["subject"])))


def subjects(names: Iterable[str]) -> str:
    """`Leads, Accounts and Marketo`."""
    listed = list(names)
    told = [_told(name) for name in listed if name != "all" or len(listed) == 1]
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


def _told(name: str) -> str:
    if name.startswith("code:"):
        return clean(name.replace(":", " ", 1))
    return {"all": "All objects", "sync": "The sync"}.get(name, named(clean(name).replace("code:", "code ")))


def clock(moment: datetime, zone: tzinfo) -> str:
    """`14:02 UTC`, `11:02 UTC-3`: readers of a channel live in several zones.

    Many zones have no letters of their own, and IST means three of them.
    """
    there = moment.astimezone(zone)
    return f"{there:%H:%M} {_apart(there.utcoffset() or timedelta())}"


def _apart(offset: timedelta) -> str:
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    apart = f"{'-' if offset < timedelta() else '+'}{hours}{f':{minutes:02}' if minutes else ''}"
    return f"UTC{apart}" if offset else "UTC"


def _span(seconds: Any) -> str:
    return durations.spell(timedelta(seconds=int(seconds or 0)))
