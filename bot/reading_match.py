"""Words -> which record an error's is to be taken for. Pure."""

import re

from bot.request import Match
from bot.texts import _
from bot.words import NoSense, Token, Vocabulary, known, nearest_of

NUMBER = re.compile(r"#?([0-9]{1,18})")
ID = re.compile(r"[0-9]{1,18}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
FILLERS = ("error", "with", "to", "and")
NEW = ("new", "none")


def read_match(tokens: list[Token], vocabulary: Vocabulary) -> Match:
    """An error's number, then a candidate: an id, an id behind its object (`leads:…`), or `new`; none asks for them."""
    agreed = any(token.key == "confirmed" for token in tokens)
    words = [_typed(token) for token in tokens if token.key not in ("confirmed", "page", "before")]
    words = [word for word in words if word and not known(word, FILLERS)]
    number = NUMBER.fullmatch(words[0]) if words else None
    if number is None:
        sentence = _("Which error? Try: /sync match #123; /sync errors code:ambiguous lists those in doubt")
        raise NoSense(sentence, "errors code:ambiguous")
    error = int(number[1])
    if len(words) > 2:
        raise _nonsense(" ".join(words[1:]), error, vocabulary)
    if len(words) == 1:
        return Match(error)
    if known(words[1], NEW):
        return Match(error, new=True, confirmed=agreed)
    return Match(error, *_candidate(words[1], error, vocabulary), confirmed=agreed)


def _typed(token: Token) -> str:
    """`object:leads` is `leads`; any other word stands as it was typed."""
    key = "" if token.key == "object" else token.key.removeprefix("?")
    return f"{key}:{token.value}" if key else token.value


def _candidate(word: str, error: int, vocabulary: Vocabulary) -> tuple[str | None, str]:
    """The object, where it is named, and the id."""
    name, _colon, record = word.rpartition(":")
    if not ID.fullmatch(record):
        raise _nonsense(word, error, vocabulary)
    if not name:
        return None, record.lower()
    named = known(name, vocabulary.objects)
    if named is None:
        near = nearest_of(name, vocabulary.objects) or vocabulary.example
        words = f"match #{error} {near}:{record.lower()}"
        sentence = _("There is no object “{name}”. Did you mean: /sync {words}").format(name=name, words=words)
        raise NoSense(sentence, words)
    return named, record.lower()


def _nonsense(word: str, error: int, vocabulary: Vocabulary) -> NoSense:
    sentence = _(
        "“{word}” is no record: name a Marketo id, a Dynamics id, or new, as in /sync match #{number} {example}:<id>"
    )
    return NoSense(sentence.format(word=word, number=error, example=vocabulary.example), f"match #{error}")
