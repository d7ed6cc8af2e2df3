"""Text that speaks of channels by their ids, so that Slack shows their names instead. Pure."""

import re
from collections.abc import Iterable, Iterator

from bot import blocks
from bot.blocks import Block
from bot.safe import for_mrkdwn

_ID = re.compile(r"[CG][A-Z0-9]+")


def in_mrkdwn(text: str, channels: Iterable[str]) -> str:
    """`text` made harmless, but for those of `channels` that it names (docs.slack.dev, formatting message text)."""
    return "".join(f"<#{part}>" if is_id else for_mrkdwn(part) for part, is_id in _parts(text, channels))


def block_of(text: str, channels: Iterable[str]) -> Block:
    """The same as a block, in which all else is shown as it is."""
    parts = list(_parts(text, channels))
    if not any(is_id for _, is_id in parts):
        return blocks.plain(text)
    elements = [
        {"type": "channel", "channel_id": part} if is_id else {"type": "text", "text": part} for part, is_id in parts
    ]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _parts(text: str, channels: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """The text piece by piece, each with whether it is the id of a channel."""
    ids = {one for one in channels if _ID.fullmatch(one)}
    pieces = re.split(rf"\b({'|'.join(sorted(ids))})\b", text) if ids else [text]
    return ((piece, piece in ids) for piece in pieces if piece)
