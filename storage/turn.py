"""A turn: a backlog going from well to late, or back. A plain value that crosses the border of storage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

TurnState = Literal["late", "well"]


@dataclass(frozen=True, slots=True)
class Turn:
    """`subject` is what turned, `detail` the figures of that moment; `id` is 0 until it is recorded."""

    subject: str
    state: TurnState
    at: datetime
    detail: Mapping[str, Any]
    id: int = 0


@dataclass(frozen=True, slots=True)
class Announcement:
    """The message that told of a late turn: `ts` is Slack's name for it, `since` when it turned."""

    subject: str
    channel: str
    ts: str
    turn_id: int
    since: datetime
