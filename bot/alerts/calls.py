"""Who is called on an episode: everybody once, when what they asked about is critical first. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.alerts.episodes import Step, subject_of
from bot.alerts.wants import Wants
from storage.alerting import Episode

Members = Mapping[str, Mapping[str, Any]]


def calling(wants: Wants, before: Episode | None, found: Step) -> Step:
    """The step with whom it calls ("mention" in what is told, "called" in the episode, who were called so far).

    A rule that calls somebody is worth a turn of its own, though others have said before that its object is critical.
    """
    if found.detail is None or found.turn not in (None, "opened", "worse", "better"):
        return found
    members = _critical(found.episode)
    if found.turn in (None, "better"):
        was = _critical(before)
        members = {key: one for key, one in members.items() if key not in was}
    known = list(found.episode.detail.get("called", []))
    if found.episode.mentioned and not known:  # by an older version, which did not remember whom
        return found
    asked = {who: one for one in members.values() for who in _asked(wants, one) if who not in known}
    if not asked:
        return found
    episode = replace(found.episode, detail={**found.episode.detail, "called": [*known, *asked]}, mentioned=True)
    told = {**found.detail, "mention": list(asked)}
    if found.turn in ("opened", "worse"):
        return Step(episode, found.turn, told)
    return Step(episode, "worse", {**told, "worse": list(dict.fromkeys(map(subject_of, asked.values())))})


def _critical(episode: Episode | None) -> Members:
    members: Members = episode.detail.get("members", {}) if episode else {}
    return {key: one for key, one in members.items() if one["level"] == "critical"}


def _asked(wants: Wants, one: Mapping[str, Any]) -> list[str]:
    return wants.mentions(str(one["rule"]), one.get("object"), one.get("code"))
