"""Brings an answer to Slack, whatever Slack refuses: native tables and charts, then letters, then plain text.

Slack answers `invalid_blocks` where a kind of block is not taken (native blocks came to workspaces by and by, and
whether private messages take them is documented nowhere). Every refusal is logged.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from re import findall
from typing import Any, Literal

import aiohttp
from slack_bolt.async_app import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Answer, Block
from bot.refusals import body_of, error_of
from bot.texts import _

log = logging.getLogger(__name__)
NATIVE = frozenset({"table", "data_visualization"})
REMEMBERED_FOR = timedelta(hours=1)
LONGEST_TEXT = 11_500
OF_BLOCKS = ("invalid_blocks", "invalid_blocks_format", "invalid_attachments", "msg_blocks_too_long")

Tables = Literal["auto", "native", "text"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Slack said against a message: its `error`, and where it named the blocks at fault, their places."""

    error: str
    places: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Road:
    """One way into Slack: `send` takes text and blocks. What private messages take may differ from what others take."""

    send: Callable[[str, Sequence[Block]], Awaitable[Refusal | None]]
    private: bool = False


class Deliverer:
    """`tables` is the setting SLACK_TABLES; `now` is the time it remembers by."""

    def __init__(self, tables: Tables, now: Callable[[], datetime]) -> None:
        self._tables, self._now = tables, now
        self._refused_at: dict[tuple[bool, str], datetime] = {}

    async def deliver(self, answer: Answer, *roads: Road) -> bool:
        """Sends `answer` along the first of `roads` that takes it in any form; whether one did."""
        for road in roads:
            if await self._along(road, answer):
                return True
        log.error("an answer reached nobody: Slack refused it in every form")
        return False

    async def _along(self, road: Road, answer: Answer) -> bool:
        """At most one try per native kind, one in letters and one in plain text: a response_url serves five."""
        text, without = within_limits(answer.text), self._untried(road)
        drawn = blocks_of(answer, without)
        refusal = await road.send(text, drawn)
        while refusal is not None and drawn:
            log.warning("Slack refused an answer: %s", refusal)
            culprits = _culprits(refusal, drawn)
            self._remember(road, refusal, culprits)
            without |= culprits
            drawn = blocks_of(answer, without) if culprits else []
            refusal = await road.send(text, drawn)
        if refusal is not None:
            log.warning("Slack refused a plain answer: %s", refusal)
        return refusal is None

    def _untried(self, road: Road) -> frozenset[str]:
        """The native kinds that are not worth trying now."""
        if self._tables == "text":
            return NATIVE
        now = self._now()
        remembered = {where for where, at in self._refused_at.items() if now - at < REMEMBERED_FOR}
        return frozenset(kind for private, kind in remembered if private == road.private)

    def _remember(self, road: Road, refusal: Refusal, culprits: Collection[str]) -> None:
        if self._tables == "auto" and refusal.error == "invalid_blocks":
            self._refused_at |= {(road.private, kind): self._now() for kind in culprits}


def blocks_of(answer: Answer, without: Collection[str] = NATIVE) -> list[Block]:
    """The blocks to show, native ones in their places unless they are of a kind to do `without`."""
    native = {at: block for at, block in answer.native.items() if block["type"] not in without}
    return [native.get(at, block) for at, block in enumerate(answer.blocks)]


def within_limits(text: str) -> str:
    """`text` cut between lines where Slack would refuse it, with what is left out said and its fence closed."""
    if len(text) <= LONGEST_TEXT:
        return text
    kept = text[:LONGEST_TEXT].rpartition("\n")[0] or text[:LONGEST_TEXT]
    fence = "\n```" if kept.count("```") % 2 else ""
    more = _("… and {count} more characters").format(count=f"{len(text) - len(kept):,}")
    return f"{kept}{fence}\n{more}"


def by_response_url(respond: AsyncRespond, replace: bool) -> Road:
    """The road back to what was typed or pressed: privately, in place of the message when `replace`."""

    async def send(text: str, blocks: Sequence[Block]) -> Refusal | None:
        try:
            said = await respond(text=text, blocks=list(blocks) or None, replace_original=replace)
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            return Refusal(f"out of reach: {failure!r}")
        return None if said.status_code == 200 else _refusal(said.body or f"HTTP {said.status_code}")

    return Road(send, private=True)


def in_channel(respond: AsyncRespond, thread_ts: str = "") -> Road:
    """The road back to what was typed or pressed, for everyone to read; channels the bot is not in take it too."""

    async def send(text: str, blocks: Sequence[Block]) -> Refusal | None:
        said = await respond(
            text=text,
            blocks=list(blocks) or None,
            response_type="in_channel",
            replace_original=False,
            thread_ts=thread_ts or None,
        )
        return None if said.status_code == 200 else _refusal(said.body or f"HTTP {said.status_code}")

    return Road(send)


def by_message(client: AsyncWebClient, channel: str, thread_ts: str | None = None) -> Road:
    """A message in a channel, or to a person by their id, which comes as a direct message."""

    async def send(text: str, blocks: Sequence[Block]) -> Refusal | None:
        try:
            await client.chat_postMessage(channel=channel, text=text, blocks=list(blocks) or None, thread_ts=thread_ts)
        except SlackApiError as refused:
            return _refusal(body_of(refused))
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            return Refusal(f"out of reach: {failure!r}")
        return None

    return Road(send)


def by_message_or_raise(client: AsyncWebClient, channel: str) -> Road:
    """The same for what is sent again later: only what another form may mend is a refusal, all else is raised."""

    async def send(text: str, blocks: Sequence[Block]) -> Refusal | None:
        try:
            await client.chat_postMessage(channel=channel, text=text, blocks=list(blocks) or None)
        except SlackApiError as refused:
            if not blocks or error_of(refused) not in OF_BLOCKS:
                raise
            return _refusal(body_of(refused))
        return None

    return Road(send)


def _refusal(body: Any) -> Refusal:
    """Slack's body: JSON, or the bare name of the error."""
    try:
        told = json.loads(body) if isinstance(body, str) else body
    except ValueError:
        told = {"error": str(body)[:200]}
    said = told if isinstance(told, dict) else {"error": str(told)[:200]}
    places = frozenset(int(place) for place in findall(r"/blocks/(\d+)", json.dumps(said)))
    return Refusal(str(said.get("error", "unknown")), places)


def _culprits(refusal: Refusal, drawn: Sequence[Block]) -> frozenset[str]:
    """The native kinds that Slack pointed at; all there are where it pointed nowhere."""
    kinds = [str(block["type"]) for block in drawn]
    pointed = {kinds[at] for at in refusal.places if at < len(kinds)}
    return NATIVE & (pointed or set(kinds))
