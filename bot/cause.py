"""What the catalogue of codes holds about one of them. Pure."""

from dataclasses import dataclass
from typing import Literal

Who = Literal["nobody", "data", "dynamics", "marketo", "both", "us"]


@dataclass(frozen=True, slots=True)
class Cause:
    """In English: what a code means, who must act (`data`: whoever keeps the record), and what to do about it."""

    meaning: str
    who: Who
    remedy: str


BREAKDOWN = (
    "Nothing, unless it is an open error: then the service breaks down over this record alone. "
    "Correct what is odd in it."
)
