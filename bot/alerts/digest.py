"""A digest: what a day or a week brought, and how things stand. Counts and codes; nothing about people. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot import blocks, charts, durations
from bot.alerts.due import Period
from bot.answers import Answer, assembled, fenced, say
from bot.blocks import Block, Button, Word
from bot.error_groups import number_of
from bot.explanations import explained
from bot.figures import count, named
from bot.request import Errors, Status
from bot.safe import clean, for_mrkdwn
from bot.standing import Picture, Standing, standings, verdict
from bot.tables import Form, Table, object_
from bot.texts import _, plural
from storage.error_groups import Group
from storage.history import LaneName
from storage.trend import Trend

MOST_CODES = 8
ON_TIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Digest:
    """All that a digest is drawn from. `synced` and `failed` are the period's, the latter counted up to a limit.

    `picture` is as things stand now; `groups` are the open errors, new where they came up in the period. `alerts` are
    the episodes that are open in its channel. `calls` are Marketo's by day, as far as it tells.
    """

    period: Period
    picture: Picture
    synced: Mapping[LaneName, int]
    failed: int
    groups: Sequence[Group]
    trend: Trend
    alerts: int = 0
    calls: Mapping[date, int] = field(default_factory=dict)
    daily_calls: int = 0
    weekly: bool = False


def draw(digest: Digest) -> Answer:
    """One line where there is nothing to say."""
    found = standings(digest.picture)
    said = verdict(digest.picture, found)
    if _is_quiet(digest, found):
        nothing = _("nothing was synced, nothing waits, nothing failed")
        return say(f"{_heading(digest)}: {nothing}. {said}")
    table, curve = _table(digest, found), _curve(digest, found)
    facts, errors, more = _facts(digest), _errors_heading(digest), _more(digest)
    entries = [_entry(group, digest.picture.now) for group in digest.groups[:MOST_CODES]]
    drawn: list[Block | tuple[Block, Block | None]] = [
        blocks.plain(_heading(digest)),
        blocks.lines([(said, "bold")]),
        table.block,
        curve.block,
        blocks.plain(errors),
        *(blocks.lines(*entry) for entry in entries),
        *([blocks.small(more)] if more else []),
        *([blocks.small("\n".join(facts))] if facts else []),
        blocks.actions(_buttons()),
    ]
    spelled = ["\n".join("".join(blocks.unstyled(word) for word in line) for line in entry) for entry in entries]
    above = for_mrkdwn(f"{_heading(digest)}\n{said}")
    below = for_mrkdwn("\n".join([errors, *spelled, *([more] if more else []), *facts]))
    return assembled(f"{above}\n{fenced(table.letters)}\n{fenced(curve.letters)}\n{below}", *drawn)


def _is_quiet(digest: Digest, found: Sequence[Standing]) -> bool:
    waiting = sum(one.backlog + one.errors for one in found)
    return not (sum(digest.synced.values()) or digest.failed or digest.groups or waiting or digest.alerts)


def _heading(digest: Digest) -> str:
    """What it is, of when; and where it comes late, that it does."""
    start, end = (f"{at:%a} {at.day} {at:%b %H:%M}" for at in _ends(digest))
    what = _("Weekly digest") if digest.weekly else _("Daily digest")
    said = _("{what}, {start} to {end}").format(what=what, start=start, end=end)
    late = digest.picture.now - digest.period.end
    if late <= ON_TIME:
        return said
    return _("{digest} · late by {span}").format(digest=said, span=durations.spell(late))


def _ends(digest: Digest) -> tuple[datetime, datetime]:
    zone = digest.picture.zone
    return digest.period.start.astimezone(zone), digest.period.end.astimezone(zone)


def _table(digest: Digest, found: Sequence[Standing]) -> Table:
    """What was synced each way, what waits, and how old the oldest of it is."""
    totals = [sum(digest.synced.get((one.object, way), 0) for one in found) for way in ("to-marketo", "to-dynamics")]

    def cells(form: Form) -> list[list[str]]:
        rows = [_cells(one, digest.synced, form) for one in found]
        oldest = max((one.oldest for one in found if one.oldest is not None), default=None)
        waiting = form.number(sum(one.backlog for one in found))
        last = [_("Total"), *(form.number(each) for each in totals), waiting, form.span(oldest)]
        return [*rows, last]

    marketo, dynamics = (_("To Marketo"), _("To M.")), (_("To Dynamics"), _("To D."))
    waiting = (_("Waiting"), _("Wait"))
    return Table([object_(), marketo, dynamics, waiting, (_("Oldest"), _("Oldest"))], cells)


def _cells(one: Standing, synced: Mapping[LaneName, int], form: Form) -> list[str]:
    ways = [form.number(synced.get((one.object, way), 0)) for way in ("to-marketo", "to-dynamics")]
    return [named(one.object), *ways, form.waiting(one.backlog, one), form.span(one.oldest, "?" if one.unread else "-")]


def _curve(digest: Digest, found: Sequence[Standing]) -> charts.Curve:
    """Each object that waited at all; their total where none did."""
    parts = {named(one.object): digest.trend.parts.get(one.object, ()) for one in found}
    risen = {name: peaks for name, peaks in parts.items() if any(peaks)}
    return charts.curve(risen or {_("Total"): digest.trend.total}, digest.trend.end, digest.picture.zone)


def _errors_heading(digest: Digest) -> str:
    failed = plural("{count} record failed in this time", "{count} records failed in this time", digest.failed)
    said = failed.format(count=number_of(digest.failed))
    if not digest.groups:
        return _("{failed}; no errors are open.").format(failed=said)
    errors = sum(group.errors for group in digest.groups)
    are = plural("{count} error is open", "{count} errors are open", errors).format(count=number_of(errors))
    return _("{failed}; {open}, by cause:").format(failed=said, open=are)


def _entry(group: Group, now: datetime) -> list[list[Word]]:
    """Two lines: the code, how many, how new and how old; whose, and what to do."""
    are = _("{count} open").format(count=number_of(group.errors))
    new = _("{count} new").format(count=number_of(group.new))
    span = durations.spell(max(now - group.oldest, timedelta()))
    oldest = _("oldest first failed {span} ago").format(span=span)
    what = explained(group.code) or _("Not a code I know: open it and read the messages.")
    objects = ", ".join(named(clean(one)) for one in group.objects)
    facts = " · ".join([are, new, oldest])
    return [[(clean(group.code) or "-", "code"), f"  {facts}"], [(objects, "bold"), f" – {what}"]]


def _more(digest: Digest) -> str:
    left = len(digest.groups) - MOST_CODES
    more = plural("… and {count} more code", "… and {count} more codes", left)
    return more.format(count=count(left)) if left > 0 else ""


def _facts(digest: Digest) -> list[str]:
    """The quota and the alerts that are open."""
    facts = [_quota(digest)]
    if digest.alerts:
        words = plural(
            "{count} alert is open in this channel", "{count} alerts are open in this channel", digest.alerts
        )
        facts.append(words.format(count=count(digest.alerts)))
    return facts


def _quota(digest: Digest) -> str:
    """Marketo's days are US Central's, so the one under way is told apart from those before."""
    if not digest.calls:
        return _("Marketo calls: not known, Marketo did not say how many were made")
    *before, (_today, so_far) = sorted(digest.calls.items())
    limit, today = count(digest.daily_calls), count(so_far)
    if not before:
        return _("Marketo calls: {today} today so far, of {limit} a day").format(today=today, limit=limit)
    shown = before if digest.weekly else before[-1:]
    day, most = max(shown, key=lambda each: each[1])
    words = _("Marketo calls: {today} today so far, {most} on {day}, of {limit} a day (days are US Central's)")
    if len(shown) > 1:
        words = _("Marketo calls: {today} today so far, at most {most}, on {day}, of {limit} a day (US Central's days)")
    return words.format(today=today, most=count(most), day=f"{day:%a} {day.day} {day:%b}", limit=limit)


def _buttons() -> list[Button]:
    return [
        Button(_("Status"), Status().words),
        Button(_("Errors"), Errors().words),
        Button(_("Trend"), Status(None, "trend").words),
    ]
