"""Words -> what is to be done, and to what. Pure."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from bot import durations
from bot.request import Act, Audit, Errors, Pause, Resume, Run
from bot.texts import _
from bot.words import (
    FILLERS,
    KEYS,
    NoSense,
    Token,
    Vocabulary,
    as_filter,
    known,
    nearest_of,
    needs_value,
    one_at_a_time,
    others,
    replaced,
    typed,
)
from storage.changes import DIRECTIONS

NUMBER = re.compile(r"#?([0-9]{1,18})")
COUNT = re.compile(r"[0-9]{1,9}")
PAGE = re.compile(r"[1-9][0-9]{0,5}")
FIELD_KEYS = ("field", "since", "confirmed")  # what tells that a field is to be brought over
A = TypeVar("A", bound=Act)
L = TypeVar("L", bound=Pause)


def read_act(
    kind: type[A], tokens: list[Token], vocabulary: Vocabulary, read_errors: Callable[[list[Token], Vocabulary], Errors]
) -> A:
    """Numbers of errors (`#27`, `27`), or the filters and words by which `errors` finds them; `all` is all of them."""
    if not any(token.value for token in tokens):
        raise _nothing_named(kind)
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


def _nothing_named(kind: type[Act]) -> NoSense:
    """Nobody means everything by saying nothing."""
    name = kind.__name__.lower()
    sentence = _(
        "Which errors? Name one, or what they have in common: /sync {name} #27, /sync {name} code:1003; "
        "or all of them: /sync {name} all"
    )
    return NoSense(sentence.format(name=name), f"help {name}")


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
    """A lane, a field, or `record` and whose: an e-mail address, or an id of either side."""
    at = next((at for at, token in enumerate(tokens) if _is_record(token)), None)
    if at is None:
        tokens = [as_filter(token) for token in tokens]
        if any(token.key in FIELD_KEYS for token in tokens):
            return read_field(tokens, vocabulary)
        first = any(_is_first(token) for token in tokens)
        rest = [token for token in tokens if not _is_first(token)]
        lanes = read_lanes(Pause, rest, vocabulary, "run first" if first else "run")
        if first and not lanes.object:
            tip = f"run {vocabulary.example} first"
            raise NoSense(_("Which object is to go first? Try: /sync {words}").format(words=tip), tip)
        return Run(lanes.object, lanes.direction, first=first)
    words = [token.value for token in tokens[at + 1 :]]
    who = " ".join(word.replace('"', "") for word in words).strip()
    if not who:
        raise NoSense(_("Whose record? Try: /sync run record ada@example.com"), "help run")
    lanes = read_lanes(Pause, tokens[:at], vocabulary, "run")
    return Run(lanes.object, None, who)


def read_field(tokens: list[Token], vocabulary: Vocabulary) -> Run:
    """One field of an object, and from when on; whether the object has it is for who knows its fields."""
    asked = {token.key: token.value for token in tokens if token.key in FIELD_KEYS}
    twice = [token.key for token in tokens if token.key in FIELD_KEYS and token.value != asked[token.key]]
    name = " ".join(["run", *(f"{key}:{value}" for key, value in asked.items())])
    lanes = read_lanes(Pause, [token for token in tokens if token.key not in FIELD_KEYS], vocabulary, name)
    if lanes.object and not lanes.direction and (empty := next((key for key in asked if not asked[key]), None)):
        whole = " ".join(["run", lanes.object, *(f"{key}:{value}" for key, value in asked.items() if value)])
        raise needs_value(empty, {"field": "city", "since": "24h", "confirmed": "1"}[empty], whole)
    if not lanes.object or not asked.get("field") or lanes.direction:
        words = f"run {lanes.object or vocabulary.example} field:{asked.get('field') or 'city'}"
        raise NoSense(_("A field goes with an object, and no direction. Try: /sync {words}").format(words=words), words)
    if twice:
        raise one_at_a_time(f"run {lanes.object} field:{asked['field']}")
    confirmed = asked.get("confirmed", "")
    number = int(confirmed) if COUNT.fullmatch(confirmed) else None
    since = _since(asked["since"]) if asked.get("since") else None
    return Run(lanes.object, field=asked["field"], since=since, confirmed=number)


def _since(value: str) -> timedelta | date:
    span = durations.parse(value)
    try:
        return span if span is not None else date.fromisoformat(value)
    except ValueError:
        said = _("I cannot read “{value}” as a time. Try: since:24h, or since:2026-11-01")
        raise NoSense(said.format(value=value), "help run") from None


def _is_record(token: Token) -> bool:
    return not token.key and not token.quoted and known(token.value, ("record",)) is not None


def _is_first(token: Token) -> bool:
    return not token.key and not token.quoted and known(token.value, ("first",)) is not None


def read_lanes(kind: type[L], tokens: list[Token], vocabulary: Vocabulary, name: str = "") -> L:
    """An object, a direction, both, or neither, which is all."""
    name = name or kind.__name__.lower()
    chosen: dict[str, Any] = {}
    for token in tokens:
        value = token.value
        if token.key == "confirmed" and issubclass(kind, Resume) and COUNT.fullmatch(value):
            chosen["confirmed"] = int(value)
            continue
        way = known(value, DIRECTIONS) or known(f"to-{value}", DIRECTIONS)
        if way and token.key in ("", "direction"):
            if chosen.setdefault("direction", way) != way:
                raise one_at_a_time(" ".join(part for part in (name, chosen.get("object", "")) if part))
        elif token.key in ("", "object") and (found := known(value, vocabulary.objects)):
            if chosen.setdefault("object", found) != found:
                raise one_at_a_time(others(name, tokens, token))
        elif token.key or (value and not known(value, FILLERS)):
            raise _unknown(token, tokens, name, vocabulary)
    return kind(**chosen)


def _unknown(token: Token, tokens: list[Token], name: str, vocabulary: Vocabulary) -> NoSense:
    """The hint has the nearest in the place of the word, and all else that was said."""
    said, kinds = typed(token), [*vocabulary.objects, *DIRECTIONS]
    near = nearest_of(token.value, kinds) if token.key not in KEYS or token.key in ("object", "direction") else None
    if near is None:
        sentence = _("I do not know “{value}”. Try: /sync {name} {example} to-marketo")
        return NoSense(sentence.format(value=said, name=name, example=vocabulary.example), f"help {name}")
    words = replaced(name, tokens, token, near)
    return NoSense(_("I do not know “{word}”. Did you mean: /sync {words}").format(word=said, words=words), words)


def read_audit(tokens: list[Token], vocabulary: Vocabulary) -> Audit:
    """A page; what would narrow it is refused, or the whole log would look like the answer to it."""
    pages = [token.value for token in tokens if token.key == "page" and PAGE.fullmatch(token.value)]
    if other := next((token.value for token in tokens if token.key != "page" and token.value), None):
        raise NoSense(_("I cannot narrow that by “{word}”. Try: /sync audit").format(word=other), "audit")
    return Audit(int(pages[-1])) if pages else Audit()
