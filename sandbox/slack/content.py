"""What a message may hold, on every road a message takes: Web API, response_url, acknowledgement."""

import json
from typing import Any

from sandbox.slack import block_rules
from sandbox.slack.refusals import SlackError
from sandbox.slack.state import Slack

LONGEST_TEXT = 40_000
LONGEST_BLOCKS = 13_200
Blocks = list[dict[str, Any]]


def checked(slack: Slack, given: dict[str, Any], ephemeral: bool, file: bool = False) -> tuple[str, Blocks]:
    """Text and blocks of a message about to be posted. Raises what Slack answers when it does not take them."""
    text, blocks, attachments = str(given.get("text") or ""), _list(given, "blocks"), _list(given, "attachments")
    if not (text or blocks or attachments or file):
        raise SlackError("no_text")
    if len(text) > LONGEST_TEXT:
        raise SlackError("msg_too_long")
    _check_tables(blocks, attachments)
    complaints = block_rules.complaints_about(blocks, "message")
    for index, each in enumerate(attachments):
        inside = each.get("blocks") or []
        complaints += block_rules.complaints_about(inside, "message", f"/attachments/{index}/blocks")
    complaints += block_rules.not_taken(blocks, _not_taken(slack, ephemeral))
    if complaints:
        raise SlackError("invalid_blocks", complaints, errors=complaints)
    if block_rules.characters_in(blocks) > LONGEST_BLOCKS:
        raise SlackError("msg_blocks_too_long")
    return text, blocks


def _not_taken(slack: Slack, ephemeral: bool) -> list[str]:
    everywhere, hidden = (slack.blocks_not_taken.get(where, []) for where in ("everywhere", "ephemeral"))
    return [*everywhere, *(hidden if ephemeral else [])]


def _check_tables(blocks: Blocks, attachments: Blocks) -> None:
    """One table a message, wherever it stands: invalid_attachments with only_one_table_allowed."""
    inside = [block for each in attachments for block in each.get("blocks") or [] if isinstance(block, dict)]
    children = [child for block in blocks for child in block.get("child_blocks") or [] if isinstance(child, dict)]
    tables = [block for block in [*blocks, *inside, *children] if block.get("type") in ("table", "data_table")]
    if len(tables) > 1:
        raise SlackError("invalid_attachments", ["only_one_table_allowed"], errors=["only_one_table_allowed"])


def _list(given: dict[str, Any], name: str) -> Blocks:
    value = given.get(name) or []
    complaint = SlackError(f"invalid_{name}_format")
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as broken:
            raise complaint from broken
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise complaint
    return value
