"""What people find in Slack as time goes by: every message and every edit, in order and in words."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from tests.bot.conversation import Conversation

How = Literal["root", "edit", "thread", "private"]


@dataclass(frozen=True, slots=True)
class Heard:
    """Something new in a channel: a message there, an `edit` of one, a line in the `thread` of one,

    or what only one person sees."""

    at: datetime
    channel: str
    how: How
    words: str
    mentions: Any
    ts: str

    def __str__(self) -> str:
        called = " (calls somebody)" if self.mentions and self.how != "edit" else ""
        words = self.words.replace("\n", "\n    ")
        return f"{self.at:%a %H:%M} {self.how}{called}\n    {words}\n"


@dataclass
class Listener:
    """Looks into the whole workspace again and again."""

    slack: Conversation
    heard: list[Heard] = field(default_factory=list)
    _since: str = ""
    _known: set[str] = field(default_factory=set)

    async def listen(self, now: datetime) -> list[Heard]:
        """What has come since the last time."""
        found = [self._heard(one, now) for one in await self.slack.messages(since=self._since)]
        self.heard += found
        return found

    def _heard(self, message: dict[str, Any], now: datetime) -> Heard:
        self._since = max(self._since, message["ts"], message["edited"])
        how: How = "thread" if message["thread_ts"] else "private" if message["only_for"] else "root"
        how = "edit" if message["ts"] in self._known else how
        self._known.add(message["ts"])
        return Heard(now, message["channel"], how, message["plain"], message["mentions"], message["ts"])

    def told(self) -> str:
        """All of it, channel by channel."""
        channels = sorted({one.channel for one in self.heard})
        return "\n".join(f"== {channel} ==\n{self._of(channel)}" for channel in channels)

    def roots(self, channel: str) -> list[Heard]:
        return [one for one in self.heard if one.channel == channel and one.how == "root"]

    def _of(self, channel: str) -> str:
        """Edits of a message that come with no word to anybody are put together."""
        ours = [one for one in self.heard if one.channel == channel]
        told_at = {one.at for one in ours if one.how != "edit"}
        runs = groupby(ours, lambda one: "" if one.at in told_at else one.ts)
        return "".join(_drawn_anew(list(run)) if silent else "".join(map(str, run)) for silent, run in runs)


def _drawn_anew(edits: list[Heard]) -> str:
    first, last, said = edits[0].at, edits[-1].at, edits[-1].words.splitlines()[0]
    if len(edits) == 1:
        return f"{first:%a %H:%M} edit: {said}\n"
    return f"{first:%a %H:%M} to {last:%a %H:%M}, {len(edits)} edits, at last: {said}\n"
