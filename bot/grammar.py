"""Words -> a request. Pure: what words there are is handed in, and the order in which they come does not matter."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bot import durations
from bot.request import Errors, Help, Misunderstood, Request, Status
from bot.words import KEYS, NoSense, Token, Vocabulary, known, nearest_of, one_of, tokens_of
from storage.changes import DIRECTIONS, OPERATIONS

LONGEST = 500


def parse(text: str, vocabulary: Vocabulary) -> Request | Misunderstood:
    """What `text` (all that stands behind /sync, or a button's value) asks for; nothing is the overview."""
    if len(text) > LONGEST:
        return Misunderstood(f"That is longer than {LONGEST} characters; fewer words will do.")
    tokens = tokens_of(text)
    try:
        command, rest = _command(tokens, vocabulary)
        return _READERS[command](rest, vocabulary)
    except NoSense as nonsense:
        return nonsense.misunderstood


def _command(tokens: list[Token], vocabulary: Vocabulary) -> tuple[str, list[Token]]:
    """The command among `tokens`, and the others. Where there is none, filters mean errors, all else status."""
    for at, token in enumerate(tokens):
        named = None if token.key or token.quoted else known(token.value, vocabulary.commands)
        if named:
            return named, tokens[:at] + tokens[at + 1 :]
    about_errors = any(token.key or token.value.casefold() == "csv" for token in tokens)
    return ("errors" if about_errors else "status"), tokens


def _read_help(tokens: list[Token], vocabulary: Vocabulary) -> Help:
    """What to explain; the first word counts, and one that is no command is passed over."""
    return Help(next((known(token.value, vocabulary.commands) for token in tokens), None))


def _read_status(tokens: list[Token], vocabulary: Vocabulary) -> Status:
    chosen: dict[str, str] = {}
    words = [token.value for token in tokens if token.key in ("", "object")]
    at = 0
    while at < len(words):
        pair = known("".join(words[at : at + 2]), vocabulary.views) if at + 1 < len(words) else None
        view = pair or known(words[at], vocabulary.views)
        named = None if view else known(words[at], vocabulary.objects)
        if view:
            chosen["view"] = view
        elif named:
            chosen["object"] = named
        elif words[at]:
            raise _unknown_word(words[at], vocabulary)
        at += 2 if pair else 1
    return Status(**chosen)  # type: ignore[arg-type] # the view is one of the vocabulary's


def _unknown_word(word: str, vocabulary: Vocabulary) -> NoSense:
    near = nearest_of(word, [*vocabulary.commands, *vocabulary.objects, *vocabulary.views])
    if near is None:
        return NoSense(f"I do not know “{word}”. Try: /sync help")
    words = near if near in vocabulary.commands else f"status {near}"
    return NoSense(f"I do not know “{word}”. Did you mean: /sync {words}", words)


def _read_errors(tokens: list[Token], vocabulary: Vocabulary) -> Errors:
    filters: dict[str, Any] = {}
    free: list[str] = []
    for token in tokens:
        bare = not token.key and not token.quoted
        if token.key:
            key, value = _filter(token, vocabulary)
            filters[key] = value
        elif bare and token.value.casefold() == "csv":
            filters["csv"] = True
        elif bare and "object" not in filters and (named := known(token.value, vocabulary.objects)):
            filters["object"] = named
        elif token.value:
            free.append(token.value.replace('"', ""))
    return Errors(free=tuple(word for word in free if word), **filters)


def _filter(token: Token, vocabulary: Vocabulary) -> tuple[str, Any]:
    if token.key.startswith("?"):
        near = nearest_of(token.key[1:], KEYS)
        raise NoSense(f"There is no filter “{token.key[1:]}:”. Did you mean: /sync errors {near}:{token.value}")
    readers: Mapping[str, Callable[[str], Any]] = {
        "object": lambda value: one_of(value, vocabulary.objects, "object"),
        "code": _code,
        "direction": _direction,
        "operation": lambda value: one_of(value, OPERATIONS, "operation"),
        "since": _since,
        "page": _page,
    }
    return token.key, readers[token.key](token.value)


def _direction(value: str) -> str:
    """Either side's name alone is where it goes to."""
    return one_of(value if value.casefold().startswith("to") else f"to-{value}", DIRECTIONS, "direction")


def _code(value: str) -> str:
    if not value:
        raise NoSense("Which code? Try: /sync errors code:1003", "help errors")
    return value


def _since(value: str) -> Any:
    span = durations.parse(value)
    if span is not None:
        return span
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise NoSense(
            f"I cannot read “{value}” as a time. Try: /sync errors since:24h, or since:2026-11-01", "errors since:24h"
        ) from None


def _page(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", value) or int(value) < 1:
        raise NoSense(f"There is no page “{value}”. Try: /sync errors page:2", "errors")
    return int(value)


_READERS: Mapping[str, Callable[[list[Token], Vocabulary], Request]] = {
    "status": _read_status,
    "errors": _read_errors,
    "help": _read_help,
}
