"""Why a brake holds an object, in the reader's language. Pure.

The engine says it in English, with its numbers (sync/brakes.py); nothing about anybody is in it.
"""

import re
from collections.abc import Sequence

from bot.figures import count, named, towards
from bot.safe import clean, cut
from bot.texts import _, plural
from storage.changes import OPERATIONS, Operation
from storage.history import Lane

_SHARE = re.compile(
    r"(?P<seen>[\d,]+) of (?P<known>[\d,]+) (?P<object>\S+) \((?P<share>\d+) %\) were (?P<what>deleted|changed) "
    r"in (?P<service>\w+) in one reading; the brake is (?P<limit>\d+) %"
)
_EMPTY = re.compile(r"(?P<service>\w+) shows no (?P<object>\S+) at all, of (?P<known>[\d,]+) that were in step")


def why(message: str | None) -> str:
    """What was seen; a message of another form as it is."""
    said = clean(message or "")
    if shares := _SHARE.fullmatch(said):
        deleted = _("{seen} of {known} {object} ({share} %) were deleted in {service} in one reading; brake: {limit} %")
        changed = _("{seen} of {known} {object} ({share} %) were changed in {service} in one reading; brake: {limit} %")
        return (deleted if shares["what"] == "deleted" else changed).format(**_figures(shares))
    if empty := _EMPTY.fullmatch(said):
        return _("{service} shows no {object} at all, of {known} that were in step").format(**_figures(empty))
    return cut(said, 200)


def _figures(found: "re.Match[str]") -> dict[str, str]:
    numbers = {key: count(int(found[key].replace(",", ""))) for key in found.groupdict() if key in ("seen", "known")}
    return {**found.groupdict(), **numbers}


def what_waits(lanes: Sequence[Lane]) -> str:
    """`412 deletes, 3 updates`: what is written once the lanes go on."""
    summed = {each: sum(lane.waiting.get(each, 0) for lane in lanes) for each in OPERATIONS}
    forms: dict[Operation, str] = {
        "insert": plural("{count} insert", "{count} inserts", summed["insert"]),
        "update": plural("{count} update", "{count} updates", summed["update"]),
        "delete": plural("{count} delete", "{count} deletes", summed["delete"]),
    }
    said = [forms[each].format(count=count(number)) for each, number in summed.items() if number]
    return ", ".join(said) or _("nothing")


def where(lane: Lane) -> str:
    return f"{named(lane.object)} {towards(lane.direction)}"
