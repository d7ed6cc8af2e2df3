"""Words -> what is asked about what the sync did. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from bot import durations
from bot.reasons import REASONS
from bot.request import Activity
from bot.texts import _
from bot.words import NoSense, Token, Vocabulary, known, nearest_of
from storage.activity_log import OUTCOMES
from storage.changes import DIRECTIONS


def read_activity(tokens: list[Token], vocabulary: Vocabulary) -> Activity:
    """Filters, and bare words where only one thing can be meant: an object, an outcome, a direction, csv."""
    asked: dict[str, Any] = {}
    for token in tokens:
        if token.key:
            asked[token.key] = _read(token, vocabulary)
        elif token.value.casefold() == "csv":
            asked["csv"] = True
        elif token.value:
            key, value = _bare(token.value, vocabulary)
            asked[key] = value
    return Activity(**asked)


def _bare(word: str, vocabulary: Vocabulary) -> tuple[str, str]:
    kinds = {"object": vocabulary.objects, "outcome": OUTCOMES, "direction": DIRECTIONS}
    for key, words in kinds.items():
        if found := known(word, words):
            return key, found
    near = nearest_of(word, [*vocabulary.objects, *OUTCOMES])
    said = _("I do not know “{word}”.").format(word=word)
    tip = near or f"{vocabulary.example} skipped"
    raise NoSense(f"{said} {_tip(tip, near is not None)}", f"activity {tip}")


def _tip(words: str, near: bool) -> str:
    tip = _("Did you mean: /sync activity {words}") if near else _("Try: /sync activity {words}")
    return tip.format(words=words)


def _read(token: Token, vocabulary: Vocabulary) -> Any:
    readers: Mapping[str, Callable[[str], Any]] = {
        "object": lambda value: _one_of(value, vocabulary.objects, "object"),
        "direction": _direction,
        "outcome": lambda value: _one_of(value, OUTCOMES, "outcome"),
        "reason": _reason,
        "field": lambda value: _one_of(value, vocabulary.fields, "field"),
        "since": _moment,
        "until": _moment,
        "page": _page,
    }
    if token.key not in readers:
        key = token.key.removeprefix("?")
        near = nearest_of(key, readers)
        said = _("There is no filter “{key}:” of activity.").format(key=key)
        words = f"{near or 'outcome'}:{token.value if near else 'skipped'}"
        raise NoSense(f"{said} {_tip(words, near is not None)}", "help activity")
    return readers[token.key](token.value)


def _direction(value: str) -> str:
    """Either side's name alone is where it goes to."""
    return _one_of(value if value.casefold().startswith("to") else f"to-{value}", DIRECTIONS, "direction")


def _reason(value: str) -> str:
    """A reason by its beginning; its own spelling where there is one that begins so."""
    found = [reason for reason in REASONS if value and reason.casefold().startswith(value.casefold())]
    if found:
        return found[0] if len(found) == 1 else value.casefold()
    return _one_of(value, tuple(REASONS), "reason")


def _one_of(value: str, words: tuple[str, ...], key: str) -> str:
    if found := known(value, words):
        return found
    near = nearest_of(value, words)
    word = near or words[0]
    said = f'{key}:"{word}"' if " " in word else f"{key}:{word}"
    unknown = _("There is no {key} “{value}”.").format(key=key, value=value)
    raise NoSense(f"{unknown} {_tip(said, near is not None)}", f"activity {said}")


def _moment(value: str) -> timedelta | date:
    span = durations.parse(value)
    if span is not None:
        return span
    try:
        return date.fromisoformat(value)
    except ValueError:
        said = _("I cannot read “{value}” as a time. Try: /sync activity since:24h, or since:2026-11-01")
        raise NoSense(said.format(value=value), "activity since:24h") from None


def _page(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", value) or int(value) < 1:
        raise NoSense(_("There is no page “{value}”. Try: /sync activity page:2").format(value=value), "activity")
    return int(value)
