"""What becomes of a channel's episodes: opened, worse, better, recovered. Everything of a family is one. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.alerts.readings import FAMILIES, RANKS
from storage.alerting import Condition, Episode, Level, TurnKind

Members = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """An episode after a look (its id is 0 while it is new), and what happened to it, if anything that is told."""

    episode: Episode
    turn: TurnKind | None = None
    detail: Mapping[str, Any] | None = None


def follow(
    channel: str,
    family: str,
    before: Episode | None,
    conditions: Iterable[Condition],
    now: datetime,
    ended: Sequence[Episode] = (),
) -> Step | None:
    """One family of one channel. `conditions` are all that stand there after a look, well ones too.

    A member that is among `conditions` no more is not watched any more: paused, or nobody hears of it. Of the episodes
    that `ended` a short while ago, newest first, one goes on where what was wrong in it is so again.
    """
    found = {one.key: one for one in conditions}
    bad = {key: one for key, one in found.items() if one.level != "well"}
    if before is None:
        return _begun(channel, family, bad, ended, now) if bad else None
    if not bad:
        return _ended(before, found, now)
    return _went_on(before, found, bad, now)


def _begun(channel: str, family: str, bad: Mapping[str, Condition], ended: Sequence[Episode], now: datetime) -> Step:
    subjects = {str(one.detail.get("subject")) for one in bad.values()}
    before = next((one for one in ended if subjects.intersection(one.detail.get("ever", ()))), None)
    return _again(before, bad, now) if before else _opened(channel, family, bad, now)


def _again(before: Episode, bad: Mapping[str, Condition], now: datetime) -> Step:
    """What comes and goes all the time is one trouble, and has one message."""
    level, kept = _worst(bad.values()), {name: one for name, one in before.detail.items() if name != "ended"}
    detail = {**_detail(kept, bad, now), "reopened": True}
    told = {**_told(level, detail, {}, list(how_bad(detail["members"])), []), "again": True}
    return Step(replace(before, level=level, closed_at=None, late_since=None, detail=detail), "worse", told)


def _opened(channel: str, family: str, bad: Mapping[str, Condition], now: datetime) -> Step:
    level, began = _worst(bad.values()), min(one.since for one in bad.values())
    detail = _detail({}, bad, began)
    return Step(Episode(0, channel, family, level, now, detail=detail), "opened", _told(level, detail, {}, [], []))


def _ended(before: Episode, found: Mapping[str, Condition], now: datetime) -> Step:
    members: Members = before.detail.get("members", {})
    wells = [found[key].since for key in members if key in found]
    # What recovered was told of as recovered; where all that was left is watched no more, nobody knows.
    now_well = {key: {**one, **(found[key].detail if key in found else {})} for key, one in members.items()}
    ended = max(wells).isoformat() if wells else None
    detail = {**before.detail, "members": now_well, "ended": ended}
    kept = {name: detail.get(name) for name in ("ended", "ever", "affected", "reopened")}
    turn = {"level": "well", "was": how_bad(members), **kept}
    return Step(replace(before, level="well", closed_at=now, detail=detail), "recovered", turn)


def _went_on(before: Episode, found: Mapping[str, Condition], bad: Mapping[str, Condition], now: datetime) -> Step:
    members: Members = before.detail.get("members", {})
    level, was = _worst(bad.values()), how_bad(members)
    detail = _detail(before.detail, bad, now)
    after = how_bad(detail["members"])
    worse = [one for one, rank in after.items() if rank > was.get(one, 0)]
    better = [one for one, rank in was.items() if rank > after.get(one, 0)]
    if better and not worse and all(one.heading == "well" for one in bad.values()):
        return Step(before)  # in a moment all of it has recovered, or what is left gets no better
    turn: TurnKind | None = "worse" if worse else "better" if better else None
    watched = {key.partition(":")[2] for key in found}
    gone = [one for one in better if one not in after]
    told = _told(level, detail, was, worse, [one for one in gone if one in watched])
    told["dropped"] = [one for one in gone if one not in watched]
    return Step(replace(before, level=level, detail=detail), turn, told)


def _told(
    level: Level, detail: Mapping[str, Any], was: Mapping[str, int], worse: list[str], gone: list[str]
) -> dict[str, Any]:
    """What a turn keeps of its moment: who got worse, who is well again, everybody's numbers, and how bad it `was`.

    Who was `dropped` is watched no more, and nobody knows whether it is well.
    """
    return {"level": level, "members": detail["members"], "was": dict(was), "worse": worse, "gone": gone}


def _detail(before: Mapping[str, Any], bad: Mapping[str, Condition], began: datetime) -> dict[str, Any]:
    """Members with their numbers as last seen, the worst first; and of everybody who ever was one, how many records."""
    members = {key: _member(one) for key, one in bad.items()}
    ordered = dict(sorted(members.items(), key=lambda item: _order(*item)))
    peaks: dict[str, int] = dict(before.get("peaks", {}))
    for member in ordered.values():
        counted = _counted(member)
        peaks[counted] = max(peaks.get(counted, 0), int(member.get("affected", 0)))
    ever = [*before.get("ever", []), *map(subject_of, ordered.values())]
    return {
        **before,
        "members": ordered,
        "worst": next(iter(ordered)),
        "peaks": peaks,
        "affected": _affected(peaks),
        "ever": list(dict.fromkeys(ever)),
        "began": before.get("began", began.isoformat()),
    }


def _member(one: Condition) -> dict[str, Any]:
    """With since when it is well, where that has not lasted for long enough."""
    well = {"well_since": one.heading_since.isoformat()} if one.heading == "well" and one.heading_since else {}
    return {**one.detail, "level": one.level, "since": one.since.isoformat(), **well}


def _counted(member: Mapping[str, Any]) -> str:
    """Whose records it counts: those of an object, of a code, or of the whole sync, whoever of it is in trouble."""
    rule = str(member["rule"])
    of_code = str(member["subject"]) if rule == "new-code" else "*"
    return f"{'backlog' if FAMILIES[rule] == 'backlog' else rule}:{member.get('object') or of_code}"


def _affected(peaks: Mapping[str, int]) -> int:
    """What several rules count is the same records: the most of any; an object's are part of the whole sync's."""
    whole: dict[str, int] = {}
    for counted, records in peaks.items():
        rule, _, subject = counted.partition(":")
        each = rule if subject != "*" else counted
        whole[each] = whole.get(each, 0) + records
    return max(whole.values(), default=0)


def subject_of(member: Mapping[str, Any]) -> str:
    return str(member["subject"])


def _order(key: str, member: Mapping[str, Any]) -> tuple[int, int, str]:
    return -RANKS[member["level"]], -int(member.get("affected", 0)), key


def _worst(conditions: Iterable[Condition]) -> Level:
    return max((one.level for one in conditions), key=lambda level: RANKS[level])


def how_bad(members: Members) -> dict[str, int]:
    """How bad each subject is, whichever of its rules says so."""
    found: dict[str, int] = {}
    for member in members.values():
        found[subject_of(member)] = max(found.get(subject_of(member), 0), RANKS[member["level"]])
    return found
