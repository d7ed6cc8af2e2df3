"""The app's slash commands with their usage hints, as its manifest.yml has them."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


@cache
def escapes(command: str, path: Path = MANIFEST) -> bool:
    """Whether what is typed behind `command` comes escaped."""
    if not path.exists():
        return False
    features = yaml.safe_load(path.read_text(encoding="utf-8")).get("features") or {}
    return any(each.get("command") == command and each.get("should_escape") for each in features["slash_commands"])


def commands_in(path: Path = MANIFEST) -> list[dict[str, Any]]:
    """[{"command": "/sync", "description": …, "usage_hint": …}]; a bare /sync where there is no manifest."""
    if not path.exists():
        return [{"command": "/sync", "description": "", "usage_hint": ""}]
    features = yaml.safe_load(path.read_text(encoding="utf-8")).get("features") or {}
    return [
        {name: str(each.get(name) or "") for name in ("command", "description", "usage_hint")}
        for each in features.get("slash_commands") or []
    ]
