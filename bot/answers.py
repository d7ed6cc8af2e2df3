"""What a command answers: complete in plain text, and the same as blocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot import blocks
from bot.safe import for_mrkdwn

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is safe to be parsed by Slack; without `blocks` it is all there is.

    `blocks` are taken on every surface. `native` holds, by its place among them, the table or chart that a message may
    show instead; bot/deliver.py tries it.
    """

    text: str
    blocks: Sequence[Block] = ()
    native: Mapping[int, Block] = field(default_factory=dict)


def say(sentence: str, *buttons: blocks.Button) -> Answer:
    """A plain answer, with buttons that carry words."""
    drawn = [blocks.plain(sentence), *([blocks.actions(buttons)] if buttons else [])]
    return Answer(for_mrkdwn(sentence), drawn)


def fenced(table: str) -> str:
    """A table for `text`, where only a fence keeps its columns."""
    return f"```\n{for_mrkdwn(table)}\n```"
