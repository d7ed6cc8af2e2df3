"""Words -> a request. Pure: what words there are is handed in, and the order in which they come does not matter."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from rapidfuzz import fuzz, process

from bot import durations
from bot.request import Errors, Help, Misunderstood, Request, Status, View
from bot.safe import clean
from storage.changes import DIRECTIONS, OPERATIONS

LONGEST = 500
KEYS = ("object", "code", "direction", "operation", "since", "page")
Command = Literal["status", "errors", "help"]
_TOKEN = re.compile(r'(?:([a-z]+):)?(?:"([^"]*)"|(\S+))', re.IGNORECASE)
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_NEAR = 60


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words there are. `objects` are the names of what is kept in step."""

    objects: tuple[str, ...]
    commands: tuple[str, ...] = get_args(Command)
    views: tuple[str, ...] = get_args(View)


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `key` is what stood before its colon, if that is one of ours."""

    value: str
    key: str = ""
    quoted: bool = False


class _NoSense(Exception):
    """Carries a Misunderstood out to `parse`."""

    def __init__(self, sentence: str, nearest: str = "help") -> None:
        self.misunderstood = Misunderstood(sentence, nearest)


def parse(text: str, vocabulary: Vocabulary) -> Request | Misunderstood:
    """What `text` (all that stands behind /sync, or a button's value) asks for; nothing is the overview."""
    if len(text) > LONGEST:
        return Misunderstood(f"That is longer than {LONGEST} characters; fewer words will do.")
    tokens = [_token(*found) for found in _TOKEN.findall(clean(text).translate(_QUOTES))]
    try:
        command, rest = _command(tokens, vocabulary)
        return _READERS[command](rest, vocabulary)
    except _NoSense as nonsense:
        return nonsense.misunderstood


def _token(key: str, quoted: str, bare: str) -> Token:
    """`12:30` and `https://…` are words, not filters."""
    value = quoted or bare
    if not key or key.lower() in KEYS:
        return Token(value.strip(), key.lower(), bool(quoted))
    near = process.extractOne(key.lower(), KEYS, scorer=fuzz.ratio, score_cutoff=75)
    if near and not value.startswith("//"):
        return Token(value, f"?{key}")  # misspelt; said so when it is read
    return Token(f"{key}:{value}")


def _plain(word: str) -> str:
    """`Last-Hour`, `lasthour` and `last_hour` alike; singular and plural alike."""
    letters = re.sub(r"[\W_]+", "", word.casefold())
    if letters.endswith("ies"):
        return letters[:-3] + "y"
    return letters.removesuffix("s") if len(letters) > 2 else letters


def _known(word: str, words: Iterable[str]) -> str | None:
    return next((one for one in words if _plain(one) == _plain(word)), None)


def _nearest(word: str, words: Iterable[str]) -> str | None:
    found = process.extractOne(word.casefold(), list(words), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return found[0] if found else None


def _command(tokens: list[Token], vocabulary: Vocabulary) -> tuple[str, list[Token]]:
    """The command among `tokens`, and the others. Where there is none, filters mean errors, all else status."""
    for at, token in enumerate(tokens):
        named = None if token.key or token.quoted else _known(token.value, vocabulary.commands)
        if named:
            return named, tokens[:at] + tokens[at + 1 :]
    about_errors = any(token.key or token.value.casefold() == "csv" for token in tokens)
    return ("errors" if about_errors else "status"), tokens


def _read_help(tokens: list[Token], vocabulary: Vocabulary) -> Help:
    """What to explain; the first word counts, and one that is no command is passed over."""
    return Help(next((_known(token.value, vocabulary.commands) for token in tokens), None))


def _read_status(tokens: list[Token], vocabulary: Vocabulary) -> Status:
    chosen: dict[str, str] = {}
    words = [token.value for token in tokens if token.key in ("", "object")]
    at = 0
    while at < len(words):
        pair = _known("".join(words[at : at + 2]), vocabulary.views) if at + 1 < len(words) else None
        view = pair or _known(words[at], vocabulary.views)
        named = None if view else _known(words[at], vocabulary.objects)
        if view:
            chosen["view"] = view
        elif named:
            chosen["object"] = named
        elif words[at]:
            raise _unknown_word(words[at], vocabulary)
        at += 2 if pair else 1
    return Status(**chosen)  # type: ignore[arg-type] # the view is one of the vocabulary's


def _unknown_word(word: str, vocabulary: Vocabulary) -> _NoSense:
    near = _nearest(word, [*vocabulary.commands, *vocabulary.objects, *vocabulary.views])
    if near is None:
        return _NoSense(f"I do not know “{word}”. Try: /sync help")
    words = near if near in vocabulary.commands else f"status {near}"
    return _NoSense(f"I do not know “{word}”. Did you mean: /sync {words}", words)


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
        elif bare and "object" not in filters and (named := _known(token.value, vocabulary.objects)):
            filters["object"] = named
        elif token.value:
            free.append(token.value.replace('"', ""))
    return Errors(free=tuple(word for word in free if word), **filters)


def _filter(token: Token, vocabulary: Vocabulary) -> tuple[str, Any]:
    if token.key.startswith("?"):
        near = _nearest(token.key[1:], KEYS)
        raise _NoSense(f"There is no filter “{token.key[1:]}:”. Did you mean: /sync errors {near}:{token.value}")
    readers: Mapping[str, Callable[[str], Any]] = {
        "object": lambda value: _one_of(value, vocabulary.objects, "object"),
        "code": _code,
        "direction": _direction,
        "operation": lambda value: _one_of(value, OPERATIONS, "operation"),
        "since": _since,
        "page": _page,
    }
    return token.key, readers[token.key](token.value)


def _one_of(value: str, words: tuple[str, ...], key: str) -> str:
    named = _known(value, words)
    if named:
        return named
    near = _nearest(value, words)
    tip = f"Did you mean: /sync errors {key}:{near}" if near else f"Try one of: {', '.join(words)}"
    raise _NoSense(f"There is no {key} “{value}”. {tip}", f"errors {key}:{near}" if near else "help errors")


def _direction(value: str) -> str:
    """Either side's name alone is where it goes to."""
    return _one_of(value if value.casefold().startswith("to") else f"to-{value}", DIRECTIONS, "direction")


def _code(value: str) -> str:
    if not value:
        raise _NoSense("Which code? Try: /sync errors code:1003", "help errors")
    return value


def _since(value: str) -> Any:
    span = durations.parse(value)
    if span is not None:
        return span
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise _NoSense(
            f"I cannot read “{value}” as a time. Try: /sync errors since:24h, or since:2026-11-01", "errors since:24h"
        ) from None


def _page(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", value) or int(value) < 1:
        raise _NoSense(f"There is no page “{value}”. Try: /sync errors page:2", "errors")
    return int(value)


_READERS: Mapping[str, Callable[[list[Token], Vocabulary], Request]] = {
    "status": _read_status,
    "errors": _read_errors,
    "help": _read_help,
}
