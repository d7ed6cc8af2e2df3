"""Words -> what is to be done, and to what. Pure."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from bot.request import Act, Audit, Errors, Pause, Run
from bot.texts import _
from bot.words import FILLERS, NoSense, Token, Vocabulary, known, nearest_of
from storage.changes import DIRECTIONS

NUMBER = re.compile(r"#?([0-9]{1,18})")
COUNT = re.compile(r"[0-9]{1,9}")
PAGE = re.compile(r"[1-9][0-9]{0,5}")
A = TypeVar("A", bound=Act)
L = TypeVar("L", bound=Pause)


def read_act(
    kind: type[A], tokens: list[Token], vocabulary: Vocabulary, read_errors: Callable[[list[Token], Vocabulary], Errors]
) -> A:
    """Numbers of errors (`#27`, `27`), or the filters and words by which `errors` finds them; none is all of them."""
    counts = [_count(kind, token.value) for token in tokens if token.key == "confirmed"]
    moments = [_moment(kind, token.value) for token in tokens if token.key == "before"]
    rest = [token for token in tokens if token.key not in ("confirmed", "before", "page")]
    rest = [token for token in rest if token.key or token.quoted or not known(token.value, FILLERS)]
    rest = [token for token in rest if token.value.casefold() != "csv"]
    numbers = [NUMBER.fullmatch(token.value) for token in rest if not token.key and not token.quoted]
    agreed = (counts[-1] if counts else None, moments[-1] if moments else None)
    if rest and len(numbers) == len(rest) and all(numbers):
        ids = tuple(dict.fromkeys(int(number[1]) for number in numbers if number))
        return kind(ids, Errors(), *agreed)
    return kind((), replace(read_errors(rest, vocabulary), page=1, csv=False, sort=None), *agreed)


def _count(kind: type[Act], value: str) -> int:
    if not COUNT.fullmatch(value):
        raise _not_a("confirmed", value, kind)
    return int(value)


def _moment(kind: type[Act], value: str) -> datetime:
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _not_a("before", value, kind) from None


def _not_a(key: str, value: str, kind: type[Act]) -> NoSense:
    name = kind.__name__.lower()
    sentence = _("I cannot read “{key}:{value}”. Leave it out: /sync {name}").format(key=key, value=value, name=name)
    return NoSense(sentence, f"help {name}")


def read_run(tokens: list[Token], vocabulary: Vocabulary) -> Run:
    """A lane, or `record` and whose: an e-mail address, or an id of either side."""
    at = next((at for at, token in enumerate(tokens) if _is_record(token)), None)
    if at is None:
        lanes = read_lanes(Pause, tokens, vocabulary, "run")
        return Run(lanes.object, lanes.direction)
    words = [token.value for token in tokens[at + 1 :]]
    who = " ".join(word.replace('"', "") for word in words).strip()
    if not who:
        raise NoSense(_("Whose record? Try: /sync run record ada@example.com"), "help run")
    lanes = read_lanes(Pause, tokens[:at], vocabulary, "run")
    return Run(lanes.object, None, who)


def _is_record(token: Token) -> bool:
    return not token.key and not token.quoted and known(token.value, ("record",)) is not None


def read_lanes(kind: type[L], tokens: list[Token], vocabulary: Vocabulary, name: str = "") -> L:
    """An object, a direction, both, or neither, which is all."""
    name = name or kind.__name__.lower()
    chosen: dict[str, str] = {}
    for token in tokens:
        value = token.value
        way = known(value, DIRECTIONS) or known(f"to-{value}", DIRECTIONS)
        if way and token.key in ("", "direction"):
            chosen["direction"] = way
        elif token.key in ("", "object") and (found := known(value, vocabulary.objects)):
            chosen["object"] = found
        elif value and (token.key or not known(value, FILLERS)):
            raise _unknown(value, name, vocabulary)
    return kind(**chosen)  # type: ignore[arg-type] # the direction is one of the two


def _unknown(value: str, name: str, vocabulary: Vocabulary) -> NoSense:
    near = nearest_of(value, [*vocabulary.objects, *DIRECTIONS])
    if near is None:
        sentence = _("I do not know “{value}”. Try: /sync {name} {example} to-marketo")
        sentence = sentence.format(value=value, name=name, example=vocabulary.example)
        return NoSense(sentence, f"help {name}")
    sentence = _("I do not know “{value}”. Did you mean: /sync {name} {near}").format(value=value, name=name, near=near)
    return NoSense(sentence, f"{name} {near}")


def read_audit(tokens: list[Token], vocabulary: Vocabulary) -> Audit:
    """A page; what would narrow it is refused, or the whole log would look like the answer to it."""
    pages = [token.value for token in tokens if token.key == "page" and PAGE.fullmatch(token.value)]
    if other := next((token.value for token in tokens if token.key != "page" and token.value), None):
        raise NoSense(_("I cannot narrow that by “{word}”. Try: /sync audit").format(word=other), "audit")
    return Audit(int(pages[-1])) if pages else Audit()
