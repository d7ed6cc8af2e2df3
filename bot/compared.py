"""What people read when both sides are compared. Pure; ids, counts and names of fields only."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from bot import blocks
from bot.answers import Answer, Block, assembled, fenced, say
from bot.blocks import Button
from bot.figures import clock, count, named
from bot.reasons import because
from bot.request import Compare, Run, Status
from bot.safe import clean, for_mrkdwn
from bot.tables import Table
from bot.texts import _, plural
from storage.comparisons import Comparison, Counted
from sync.comparing import Tally
from sync.errors import Spent, SyncFailure
from sync.repairing import Queued

MOST_KINDS = 30


def buttons(name: str, differ: bool) -> list[Button]:
    """What one may want to do next."""
    found = [
        Button("CSV", Compare(name, csv=True).words, _("Send all differences to me as CSV")),
        Button(_("Queue the repair"), Compare(name, repair=True).words),
    ]
    again = [Button(_("Compare again"), Compare(name).words), Button(_("Status"), Status(name).words)]
    return [*(found if differ else []), *again]


def draw(name: str, tally: Tally, kinds: Sequence[Counted], alone: int = 0) -> Answer:
    """The verdict, what became of every record, and where they differ; `alone` are errors that no record is part of."""
    heading = verdict(name, tally, alone)
    sums = " · ".join(filter(None, [account(tally), errors_alone(alone)]))
    parts: list[Block | tuple[Block, Block | None]] = [blocks.plain(heading), blocks.small(sums)]
    spelled = [for_mrkdwn(heading), for_mrkdwn(sums)]
    if kinds:
        table = kinds_table(kinds)
        parts.append(table.block)
        spelled.append(fenced(table.letters))
    return assembled("\n".join(spelled), *parts, blocks.actions(buttons(name, bool(kinds))))


def verdict(name: str, tally: Tally, alone: int) -> str:
    if not tally.compared:
        return _("{object}: there is nothing to compare.").format(object=named(name))
    if tally.agrees and not alone:
        said = _("{object}: both sides agree. {count} compared.")
    elif not tally.different:
        said = _("{object}: none differ; {rest}. {count} compared.")
    else:
        said = plural(
            "{object}: {different} of {count} differs.", "{object}: {different} of {count} differ.", tally.different
        )
    rest = ", ".join(filter(None, [unsettled(tally), errors_alone(alone)]))
    told = {"count": count(tally.compared), "different": count(tally.different), "rest": rest}
    return said.format(object=named(name), **told)


def unsettled(tally: Tally) -> str:
    """What keeps both sides from agreeing although nothing differs."""
    parts = [
        (tally.waiting, plural("{count} waits", "{count} wait", tally.waiting)),
        (tally.just_edited, plural("{count} was edited just now", "{count} were edited just now", tally.just_edited)),
        (tally.in_errors, plural("{count} is in errors", "{count} are in errors", tally.in_errors)),
        (tally.left_out.total(), plural("{count} is left out", "{count} are left out", tally.left_out.total())),
    ]
    return ", ".join(said.format(count=count(records)) for records, said in parts if records)


def errors_alone(errors: int) -> str:
    """Open errors that no comparison meets, because they are about people whom no row is linked to."""
    said = plural(
        "{count} more error is about a record that the other side does not have",
        "{count} more errors are about records that the other side does not have",
        errors,
    )
    return said.format(count=count(errors)) if errors else ""


def account(tally: Tally) -> str:
    """Every record compared is one of these."""
    parts = [_("equal {count}").format(count=count(tally.equal))]
    parts += [_("different {count}").format(count=count(tally.different))] if tally.different else []
    parts += [_("waiting {count}").format(count=count(tally.waiting))] if tally.waiting else []
    parts += [_("edited just now {count}").format(count=count(tally.just_edited))] if tally.just_edited else []
    parts += [_("in errors {count}").format(count=count(tally.in_errors))] if tally.in_errors else []
    parts += [_("left out {count}").format(count=count(tally.left_out.total()))] if tally.left_out else []
    reasons = [f"{count(records)} × {clean(because(why))}" for why, records in tally.left_out.most_common()]
    return " · ".join(parts) + (": " + "; ".join(reasons) if reasons else "")


def kinds_table(kinds: Sequence[Counted]) -> Table:
    """Differences by kind and field, the commonest first."""
    rows = [(spelled_kind(each), each.records) for each in kinds[:MOST_KINDS]]
    if more := sum(each.records for each in kinds[MOST_KINDS:]):
        rows.append((_("others"), more))
    headings = [(_("Difference"), _("Difference")), (_("Records"), _("Rec"))]
    return Table(headings, lambda form: [[name, form.number(records)] for name, records in rows])


def spelled_kind(each: Counted) -> str:
    """A field by its name, any other kind in words."""
    kinds = {
        "missing in marketo": _("missing in Marketo"),
        "missing in dynamics": _("missing in Dynamics"),
        "linked wrongly": _("holds another id"),
        "not linked": _("not linked"),
    }
    return kinds.get(each.kind, each.field)


def progress(name: str, done: int, total: int) -> Answer:
    said = _("{object}: {done} of about {total} …")
    return say(said.format(object=named(name), done=count(done), total=count(total)))


def under_way(name: str = "") -> Answer:
    """Without a name, in another process."""
    if not name:
        return say(_("Another process is comparing already; one comparison at a time."))
    return say(_("{object} are being compared already; one comparison at a time.").format(object=named(name)))


def why_stopped(failure: SyncFailure, now: datetime, zone: tzinfo) -> str:
    """Its code, for a service's own message may hold people's data; of calls that are spent, until when."""
    if not isinstance(failure, Spent):
        return clean(failure.code)
    said = _("our share of the day's calls to Marketo is used; it can go on from {time} on")
    return said.format(time=clock(failure.again_at, now, zone))


def failed(request: Compare, code: str) -> Answer:
    """A comparison or a repair that came to no end; `code` says why."""
    said = _("{object} could not be compared to the end: {code}. Nothing was changed by it.")
    if request.repair:
        said = _("The repair of {object} stopped: {code}. What was queued before that stays queued.")
    told = said.format(object=named(request.object or ""), code=code)
    return say(told, Button(_("Try again"), request.words))


def not_compared(name: str) -> Answer:
    said = _("{object} were not compared to the end yet.").format(object=named(name))
    return say(said, Button(_("Compare now"), Compare(name).words))


def nothing_differs(name: str) -> Answer:
    said = _("{object}: the last comparison found no difference.").format(object=named(name))
    return say(said, *buttons(name, False))


def question(name: str, records: int, time: str) -> Answer:
    """How many it would be, by the comparison of `time`, and a button that says yes."""
    asked = plural(
        "Queue the repair of {count} record of {object}?", "Queue the repair of {count} records of {object}?", records
    ).format(count=count(records), object=name)
    asked = f"{asked} " + _("By the comparison of {time}.").format(time=time)
    follows = _(
        "Each is read anew on both sides; what still differs waits as a change, and the next pass writes it by the "
        "usual rules. Nobody is opted in by it."
    )
    agreed = Button(_("Repair {count}").format(count=count(records)), Compare(name, False, True, records).words, asked)
    shown = Button("CSV", Compare(name, csv=True).words, _("Send all differences to me as CSV"))
    lines = [blocks.plain(asked), blocks.small(follows), blocks.actions([agreed, shown])]
    return Answer(for_mrkdwn(f"{asked}\n{follows}"), lines)


def repaired(name: str, queued: Queued) -> Answer:
    """What was noted, and what was left alone."""
    noted = _("{object}: {to_marketo} changes wait to be written to Marketo, {to_dynamics} to Dynamics.")
    said = [
        noted.format(object=named(name), to_marketo=count(queued.to_marketo), to_dynamics=count(queued.to_dynamics))
    ]
    if queued.left:
        left = plural(
            "{count} record was left alone: it agrees by now, or waits already.",
            "{count} records were left alone: they agree by now, or wait already.",
            queued.left,
        )
        said.append(left.format(count=count(queued.left)))
    return say(" ".join(said), Button(_("Run a pass now"), Run().words), *buttons(name, False))


def overview(
    lines: Sequence[tuple[str, Comparison | None, int]], clock: Callable[[datetime], str], comparing: str
) -> Answer:
    """The last comparison of each object; that of `comparing` is under way."""
    told = [_last(name, last, differing, clock, name == comparing) for name, last, differing in lines]
    pressed = [Button(_("Compare {object}").format(object=line[0]), Compare(line[0]).words) for line in lines]
    return say("\n".join(told), *pressed)


def _last(name: str, last: Comparison | None, differing: int, clock: Callable[[datetime], str], runs: bool) -> str:
    """What a failure or the end of a process broke off is not running, and says nothing of what it did not reach."""
    if last is None:
        return _("{object}: never compared").format(object=named(name))
    if last.finished_at is None and runs:
        said = _("{object}: compared since {time}, {count} so far")
    elif last.finished_at is None:
        said = _("{object}: the comparison of {time} broke off after {count}")
    elif not differing:
        said = _("{object}: none differed {time}, {count} compared")
    else:
        said = _("{object}: {different} of {count} differed {time}")
    told = said.format(
        object=named(name),
        time=clock(last.finished_at or last.started_at),
        count=count(last.compared),
        different=count(differing),
    )
    return told + (_(", repair queued {time}").format(time=clock(last.repaired_at)) if last.repaired_at else "")
