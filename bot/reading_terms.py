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
from bot.words import NoSense, Token, Vocabulary, known, nearest_of, one_at_a_time, typed

LONGEST = timedelta(days=90)
SHORTEST = timedelta(minutes=1)
NUMBER = re.compile(r"#?([0-9]{1,18})")
EXAMPLES = {
    "backlog": "backlog>10000",
    "oldest": "oldest>2h",
    "failures": "failures>20%",
    "open": "open>500",
    "code": "code:1003",
    "mention": "",
    "instead": "",
}
ALIKE = 70  # of a hundred, from where on a name is taken for a misspelt one
_SEPARATOR = re.compile(r"[,;](?!\d)|(?<!\d)[,;]|\bat:")
_SPACED = re.compile(r"(?<![\w-])(backlog|oldest|failures|open|code|mention)\s+(?=[\d<@])", re.IGNORECASE)
_CALLED = re.compile(r"(?<!\S)(?=@|<[@!])")
_VALUE = (
    rf'"[^"]*"|<[^<>]*>|\d{{1,3}}(?: \d{{3}})+(?![\w:])|'
    rf"\d[\d.,]*\s*(?:%|{durations.UNIT}|[km])?(?!\w)(?:\s*\d+\s*{durations.UNIT}\b)*|\S*"
)
_TERM = re.compile(rf"([a-z][a-z-]*)\s*(?:>=|=>|>|≥|=|:|(<)=?(?=\s*\d))\s*({_VALUE})", re.IGNORECASE)
_PEOPLE = re.compile(r"<?(?:!subteam\^|@)?([SUW][A-Z0-9]{2,20})(?:\|[^<>]*)?>?")
_CODE = re.compile(r"0x[0-9a-f]+|1?[0-9]{3}", re.IGNORECASE)  # Marketo's codes are three digits, or a thousand and some


@dataclass(slots=True)
class Said:
    """What was said, by what it is. `rest` are words that are none of it, and `text` is all of it as it was read."""

    text: str
    objects: list[str] = field(default_factory=list)
    what: list[str] = field(default_factory=list)
    terms: dict[str, Any] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(**{name: value for name, value in self.terms.items() if name not in ("mention", "instead")})

    @property
    def mention(self) -> str | None:
        return self.terms.get("mention")

    @property
    def instead(self) -> tuple[int, ...]:
        numbers: tuple[int, ...] = self.terms.get("instead", ())
        return numbers

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule that was named, by itself or by its threshold, in the order of the rules."""
        named = {*self.what, *self.thresholds.rules}
        return tuple(what for what in WHATS if what in named)

    def with_other(self, word: str, other: str) -> str:
        """All that was said, with `other` in the place of the `word`."""
        place = re.compile(rf"(?<!\S){re.escape(word)}(?!\S)")
        return " ".join(place.sub(lambda _found: other, self.text, count=1).split())


def sorted_out(tokens: Sequence[Token], vocabulary: Vocabulary, command: str) -> Said:
    """Raises NoSense for a filter or threshold that there is not, and for one that cannot be read."""
    said = Said(_as_read(tokens))
    for found in _TERM.finditer(said.text):
        others = " ".join([command, *said.text[: found.start()].split(), *said.text[found.end() :].split()])
        name, value = found[1], found[3].strip()
        key = known(name, EXAMPLES) or ("open" if known(name, ("errors",)) else None)
        if key is None:
            raise _no_term(found[0], name, value, others, vocabulary)
        if found[2]:
            raise unread(found[0], f"{others} {key}>{value}")
        read = _read(key, value, found[0], others)
        if said.terms.setdefault(key, read) != read:
            raise one_at_a_time(others)
    _named(_TERM.sub(" ", said.text).replace('"', " ").split(), said, vocabulary)
    return said


def _as_read(tokens: Sequence[Token]) -> str:
    """The words as terms: a comma is a blank, `backlog 5000` is `backlog:5000`, and who is named alone is mentioned."""
    text = " ".join(token.value if token.key in ("", "object") else typed(token) for token in tokens)
    return _CALLED.sub("mention:", _SPACED.sub(r"\1:", _SEPARATOR.sub(" ", text)))


def _read(key: str, value: str, term: str, others: str) -> Any:
    """What a term says; `others` is all else that was said, for the hint."""
    readers: Mapping[str, Callable[[str], Any]] = {
        "backlog": count_of,
        "oldest": span_of,
        "failures": share_of,
        "open": count_of,
        "code": lambda value: value.replace('"', "").strip() or None,
        "mention": _mentioned,
        "instead": _numbers,
    }
    if key == "code" and "," in value:
        raise one_at_a_time(f"{others} code:{value.partition(',')[0]}")
    if (read := readers[key](value)) is None:
        raise unread(term, f"{others} {EXAMPLES[key]}".strip())
    return read


def unread(term: str, words: str) -> NoSense:
    return NoSense(_("I cannot read “{said}”. Try: /sync {words}").format(said=term.strip(), words=words), words)


def _no_term(term: str, name: str, value: str, others: str, vocabulary: Vocabulary) -> NoSense:
    """The value stays with what is nearest to its name; an object's goes to the threshold that it may be of."""
    near = nearest_of(name, [*EXAMPLES, "object"], ALIKE)
    if near:
        words = f"{others} {near}{'>' if '>' in EXAMPLES.get(near, '') else ':'}{value}"
    elif named := known(name, vocabulary.objects):
        words = f"{others} {named} {'oldest' if span_of(value) else 'backlog'}>{value}"
    elif what := known(name, WHATS):
        words = f"{others} {what}"
    else:
        words = without(others, vocabulary)
        return NoSense(_("I do not know “{word}”. Try: /sync {words}").format(word=term.strip(), words=words), words)
    return NoSense(
        _("I do not know “{word}”. Did you mean: /sync {words}").format(word=term.strip(), words=words), words
    )


def term_of(value: str) -> str | None:
    """The term that a bare value may be meant for: `2h` is an age, `20%` a share, `1003` a code, `10k` a size."""
    if span_of(value):
        return f"oldest>{value}"
    if value.endswith("%"):
        return f"failures>{value}"
    if _CODE.fullmatch(value):
        return f"code:{value}"
    return f"backlog>{value}" if count_of(value) is not None else None


def without(others: str, vocabulary: Vocabulary) -> str:
    """What to offer where a word has to be left out: never to unsubscribe from more than was named."""
    command, _blank, rest = others.partition(" ")
    if command == "unsubscribe":
        return "alerts"
    return others if rest else f"{command} {vocabulary.example} {EXAMPLES['backlog']}"


def _mentioned(value: str) -> str:
    """The id of a person or a user group: Slack makes `<@U…>` or `<!subteam^S…>` of a name that it knows."""
    found = _PEOPLE.fullmatch(value)
    if not found:
        said = _("I can call a person or a user group, not “{value}”. Try: mention:@ and a name that Slack offers")
        raise NoSense(said.format(value=value), "help subscribe")
    return found[1]


def _numbers(value: str) -> tuple[int, ...] | None:
    if not re.fullmatch(r"[0-9]{1,18}(?:,[0-9]{1,18})*", value):
        return None
    return tuple(dict.fromkeys(int(number) for number in value.split(",")))


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
            said.objects += [named] if named not in said.objects else []
        else:
            said.rest.append(words[at])
        at += 2 if pair else 1
