"""What the app's manifest.yml says of it: its slash commands with their usage hints, its events, its Messages tab."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
# The scope that each event needs (docs.slack.dev/reference/events); app_home_opened needs none.
SCOPES = {"app_home_opened": "", "app_mention": "app_mentions:read", "message.im": "im:history"}


@cache
def _read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8"))) if path.exists() else {}


def hears(event: str, granted: Iterable[str], path: Path = MANIFEST) -> bool:
    """Whether Slack sends `event` to the app: its manifest asks for it, and it was granted the scope. Where there is
    no manifest, it is asked for."""
    manifest = _read(path)
    asked = ((manifest.get("settings") or {}).get("event_subscriptions") or {}).get("bot_events") or []
    return event in (asked if manifest else SCOPES) and SCOPES[event] in ("", *granted)


def takes_messages(path: Path = MANIFEST) -> bool:
    """Whether people can write to the app: its Messages tab is there, and is not read-only."""
    manifest = _read(path)
    tab = (manifest.get("features") or {}).get("app_home") or {}
    return not manifest or bool(tab.get("messages_tab_enabled") and not tab.get("messages_tab_read_only_enabled"))


def escapes(command: str, path: Path = MANIFEST) -> bool:
    """Whether what is typed behind `command` comes escaped."""
    return any(each.get("command") == command and each.get("should_escape") for each in _commands(path))


def commands_in(path: Path = MANIFEST) -> list[dict[str, Any]]:
    """[{"command": "/sync", "description": …, "usage_hint": …}]; a bare /sync where there is no manifest."""
    names = ("command", "description", "usage_hint")
    return [{name: str(each.get(name) or "") for name in names} for each in _commands(path)]


def _commands(path: Path) -> list[dict[str, Any]]:
    manifest = _read(path)
    return (manifest.get("features") or {}).get("slash_commands") or [] if manifest else [{"command": "/sync"}]
