"""Words -> a request. Pure: what words there are is handed in, and the order in which they come does not matter."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bot import durations
from bot.reading_status import read_status
from bot.reading_activity import read_activity
from bot.reading_record import read_record
from bot.reading_share import read_share
from bot.request import Errors, Health, Help, Misunderstood, Request
from bot.texts import _
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
    about_errors = any(token.key not in ("", "by") or token.value.casefold() == "csv" for token in tokens)
    return ("errors" if about_errors else "status"), tokens


def _read_help(tokens: list[Token], vocabulary: Vocabulary) -> Help:
    """What to explain; the first word counts, and one that is no command is passed over."""
    return Help(next((known(token.value, vocabulary.commands) for token in tokens), None))


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
    if token.key not in readers:
        sentence = _("There is no filter “{key}:” here. Try: /sync help errors").format(key=token.key)
        raise NoSense(sentence, "help errors")
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
    "status": read_status,
    "errors": _read_errors,
    "help": _read_help,
    "health": lambda tokens, vocabulary: Health(),
    "record": read_record,
    "activity": read_activity,
    "share": lambda tokens, vocabulary: read_share(tokens, lambda text: parse(text, vocabulary)),
}
