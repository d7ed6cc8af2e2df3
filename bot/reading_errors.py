"""Words -> which sync errors are asked for. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar, get_args

from bot import durations
from bot.request import Activity, Errors
from bot.texts import _
from bot.words import (
    MUCH_ALIKE,
    NoSense,
    Token,
    Vocabulary,
    as_filter,
    backwards,
    direction_of,
    known,
    nearest_of,
    needs_value,
    one_at_a_time,
    one_of,
    others,
    since_first,
)
from storage.changes import OPERATIONS
from storage.error_search import Sort, State

Asked = TypeVar("Asked", Errors, Activity)
STATES: tuple[State, ...] = get_args(State)
EXAMPLES = {
    "code": "1003",
    "direction": "to-dynamics",
    "operation": "update",
    "state": "ignored",
    "sort": "oldest",
    "since": "24h",
    "until": "2026-11-01",
    "page": "2",
}
SORTS: tuple[Sort, ...] = get_args(Sort)


def read_errors(tokens: list[Token], vocabulary: Vocabulary) -> Errors:
    """Filters, `csv`, the bare name of an object, and free words; quoted ones are never taken for anything else."""
    filters: dict[str, Any] = {}
    free: list[str] = []
    tokens = [as_filter(token) for token in tokens]
    for token in tokens:
        whole = others("errors", tokens, token)
        bare = not token.key and not token.quoted
        if token.key:
            key, value = _filter(token, vocabulary, whole)
            add(filters, key, value, whole)
        elif bare and token.value.casefold() == "csv":
            filters["csv"] = True
        elif bare and (named := known(token.value, vocabulary.objects)):
            add(filters, "object", named, whole)
        elif token.value:
            free.append(token.value.replace('"', ""))
    return in_order(Errors(free=tuple(word for word in free if word), **filters))


def add(filters: dict[str, Any], key: str, value: Any, whole: str) -> None:
    """Adds a filter; raises NoSense where it has another value already. `whole` is all else that was said."""
    if filters.setdefault(key, value) != value:
        raise one_at_a_time(whole)


def in_order(asked: Asked) -> Asked:
    """The same; raises NoSense where nothing can lie between its two moments."""
    if backwards(asked.since, asked.until):
        raise since_first(replace(asked, since=asked.until, until=asked.since).words)
    return asked


def nearest_filter(request: Errors, objects: Sequence[str]) -> Errors | None:
    """The same with the free word that reads like an object, an operation or a state as a filter; None without one."""
    kinds = {"object": objects, "operation": OPERATIONS, "state": STATES}
    for at, word in enumerate(request.free):
        for key, words in kinds.items():
            if near := nearest_of(word, words, at_least=MUCH_ALIKE):
                meant: dict[str, Any] = {key: near, "free": request.free[:at] + request.free[at + 1 :]}
                return replace(request, page=1, **meant)
    return None


def _filter(token: Token, vocabulary: Vocabulary, whole: str) -> tuple[str, Any]:
    readers: Mapping[str, Callable[[str], Any]] = {
        "object": lambda value: one_of(value, vocabulary.objects, "object", whole),
        "code": lambda value: _one_code(value, whole),
        "direction": lambda value: direction_of(value, whole),
        "operation": lambda value: one_of(value, OPERATIONS, "operation", whole),
        "state": lambda value: one_of(value, STATES, "state", whole),
        "sort": lambda value: one_of(value, SORTS, "sort", whole),
        "since": lambda value: moment(value, "since", whole),
        "until": lambda value: moment(value, "until", whole),
        "page": lambda value: page_of(value, whole),
    }
    if token.key not in readers:
        raise _no_filter(token, readers, whole)
    if not token.value:
        raise needs_value(token.key, vocabulary.example if token.key == "object" else EXAMPLES[token.key], whole)
    return token.key, readers[token.key](token.value)


def _one_code(value: str, whole: str) -> str:
    code, comma, _others = value.partition(",")
    if comma:
        raise one_at_a_time(f"{whole} code:{code}")
    return value


def _no_filter(token: Token, readers: Mapping[str, Any], whole: str) -> NoSense:
    key = token.key.removeprefix("?")
    near = nearest_of(key, readers)
    if near is None:
        sentence = _(
            "There is no filter “{key}:” of errors. There are: {keys}. "
            "To search for the words themselves, quote them: /sync errors {quoted}"
        )
        quoted = f'"{key}:{token.value}"'
        return NoSense(sentence.format(key=key, keys=", ".join(readers), quoted=quoted), "help errors")
    words = f"{whole} {near}:{token.value}"
    return NoSense(_("There is no filter “{key}:”. Did you mean: /sync {words}").format(key=key, words=words), words)


def moment(value: str, key: str, whole: str = "errors") -> timedelta | date:
    """A span back from now, or a day; `whole` is all else that was said, for the hint."""
    span = durations.parse(value)
    if span is not None:
        return span
    try:
        return date.fromisoformat(value)
    except ValueError:
        sentence = _("I cannot read “{value}” as a time. Try: /sync {words}, or {key}:2026-11-01")
        words = f"{whole} {key}:24h"
        raise NoSense(sentence.format(value=value, key=key, words=words), words) from None


def page_of(value: str, whole: str) -> int:
    """The number of a page; `whole` is all else that was said, for the hint."""
    if not re.fullmatch(r"[0-9]{1,6}", value) or int(value) < 1:
        words = f"{whole} page:2"
        raise NoSense(_("There is no page “{value}”. Try: /sync {words}").format(value=value, words=words), words)
    return int(value)
