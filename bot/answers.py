"""What a command answers: complete in plain text, and the same as blocks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot import blocks
from bot.safe import for_mrkdwn

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is safe to be parsed by Slack; without `blocks` it is all there is.

    `blocks` are taken on every surface. `native` holds, by its place among them, the table or chart that a message may
    show instead; bot/deliver.py tries it. `public` is to be posted for everyone in the channel; the rest is then said
    only where that fails.
    """

    text: str
    blocks: Sequence[Block] = ()
    native: Mapping[int, Block] = field(default_factory=dict)
    public: "Answer | None" = None


def assembled(text: str, *parts: Block | tuple[Block, Block | None]) -> Answer:
    """An answer of blocks; of a pair, the second is the native form that a message may show instead of the first."""
    pairs = [part if isinstance(part, tuple) else (part, None) for part in parts]
    native = {at: pair[1] for at, pair in enumerate(pairs) if pair[1] is not None}
    return Answer(text, [pair[0] for pair in pairs], native)


def say(sentence: str, *buttons: blocks.Button) -> Answer:
    """A plain answer, with buttons that carry words."""
    drawn = [blocks.plain(sentence), *([blocks.actions(buttons)] if buttons else [])]
    return Answer(for_mrkdwn(sentence), drawn)


def written(words: Iterable[blocks.Word]) -> str:
    """A line of words for `text`: links where they can be made, styles left out."""
    return "".join(_written(word) for word in words)


def _written(word: blocks.Word) -> str:
    if isinstance(word, blocks.Link):
        said = for_mrkdwn(word.text)
        return f"<{word.url}|{said}>" if word.is_safe else said
    return for_mrkdwn(word if isinstance(word, str) else word[0])


def fenced(table: str) -> str:
    """A table for `text`, where only a fence keeps its columns."""
    return f"```\n{for_mrkdwn(table)}\n```"
