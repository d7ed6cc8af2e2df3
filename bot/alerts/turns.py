"""What a thread is told of a turn for the worse or the better. Pure."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from bot.alerts.members import rules, sentences, subjects
from bot.alerts.readings import FAMILIES
from storage.alerting import EpisodeTurn


def worse(turn: EpisodeTurn, zone: tzinfo) -> str:
    """Who got worse and by which rules; and who got well meanwhile."""
    ones = _of(turn, turn.detail.get("worse", []))
    said = f"{'; '.join(sentences(ones, zone))} ({rules(ones)})"
    return f"{_heading(turn)}: {'; '.join([said, *_no_more(turn)])}."


def _heading(turn: EpisodeTurn) -> str:
    critical = turn.detail.get("level") == "critical"
    if turn.detail.get("again"):
        return "Again, critical" if critical else "Again"
    return "Critical" if critical else "Worse"


def better(turn: EpisodeTurn, zone: tzinfo) -> str:
    """Who is well again, or not watched any more; else how things are now."""
    said = _no_more(turn) or sentences(turn.detail["members"].values(), zone)
    heading = "" if turn.detail.get("dropped") and not turn.detail.get("gone") else "Better: "
    told = f"{heading}{'; '.join(said)}."
    return f"{told[:1].upper()}{told[1:]}"


def _no_more(turn: EpisodeTurn) -> list[str]:
    """Who is well again, and who is not watched any more."""
    gone, dropped = turn.detail.get("gone", []), turn.detail.get("dropped", [])
    well = f"{subjects(gone)} {'are' if len(gone) > 1 else 'is'} well again" if gone else ""
    if gone and _is_of_errors(turn):
        well = f"within limits again: {subjects(gone)}"
    return [*([well] if gone else []), *([f"not watched any more: {subjects(dropped)}"] if dropped else [])]


def _is_of_errors(turn: EpisodeTurn) -> bool:
    """Of errors some may well be open still."""
    return any(FAMILIES[str(one["rule"])] == "errors" for one in turn.detail["members"].values())


def _of(turn: EpisodeTurn, subjects_: Sequence[str]) -> list[Mapping[str, Any]]:
    return [one for one in turn.detail["members"].values() if str(one["subject"]) in subjects_]
