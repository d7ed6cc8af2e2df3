"""What people read when they pause, resume or run. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from bot import held
from bot.answers import Answer, say
from bot.blocks import Button
from bot.figures import count, named, towards
from bot.replica import Began
from bot.request import Pause, Resume, Run, Status
from bot.texts import _
from storage import history
from storage.changes import Direction

Lane = tuple[str, Direction]


def listed(lanes: Sequence[Lane]) -> str:
    """`Leads to Marketo, Leads to Dynamics`."""
    return ", ".join(f"{named(name)} {towards(way)}" for name, way in lanes)


def no_such_lane(request: Pause | Run) -> Answer:
    """An object that is never written in that direction."""
    said = _("{object} are never written {direction}. Leave the direction out.")
    told = said.format(object=named(request.object or ""), direction=towards(request.direction or ""))
    words = type(request)(object=request.object).words
    return say(told, Button(f"/sync {words}", words))


def paused(lanes: Sequence[Lane], request: Pause) -> Answer:
    if not lanes:
        return say(_("That is paused already."), Button(_("Status"), Status().words))
    said = _("Paused: {lanes}. Changes are still collected, and written after you resume.").format(lanes=listed(lanes))
    return say(said, Button(_("Resume"), Resume(request.object, request.direction).words), _status(request))


def resumed(lanes: Sequence[Lane], request: Pause, may_run: bool) -> Answer:
    if not lanes:
        return say(_("Nothing of that is paused or stopped."), Button(_("Status"), Status().words))
    said = _("Resumed: {lanes}. What waits is written from the next pass on.").format(lanes=listed(lanes))
    return say(said, *([Button(_("Run a pass now"), Run().words)] if may_run else []), _status(request))


def not_here() -> Answer:
    """Where this process only answers."""
    return say(_("This process answers, but does not sync; the one that does begins a pass by itself every minute."))


def question(lanes: Sequence[history.Lane], request: Resume) -> Answer:
    """Before what a brake holds goes on: what was seen, and what will be written."""
    lines = [f"{held.where(lane)}: {held.why(lane.stopped_message)}." for lane in lanes]
    asked = _("Let it go on? This will then be written: {what}.").format(what=held.what_waits(lanes))
    agreed = Button(_("Resume, write {count}").format(count=count(request.confirmed or 0)), request.words, asked)
    return say("\n".join([*lines, asked]), agreed, _status(request))


def running(
    began: Began,
    request: Run,
    paused: Sequence[Lane],
    observed: Sequence[Lane],
    braked: Sequence[Lane] = (),
    first_until: str = "",
    no_longer_first: Sequence[Lane] = (),
) -> Answer:
    """Lanes asked for: those that are paused, those that are not live, and those that a brake holds.

    `first_until`, on the reader's clock, is where they go before all others; some may be `no_longer_first`.
    """
    said = [_begins(began)]
    if first_until:
        said.insert(0, _("First until {time}: {what}.").format(time=first_until, what=_what(request)))
        said.append(_("To take that back: /sync {words}").format(words=replace(request, first=False).words))
    if no_longer_first:
        said.append(_("No longer before all else: {lanes}.").format(lanes=listed(no_longer_first)))
    if paused:
        said.append(_("Paused, so not written: {lanes}.").format(lanes=listed(paused)))
    if braked:
        said.append(_("Held by a brake until you resume it, so not written: {lanes}.").format(lanes=listed(braked)))
    if observed:
        said.append(_("Only observed, so not written: {lanes}.").format(lanes=listed(observed)))
    return say(" ".join(said), _status(request))


def _begins(began: Began) -> str:
    if began == "elsewhere":
        return _("Another process syncs; it was asked to begin a pass now.")
    if began == "under way":
        return _("A pass is under way already: what waits is written in it, or in the next.")
    return _("A pass begins now: it reads both sides and writes what waits.")


def _what(request: Run) -> str:
    return " ".join(part for part in (named(request.object or ""), towards(request.direction or "")) if part)


def _status(request: Pause | Run) -> Button:
    return Button(_("Status"), Status(request.object).words)
