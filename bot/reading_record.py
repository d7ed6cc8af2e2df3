"""Words -> whose record is asked for. Pure."""

import re
from typing import Any

from bot.request import Record
from bot.texts import _
from bot.words import NoSense, Token, Vocabulary, known, one_of, others

ERROR = re.compile(r"#?(\d{1,18})")


def read_record(tokens: list[Token], vocabulary: Vocabulary) -> Record:
    """An e-mail address, a name, a Dynamics GUID, a Marketo id, or `error #27`; quotes are welcome, not needed."""
    filters: dict[str, Any] = {}
    words: list[str] = []
    for token in tokens:
        if token.key == "object":
            filters["object"] = one_of(token.value, vocabulary.objects, "object", others("record", tokens, token))
        else:
            words.append(f"{token.key.removeprefix('?')}:{token.value}" if token.key else token.value)
    who = _who([word.replace('"', "") for word in words if word])
    if not who:
        raise NoSense(_("Whose record? Try: /sync record ada@example.com, or an id of either side"), "help record")
    return Record(who, **filters)


def _who(words: list[str]) -> str:
    if len(words) == 2 and known(words[0], ("error",)) and (number := ERROR.fullmatch(words[1])):
        return f"#{number[1]}"
    return " ".join(words)
