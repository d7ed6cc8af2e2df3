"""The words by which a sync error is found: one spelling for index and search, whatever the database. Pure.

Accents and case do not matter ("Zoë" is found by "zoe"). Words from people's data carry a mark, so that whoever may
not see them cannot find them out by searching either.
"""

import re
import unicodedata
from collections.abc import Iterable

OF_PEOPLE = "\ue001"
"""Stands before each word of a name or a message. A private character, which no text keeps: see `words_of`."""

LONGEST, MOST = 64, 200
_WORD = re.compile(r"[^\W_]+")
_GUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_BEGUN_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]*")


def words_of(text: str) -> list[str]:
    """The words of `text` in lower case without accents; a GUID is one word, without its hyphens."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = _GUID.sub(lambda guid: guid[0].replace("-", ""), plain)
    return [word[:LONGEST] for word in _WORD.findall(plain)]


def indexed(ids: Iterable[str | None], people: Iterable[str]) -> str:
    """What is stored with an error: the words of its code and `ids`, and of `people`'s data with their mark."""
    known = [word for text in ids if text for word in words_of(text)]
    marked = [OF_PEOPLE + word for text in people for word in words_of(text)]
    return " ".join(dict.fromkeys([*known, *marked][:MOST]))


def searched(typed: str) -> list[str]:
    """The words of what somebody typed; all are whole but the last, which may go on. A GUID may be begun."""
    lower = typed.strip().casefold()
    if _BEGUN_GUID.fullmatch(lower):
        return [lower.replace("-", "")]
    return words_of(typed)
