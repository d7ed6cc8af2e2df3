"""Words -> what is asked about what the sync did. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.reading_errors import add, in_order, moment, page_of
from bot.reasons import REASONS
from bot.request import Activity
from bot.texts import _
from bot.words import (
    NoSense,
    Token,
    Vocabulary,
    as_filter,
    direction_of,
    known,
    nearest_of,
    needs_value,
    one_of,
    others,
)
from storage.activity_log import OUTCOMES
from storage.changes import DIRECTIONS

FEW = 10  # so many can be read in one sentence
EXAMPLES = {
    "direction": "to-dynamics",
    "outcome": "skipped",
    "reason": "closed",
    "since": "24h",
    "until": "2026-11-01",
    "page": "2",
}


def read_activity(tokens: list[Token], vocabulary: Vocabulary) -> Activity:
    """Filters, and bare words where only one thing can be meant: an object, an outcome, a direction, csv."""
    found: dict[str, Any] = {}
    tokens = [as_filter(token) for token in tokens]
    for token in tokens:
        whole = others("activity", tokens, token)
        if token.key:
            add(found, token.key, _read(token, vocabulary, whole), whole)
        elif token.value.casefold() == "csv":
            found["csv"] = True
        elif token.value:
            add(found, *_bare(token.value, vocabulary, whole), whole)
    return in_order(Activity(**found))


def _bare(word: str, vocabulary: Vocabulary, whole: str) -> tuple[str, str]:
    kinds = {"object": vocabulary.objects, "outcome": OUTCOMES, "direction": DIRECTIONS}
    for key, words in kinds.items():
        if found := known(word, words):
            return key, found
    near = nearest_of(word, [*vocabulary.objects, *OUTCOMES, "csv"])
    said = _("I do not know “{word}”.").format(word=word)
    tip = f"{whole} {near}" if near else f"activity {vocabulary.example} skipped"
    raise NoSense(f"{said} {_tip(tip, near is not None)}", tip)


def _tip(words: str, near: bool) -> str:
    tip = _("Did you mean: /sync {words}") if near else _("Try: /sync {words}")
    return tip.format(words=words)


def _read(token: Token, vocabulary: Vocabulary, whole: str) -> Any:
    readers: Mapping[str, Callable[[str], Any]] = {
        "object": lambda value: _one_of(value, vocabulary.objects, "object", whole),
        "direction": lambda value: direction_of(value, whole),
        "outcome": lambda value: _one_of(value, OUTCOMES, "outcome", whole),
        "reason": lambda value: _reason(value, whole),
        "field": lambda value: _one_of(value, vocabulary.fields, "field", whole),
        "since": lambda value: moment(value, "since", whole),
        "until": lambda value: moment(value, "until", whole),
        "page": lambda value: page_of(value, whole),
    }
    if token.key not in readers:
        key = token.key.removeprefix("?")
        near = nearest_of(key, readers)
        said = _("There is no filter “{key}:” of activity.").format(key=key)
        words = f"{whole} {near}:{token.value}" if near else f"activity outcome:{OUTCOMES[-1]}"
        raise NoSense(f"{said} {_tip(words, near is not None)}", words if near else "help activity")
    if not token.value:
        examples = {**EXAMPLES, "object": vocabulary.example, "field": (*vocabulary.fields, "email")[0]}
        raise needs_value(token.key, examples[token.key], whole)
    return readers[token.key](token.value)


def _reason(value: str, whole: str) -> str:
    """A reason by its beginning; its own spelling where there is one that begins so."""
    found = [reason for reason in REASONS if value and reason.casefold().startswith(value.casefold())]
    if found:
        return found[0] if len(found) == 1 else value.casefold()
    return _one_of(value, tuple(REASONS), "reason", whole)


def _one_of(value: str, words: tuple[str, ...], key: str, whole: str) -> str:
    """As `one_of`; where there are many, one of them is shown in place of all."""
    if len(words) <= FEW or known(value, words):
        return one_of(value, words, key, whole)
    near = nearest_of(value, words)
    word = near or words[0]
    said = f'{whole} {key}:"{word}"' if " " in word else f"{whole} {key}:{word}"
    unknown = _("There is no {key} “{value}”.").format(key=key, value=value)
    raise NoSense(f"{unknown} {_tip(said, near is not None)}", said)
