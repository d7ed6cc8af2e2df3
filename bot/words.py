"""Words as they were typed, and the words there are: tokens, spellings, and the nearest that works. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from bot.alerts.asked import WHATS
from bot.request import Misunderstood, View
from bot.safe import clean
from bot.texts import _
from storage.changes import DIRECTIONS
from sync.objects import Object

KEYS = (
    "object",
    "code",
    "direction",
    "operation",
    "since",
    "page",
    "by",
    "outcome",
    "reason",
    "field",
    "until",
    "confirmed",
    "before",
    "state",
    "sort",
    "mention",
    "instead",
)
Command = Literal[
    "status",
    "errors",
    "help",
    "explain",
    "record",
    "activity",
    "share",
    "health",
    "retry",
    "ignore",
    "reopen",
    "match",
    "run",
    "pause",
    "resume",
    "audit",
    "compare",
    "subscribe",
    "unsubscribe",
    "alerts",
    "quiet",
]
_TOKEN = re.compile(r'(?:([a-z]+)([:=]))?(?:"([^"]*)"|(\S+))', re.IGNORECASE)
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_NEAR = 60
MUCH_ALIKE = 75  # of a hundred: names of people are words too
FILLERS = ("all", "everything", "to", "error")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words there are. `objects` are the names of what is kept in step, `fields` those of their fields."""

    objects: tuple[str, ...]
    fields: tuple[str, ...] = ()
    commands: tuple[str, ...] = get_args(Command)
    views: tuple[str, ...] = get_args(View)

    @property
    def example(self) -> str:
        """An object to show with what can be asked: leads, where there are any."""
        return "leads" if "leads" in self.objects else self.objects[0]


def vocabulary_of(objects: Iterable[Object]) -> Vocabulary:
    kept = list(objects)
    fields = sorted({field.name for one in kept for field in one.fields})
    return Vocabulary(tuple(one.name for one in kept), tuple(fields))


def unspeakable(names: Sequence[str]) -> list[str]:
    """A sentence for each object that nobody could ask for by its name, because it reads like another word."""
    taken = [*get_args(Command), *get_args(View), *DIRECTIONS, *FILLERS, *WHATS, "csv", "digest", "channel"]
    said = []
    for at, name in enumerate(names):
        if word := known(name, [*taken, *names[:at]]):
            said.append(f"An object cannot be called “{name}”: in Slack it reads like “{word}”; give it another name")
    return said


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `key` is what stood before its colon (or `=`), if that is one of ours."""

    value: str
    key: str = ""
    quoted: bool = False


class NoSense(Exception):
    """Carries a Misunderstood out to `parse`."""

    def __init__(self, sentence: str, nearest: str = "help") -> None:
        self.misunderstood = Misunderstood(sentence, nearest)


def one_at_a_time(words: str) -> NoSense:
    """Two were named where one is taken: none of them is dropped in silence."""
    return NoSense(_("One at a time, please. Try: /sync {words}").format(words=words), words)


def tokens_of(text: str) -> list[Token]:
    """The words of `text`, quoted ones whole; a filter's value may stand behind a blank (`code: 1003`)."""
    tokens: list[Token] = []
    for found in _TOKEN.findall(clean(text).translate(_QUOTES)):
        token = _token(*found)
        waits = _empty_filter(tokens[-1]) if tokens else ""
        if waits and not token.key:
            tokens[-1] = Token(token.value, waits, token.quoted)
        else:
            tokens.append(token)
    return tokens


def _empty_filter(token: Token) -> str:
    """`code` of the word `code:`, which says no value."""
    name = token.value[:-1].lower()
    return name if name in KEYS and token.value.endswith((":", "=")) and not (token.key or token.quoted) else ""


def as_filter(token: Token) -> Token:
    """`colour:red` and `code:` as the filters they look like; `12:30`, `https://…` and what is quoted are words."""
    if token.key or token.quoted:
        return token
    if name := _empty_filter(token):
        return Token("", name)
    name, colon, value = token.value.partition(":")
    near_empty = not value and nearest_of(name, KEYS, at_least=MUCH_ALIKE)
    looks = name.isascii() and name.isalpha() and colon and not value.startswith("//")
    return Token(value, f"?{name}") if looks and (value or near_empty) else token


def needs_value(key: str, example: str, command: str) -> NoSense:
    """A filter was named, and nothing was said of it."""
    words = f"{command} {key}:{example}"
    return NoSense(_("{key}: needs a value, such as {key}:{example}").format(key=key, example=example), words)


def backwards(since: timedelta | date | None, until: timedelta | date | None) -> bool:
    """Whether nothing can lie between them; of a span and a day only the clock could tell."""
    if isinstance(since, timedelta) and isinstance(until, timedelta):
        return since <= until
    return isinstance(since, date) and isinstance(until, date) and since > until


def since_first(words: str) -> NoSense:
    """`words` are the same with both moments in their order."""
    return NoSense(_("since must be before until. Did you mean: /sync {words}").format(words=words), words)


def _token(key: str, sign: str, quoted: str, bare: str) -> Token:
    """`12:30` and `https://…` are words, not filters."""
    value = quoted or bare
    if not key or key.lower() in KEYS:
        return Token(value.strip(), key.lower(), bool(quoted))
    near = nearest_of(key, KEYS, at_least=MUCH_ALIKE)
    if near and not value.startswith("//"):
        return Token(value, f"?{key}")  # misspelt; said so when it is read
    return Token(f"{key}{sign}{value}")


def typed(token: Token) -> str:
    """A token as somebody might have typed it."""
    value = f'"{token.value}"' if token.quoted or " " in token.value else token.value
    return f"{token.key.removeprefix('?')}:{value}" if token.key else value


def _plain(word: str) -> str:
    """`Last-Hour`, `lasthour` and `last_hour` alike; singular and plural alike."""
    letters = re.sub(r"[\W_]+", "", word.casefold())
    if letters.endswith("ies"):
        return letters[:-3] + "y"
    return letters.removesuffix("s") if len(letters) > 2 else letters


def known(word: str, words: Iterable[str]) -> str | None:
    return next((one for one in words if _plain(one) == _plain(word)), None)


def nearest_of(word: str, words: Iterable[str], at_least: int = _NEAR) -> str | None:
    """The one most like `word`; None where none is alike by `at_least` of a hundred.

    What begins with un- is never near what it may be the opposite of: `unpause` is not pause. Of several that are alike
    by so much it is the one with the fewest slips of the hand between.
    """
    low = word.casefold()
    fair = [one for one in words if not low.startswith("un") or one.casefold().startswith("un")]
    alike = [one for one in fair if fuzz.ratio(low, one) >= at_least]
    return min(alike, key=lambda one: (OSA.distance(low, one), -fuzz.ratio(low, one)), default=None)


def one_of(value: str, words: tuple[str, ...], key: str, whole: str = "errors") -> str:
    """The one that `value` means; `whole` is all else that was said, for the hint."""
    if named := known(value, words):
        return named
    near = nearest_of(value, words)
    unknown = _("There is no {key} “{value}”.").format(key=key, value=value)
    if near:
        hint = f"{whole} {key}:{near}"
        raise NoSense(f"{unknown} {_('Did you mean: /sync {words}').format(words=hint)}", hint)
    there = _("Try one of: {words}").format(words=", ".join(words))
    raise NoSense(f"{unknown} {there}", f"help {whole.split()[0]}")


def direction_of(value: str, whole: str) -> str:
    """Either side's name alone is where it goes to."""
    return known(f"to-{value}", DIRECTIONS) or one_of(value, DIRECTIONS, "direction", whole)


def others(command: str, tokens: Sequence[Token], token: Token) -> str:
    """The command and every word but `token`, as they were typed."""
    return " ".join([command, *(typed(one) for one in tokens if one is not token)])


def replaced(command: str, tokens: Sequence[Token], token: Token, other: str) -> str:
    """The same with `other` in the place of `token`."""
    return " ".join([command, *(other if one is token else typed(one) for one in tokens)])
