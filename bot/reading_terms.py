"""What is said of alerts, sorted: thresholds, objects, what to hear of, and the words that are left. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot import durations
from bot.alerts.asked import WHATS
from bot.amounts import count_of, share_of
from bot.request_subscribing import Thresholds
from bot.texts import _
from bot.words import NoSense, Token, Vocabulary, known, nearest_of

KEYS = ("object", "code", "mention", "instead")
LONGEST = timedelta(days=90)
SHORTEST = timedelta(minutes=1)
NUMBER = re.compile(r"#?([0-9]{1,18})")
EXAMPLES = {"backlog": "backlog>10000", "oldest": "oldest>2h", "failures": "failures>20%", "open": "open>500"}
_VALUE = r"\d[\d.,]*\s*(?:%|[a-z])?(?!\w)(?:\s*\d+\s*[wdhms]\b)*|\S*"
_TERM = re.compile(rf"([a-z][a-z-]*)\s*(?:>=|=>|>|≥|=|:)\s*({_VALUE})", re.IGNORECASE)
_PEOPLE = re.compile(r"<?(?:!subteam\^|@)?([SUW][A-Z0-9]{2,20})(?:\|[^<>]*)?>?")


@dataclass(slots=True)
class Said:
    """What was said, by what it is. `rest` are words that are none of it."""

    objects: list[str] = field(default_factory=list)
    what: list[str] = field(default_factory=list)
    terms: dict[str, Any] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)
    mention: str | None = None
    instead: tuple[int, ...] = ()

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(**self.terms)

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule that was named, by itself or by its threshold, in the order of the rules."""
        named = {*self.what, *self.thresholds.rules}
        return tuple(what for what in WHATS if what in named)


def sorted_out(tokens: Sequence[Token], vocabulary: Vocabulary, command: str) -> Said:
    """Raises NoSense for a filter or threshold that there is not, and for one that cannot be read."""
    said = Said()
    for token in tokens:
        if token.key and token.key != "object":
            _keyed(token, said, command)
    text = " ".join(token.value for token in tokens if token.key in ("", "object"))
    for found in _TERM.finditer(text):
        others = " ".join([command, *text[: found.start()].split(), *text[found.end() :].split()])
        key, read = _threshold(found[1], found[2].strip(), others)
        said.terms[key] = read
    _named(_TERM.sub(" ", text).replace('"', " ").split(), said, vocabulary)
    return said


def _keyed(token: Token, said: Said, command: str) -> None:
    if token.key == "code" and token.value:
        said.terms["code"] = token.value.replace('"', "")
    elif token.key == "mention":
        said.mention = _mentioned(token.value)
    elif token.key == "instead" and re.fullmatch(r"[0-9]{1,18}(?:,[0-9]{1,18})*", token.value):
        said.instead = tuple(dict.fromkeys(int(number) for number in token.value.split(",")))
    else:
        key = token.key.removeprefix("?")
        near = nearest_of(key, [*KEYS, *EXAMPLES])
        words = f"{command} {EXAMPLES.get(near or '', 'errors code:1003')}"
        raise NoSense(
            _("I cannot read “{key}:{value}”. Try: /sync {words}").format(key=key, value=token.value, words=words),
            words,
        )


def _mentioned(value: str) -> str:
    """The id of a person or a user group: Slack makes `<@U…>` or `<!subteam^S…>` of a name that it knows."""
    found = _PEOPLE.fullmatch(value)
    if not found:
        said = _("I can call a person or a user group, not “{value}”. Try: mention:@ and a name that Slack offers")
        raise NoSense(said.format(value=value), "help subscribe")
    return found[1]


def _threshold(name: str, value: str, whole: str) -> tuple[str, Any]:
    """`whole` is all else that was said, for the hint."""
    readers: Mapping[str, Callable[[str], Any]] = {
        "backlog": count_of,
        "oldest": span_of,
        "failures": share_of,
        "open": count_of,
    }
    key = known(name, readers) or ("open" if known(name, ("errors",)) else None)
    if key is None:
        near = nearest_of(name, readers)
        words = f"{whole} {EXAMPLES[near or 'backlog']}"
        unknown = _("There is no threshold “{name}”. Did you mean: /sync {words}")
        raise NoSense(unknown.format(name=name, words=words), words)
    if (read := readers[key](value)) is None:
        words = f"{whole} {EXAMPLES[key]}"
        raise NoSense(
            _("I cannot read “{name}>{value}”. Try: /sync {words}").format(name=name, value=value, words=words), words
        )
    return key, read


def span_of(text: str) -> timedelta | None:
    """A span that one may wait for: from a minute to 90 days."""
    span = durations.parse(text)
    return span if span is not None and SHORTEST <= span <= LONGEST else None


def _named(words: Sequence[str], said: Said, vocabulary: Vocabulary) -> None:
    """What may be two words: `new code` is new-code."""
    at = 0
    while at < len(words):
        pair = known("".join(words[at : at + 2]), WHATS) if at + 1 < len(words) else None
        what = pair or known(words[at], WHATS)
        if what:
            said.what.append(what)
        elif named := known(words[at], vocabulary.objects):
            said.objects.append(named)
        else:
            said.rest.append(words[at])
        at += 2 if pair else 1
