"""Paging tokens: opaque to their users, positions to us. Base32 with padding, as Marketo's: encode them in URLs.

A token stays good for ever: it holds a date, a place in the activity log, or a place in one query's answer.
"""

import base64
import binascii
from datetime import datetime

from sandbox.marketo.envelope import Refusal
from sandbox.marketo.stamps import read_moment


def _written(text: str) -> str:
    text += "," * ((1 - len(text)) % 5)
    return base64.b32encode(text.encode()).decode()


def _read(token: str) -> str:
    try:
        return base64.b32decode(token.encode()).decode().rstrip(",")
    except (binascii.Error, ValueError):
        raise Refusal("1003", "Invalid nextPageToken") from None


def date_token(since: datetime) -> str:
    return _written(since.isoformat(timespec="milliseconds"))


def place_token(place: int) -> str:
    return _written(f"@{place}")


def place_of(token: str) -> int | datetime:
    """The place, or the date, that a token of this module stands for; 1003 for any other text."""
    text = _read(token)
    if text.startswith("@") and text[1:].isdigit():
        return int(text[1:])
    try:
        return read_moment(text)
    except ValueError:
        raise Refusal("1003", "Invalid nextPageToken") from None


def offset_of(token: str | None) -> int:
    """Where the next page of a query's answer begins."""
    place = place_of(token) if token else 0
    if not isinstance(place, int):
        raise Refusal("1003", "Invalid nextPageToken")
    return place
