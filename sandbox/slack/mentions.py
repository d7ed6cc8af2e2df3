"""Who a message calls: pure.

Slack reads `<!channel>`, `<!here>`, `<!everyone>`, `<@U…>` and `<!subteam^…>` in mrkdwn only
(docs.slack.dev/messaging/formatting-message-text); plain_text, raw_text and the text elements of rich text say them
as they stand. In rich text, elements of their own kind mention.
"""

import re
from collections.abc import Iterator
from typing import Any

_CALLED = re.compile(r"<(!channel|!here|!everyone|@[UW][A-Z0-9]+|!subteam\^[A-Z0-9]+)(?:\|[^<>]*)?>")


def in_mrkdwn(text: str) -> list[str]:
    """The mentions of one mrkdwn text, written `!channel`, `@U0OPS`, `!subteam^S0OPS`."""
    return [found.group(1) for found in _CALLED.finditer(text)]


def of_message(text: str, blocks: list[dict[str, Any]], mrkdwn: bool = True) -> list[str]:
    """All whom a message with this `text` and these blocks calls, each once, in order."""
    called = in_mrkdwn(text) if mrkdwn else []
    for block in blocks:
        called += _of_block(block)
    return list(dict.fromkeys(called))


def of_attachments(attachments: list[dict[str, Any]]) -> list[str]:
    """Whom legacy attachments call: their words are read as mrkdwn, their blocks as any."""
    called: list[str] = []
    for each in attachments:
        said = " ".join(str(each.get(name) or "") for name in ("pretext", "title", "text", "fallback"))
        blocks = each.get("blocks")
        called += of_message(said, blocks if isinstance(blocks, list) else [])
    return called


def _of_block(block: dict[str, Any]) -> Iterator[str]:
    if block.get("type") == "markdown":
        yield from in_mrkdwn(str(block.get("text", "")))
    else:
        yield from _within(block)


def _within(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _within(each)
    elif isinstance(part, dict):
        yield from _of_element(part)
        for each in part.values():
            yield from _within(each)


def _of_element(part: dict[str, Any]) -> Iterator[str]:
    kind = part.get("type")
    if kind == "mrkdwn" and isinstance(part.get("text"), str):
        yield from in_mrkdwn(part["text"])
    elif kind == "broadcast":
        yield f"!{part.get('range', '')}"
    elif kind == "user" and "user_id" in part:
        yield f"@{part['user_id']}"
    elif kind == "usergroup" and "usergroup_id" in part:
        yield f"!subteam^{part['usergroup_id']}"
