"""Words -> which object is to be compared, or what is to be done with its last comparison. Pure."""

import re
from typing import Any

from bot.request import Compare
from bot.texts import _
from bot.words import FILLERS, NoSense, Token, Vocabulary, known, nearest_of, one_at_a_time, others, replaced, typed

COUNT = re.compile(r"[0-9]{1,9}")


def read_compare(tokens: list[Token], vocabulary: Vocabulary) -> Compare:
    """An object, and `csv` or `repair`; without an object, what the last comparisons found."""
    asked: dict[str, Any] = {}
    for token in tokens:
        value = token.value
        if token.key == "confirmed" and COUNT.fullmatch(value):
            asked["confirmed"] = int(value)
        elif token.key in ("", "object") and (found := known(value, vocabulary.objects)):
            if asked.setdefault("object", found) != found:
                raise one_at_a_time(others("compare", tokens, token))
        elif not token.key and (word := known(value, ("csv", "repair"))):
            asked[word] = True
        elif value and (token.key or not known(value, FILLERS)):
            raise _unknown(token, tokens, vocabulary)
    if "csv" in asked and "repair" in asked:
        raise one_at_a_time(Compare(asked.get("object", vocabulary.example), csv=True).words)
    if "object" not in asked and asked:
        words = f"compare {vocabulary.example}"
        raise NoSense(_("Of which object? Try: /sync {words}").format(words=words), words)
    return Compare(**asked)


def _unknown(token: Token, tokens: list[Token], vocabulary: Vocabulary) -> NoSense:
    near = nearest_of(token.value, [*vocabulary.objects, "csv", "repair"])
    if near:
        words = replaced("compare", tokens, token, near)
        return NoSense(
            _("I do not know “{word}”. Did you mean: /sync {words}").format(word=typed(token), words=words), words
        )
    words = others("compare", tokens, token) if len(tokens) > 1 else f"compare {vocabulary.example}"
    return NoSense(_("I do not know “{word}”. Try: /sync {words}").format(word=typed(token), words=words), words)
