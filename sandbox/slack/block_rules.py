"""Which blocks Slack takes: pure."""

import json
from typing import Any


def complaints_about(blocks: list[dict[str, Any]], surface: str) -> list[str]:
    return []


def not_taken(blocks: list[dict[str, Any]], refused: list[str]) -> list[str]:
    return []


def characters_in(blocks: list[dict[str, Any]]) -> int:
    return len(json.dumps(blocks))
