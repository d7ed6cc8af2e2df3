"""Which views Slack takes: pure."""

from typing import Any


def complaints_about_view(view: dict[str, Any]) -> list[str]:
    return []
