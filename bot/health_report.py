"""How the process fares, in words: the verdict first, then one line for each thing it hangs on. Pure.

There is nothing about people in it: what a service or a failure said is left to the log.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from tabulate import tabulate

from bot import blocks, durations, held, rereads, unfit
from bot.answers import Answer, fenced
from bot.blocks import Button
from bot.figures import clock, count, named, towards
from bot.request import Health, Status
from bot.safe import clean, cut, for_mrkdwn
from bot.texts import _, plural
from bot.vitals import Vitals
from storage.health import HeldLane, JobState
from storage.history import Service
from sync.marketo.codes import seconds_to_new_quota

# An alert is told within seconds; one that waits longer was refused by Slack.
UNTOLD_TOO_LONG = timedelta(minutes=5)
KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Reading:
    """The vitals, and the zone of who reads them."""

    vitals: Vitals
    zone: tzinfo

    def clock(self, moment: datetime) -> str:
        return clock(moment, self.vitals.now, self.zone)

    def ago(self, moment: datetime) -> str:
        return durations.spell(max(self.vitals.now - moment, timedelta()))


def draw(vitals: Vitals, zone: tzinfo) -> Answer:
    reading = Reading(vitals, zone)
    said, about, jobs = verdict(reading), _about(reading), _jobs(reading)
    drawn = [
        blocks.plain(said),
        blocks.lines(*(((f"{name}  ", "bold"), words) for name, words in about)),
        blocks.preformatted(jobs),
        blocks.actions([Button(_("Refresh"), Health().words), Button(_("Status"), Status().words)]),
    ]
    lines = "\n".join(for_mrkdwn(f"{name}: {words}") for name, words in about)
    return Answer(f"{for_mrkdwn(said)}\n{lines}\n{fenced(jobs)}", drawn)


def verdict(reading: Reading) -> str:
    """The worst of what is wrong, and how much else is."""
    wrong = troubles(reading)
    if not wrong:
        return _("HEALTHY  both services, Slack and the database answer")
    more = plural(" (and {count} more)", " (and {count} more)", len(wrong) - 1).format(count=len(wrong) - 1)
    return _("UNWELL  {trouble}").format(trouble=wrong[0]) + (more if len(wrong) > 1 else "")


def troubles(reading: Reading) -> list[str]:
    """Everything that keeps the sync from its work, the worst first."""
    vitals = reading.vitals
    found = []
    if vitals.hearing.lost_at and vitals.hearing.is_dead:
        found.append(_("no socket to Slack since {time}").format(time=reading.clock(vitals.hearing.lost_at)))
    found += [_service_down(one, reading) for one in vitals.services if one.down_since]
    found += _silent(reading)
    if vitals.overdue_since:
        found.append(_("no pass has ended since {time}").format(time=reading.clock(vitals.overdue_since)))
    found += [_("the job {job} died").format(job=job.name) for job in vitals.jobs if job.failure]
    found += [_held(lane, reading) for lane in vitals.held if lane.stopped_at]
    if vitals.untold.since and vitals.now - vitals.untold.since > UNTOLD_TOO_LONG:
        found.append(_("alerts wait to be told since {time}").format(time=reading.clock(vitals.untold.since)))
    elif vitals.undelivered:
        found.append(_("alerts cannot be told in {channel}").format(channel=clean(vitals.undelivered[0].channel)))
    return found


def _about(reading: Reading) -> list[tuple[str, str]]:
    """(what, how it fares), line by line."""
    vitals = reading.vitals
    lines = [("Slack", _slack(reading))]
    lines += [(named(name), _service(name, reading)) for name in ("dynamics", "marketo")]
    if vitals.quota:
        lines.append((_("Marketo calls today"), _quota(reading)))
    lines += [(_("Database"), _database(reading)), (_("Alerts"), _alerts(reading)), *_undelivered(reading)]
    back = "; ".join(_held(lane, reading) for lane in vitals.held)
    return [*lines, (_("Held back"), back or _("nothing")), *_reread(reading), *_unfit(reading), *_role(reading)]


def _role(reading: Reading) -> list[tuple[str, str]]:
    """Which of several processes answered; nothing where there can be no other."""
    said = {
        "syncs": _("This process syncs and answers."),
        "answers": _("This process only answers; another one syncs."),
    }
    role = reading.vitals.role
    return [] if role == "alone" else [(_("Process"), said[role])]


def _unfit(reading: Reading) -> list[tuple[str, str]]:
    sentences = unfit.told(reading.vitals.unfit)
    return [(_("Fields"), "; ".join(sentences))] if sentences else []


def _reread(reading: Reading) -> list[tuple[str, str]]:
    """What had to be read as a whole in the last week, and why; nothing where nothing had."""
    found = rereads.lately(reading.vitals.rereads, reading.vitals.now)
    words = [f"{named(name)} {reading.clock(at)}: {why}" for name, at, why in found]
    return [(_("Read anew"), "; ".join(words))] if words else []


def _slack(reading: Reading) -> str:
    hearing = reading.vitals.hearing
    heard = (
        _("last heard {time}").format(time=reading.clock(hearing.heard_at)) if hearing.heard_at else _("not heard yet")
    )
    if not hearing.by_socket:
        return _("over HTTP; {heard}").format(heard=heard)
    if hearing.opened_at is None:
        return _("socket closed; {heard}").format(heard=heard)
    return _("socket open for {span}; {heard}").format(span=reading.ago(hearing.opened_at), heard=heard)


def _service(name: str, reading: Reading) -> str:
    found = next((one for one in reading.vitals.services if one.name == name), Service(name))
    read = _("last read {time}").format(time=reading.clock(found.read_at)) if found.read_at else _("not read yet")
    down = [_("down since {time}").format(time=reading.clock(found.down_since))] if found.down_since else []
    return "; ".join([*down, read, *_slowed(name, reading)])


def _slowed(name: str, reading: Reading) -> list[str]:
    """Throttling met since this process began; nothing where there was none."""
    met = {code: number for code, number in reading.vitals.throttled.get(name, {}).items() if number}
    if not met:
        return []
    codes = ", ".join(f"{code}: {count(number)}" for code, number in sorted(met.items()))
    since = reading.clock(reading.vitals.started_at)
    return [_("slowed down since {time} ({codes})").format(time=since, codes=codes)]


def _quota(reading: Reading) -> str:
    """The day is US Central's. Where Marketo does not tell, what we called ourselves is the least there can be."""
    vitals, limit = reading.vitals, reading.vitals.allowance.daily
    anew = reading.clock(vitals.now + timedelta(seconds=round(seconds_to_new_quota(vitals.now))))
    words = _("{calls} used of {limit}; counted anew {time}")
    calls = vitals.quota.calls if vitals.quota else None
    if calls is None:
        if vitals.plan.used is None:
            return _("Marketo does not tell now")
        words = _("Marketo does not tell now; at least {calls} used of {limit}; counted anew {time}")
        calls = round(vitals.plan.used * limit)
    told = words.format(calls=count(calls), limit=count(limit), time=anew)
    return "; ".join([told, *_planned(reading)])


def _planned(reading: Reading) -> list[str]:
    """What is held back for the sake of the quota; nothing where nothing is."""
    plan, used = reading.vitals.plan, round(100 * (reading.vitals.plan.used or 0))
    if not plan.calls:
        words = _("nothing is read or written until then: {used} % are used, the rest is left to other integrations")
        return [words.format(used=used)]
    said = []
    if not plan.retries:
        said.append(_("retries wait until then: {used} % of the day's calls are used").format(used=used))
    if plan.stretch > 1:
        said.append(_("passes are {times} times as far apart as usual").format(times=f"{plan.stretch:.1f}"))
    return said


def _database(reading: Reading) -> str:
    stored = reading.vitals.stored
    kind, size = KINDS.get(stored.kind, stored.kind), f"{stored.size / 1_000_000:,.1f} MB"
    return _("{kind}, {size}, schema {version}").format(kind=kind, size=size, version=stored.schema)


def _alerts(reading: Reading) -> str:
    untold = reading.vitals.untold
    if not untold.number or not untold.since:
        return _("some could not be delivered") if reading.vitals.undelivered else _("all told")
    words = plural("{count} untold since {time}", "{count} untold since {time}", untold.number)
    return words.format(count=count(untold.number), time=reading.clock(untold.since))


def _undelivered(reading: Reading) -> list[tuple[str, str]]:
    """Channels that Slack takes nothing for; nothing where there is none."""
    words = _("{channel} since {time}: {error}")
    said = [
        words.format(channel=clean(one.channel), time=reading.clock(one.since), error=cut(clean(one.error), 80))
        for one in reading.vitals.undelivered
    ]
    return [(_("Not delivered"), "; ".join(said))] if said else []


def _silent(reading: Reading) -> list[str]:
    """Services whose last call got no answer, before they are known to be down."""
    known = {one.name for one in reading.vitals.services if one.down_since}
    words = _("{service} does not answer: {code}")
    found = [(name, code) for name, code in reading.vitals.failing.items() if name not in known]
    return [words.format(service=named(name), code=code) for name, code in found]


def _service_down(one: Service, reading: Reading) -> str:
    words = _("{service} is down since {time}: {code}")
    since = reading.clock(one.down_since) if one.down_since else "-"
    return words.format(service=named(one.name), time=since, code=cut(clean(one.code or ""), 40) or "-")


def _held(lane: HeldLane, reading: Reading) -> str:
    where = f"{named(lane.object)} {towards(lane.direction)}"
    if lane.braked and lane.stopped_at:
        words = _("{where} held by a brake {time}: {why}; to go on: /sync resume {object}")
        time = reading.clock(lane.stopped_at)
        return words.format(where=where, time=time, why=held.why(lane.message), object=lane.object)
    if lane.stopped_at:
        words = _("{where} stopped {time}: {code}")
        return words.format(
            where=where, time=reading.clock(lane.stopped_at), code=cut(clean(lane.stopped_code or ""), 40)
        )
    return _("{where} paused").format(where=where)


def _jobs(reading: Reading) -> str:
    headings = [_("Job"), _("Began"), _("Ended"), _("Next"), ""]
    rows = [_job(job, reading) for job in reading.vitals.jobs] or [["-", "-", "-", "-", ""]]
    rules = ["-" * max(len(row[at]) for row in (headings, *rows)) for at in range(len(headings))]
    drawn = tabulate([headings, rules, *rows], tablefmt="plain", disable_numparse=True)
    return "\n".join(line.rstrip() for line in drawn.splitlines())


def _job(job: JobState, reading: Reading) -> list[str]:
    def told(moment: datetime | None) -> str:
        return reading.clock(moment) if moment else "-"

    return [job.name, told(job.started_at), told(job.finished_at), told(job.next_at), _("died") if job.failure else ""]
