"""The words of `/sync status`: an object, a view, in any order. Pure."""

from typing import Any

from bot.request import Status
from bot.texts import _
from bot.words import NoSense, Token, Vocabulary, known, nearest_of


def read_status(tokens: list[Token], vocabulary: Vocabulary) -> Status:
    """A view may be two words (`last hour`), or `by:user`. Raises NoSense, with the nearest that works."""
    chosen: dict[str, Any] = {}
    words = [_word(token) for token in tokens]
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
            raise unknown_word(words[at], vocabulary)
        at += 2 if pair else 1
    return Status(**chosen)


def _word(token: Token) -> str:
    """`object:leads` is `leads`; any other filter belongs to errors and says nothing here."""
    if token.key == "by":
        return f"by-{token.value}"
    return token.value if token.key in ("", "object") else ""


def unknown_word(word: str, vocabulary: Vocabulary) -> NoSense:
    near = nearest_of(word, [*vocabulary.commands, *vocabulary.objects, *vocabulary.views])
    if near is None:
        return NoSense(_("I do not know “{word}”. Try: /sync help").format(word=word))
    words = near if near in vocabulary.commands else f"status {near}"
    return NoSense(_("I do not know “{word}”. Did you mean: /sync {words}").format(word=word, words=words), words)
