from pathlib import Path
from typing import Any

import yaml

MANIFEST: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "manifest.yml").read_text(encoding="utf-8"))
HOME = Path(__file__).parents[2]
# Which scope each Web API method that the bot calls needs, by docs.slack.dev/reference/methods.
NEEDED = {
    "chat_postMessage": "chat:write",
    "chat_update": "chat:write",
    "conversations_open": "im:write",
    "files_getUploadURLExternal": "files:write",
    "files_completeUploadExternal": "files:write",
    "files_info": "files:read",
    "users_info": "users:read",
    "usergroups_users_list": "usergroups:read",
    "conversations_info": "channels:read",
    "chat_postEphemeral": "chat:write",
}


def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (HOME / "bot").rglob("*.py"))


def test_the_commands_are_those_the_app_hears() -> None:
    commands = [each["command"] for each in MANIFEST["features"]["slash_commands"]]
    assert commands == ["/sync"]
    assert sources().count('@app.command("') == 1
    assert '@app.command("/sync")' in sources()


def test_every_method_called_has_its_scope() -> None:
    scopes = MANIFEST["oauth_config"]["scopes"]["bot"]
    called = {scope for method, scope in NEEDED.items() if f".{method}(" in sources()}
    assert called | {"commands"} <= set(scopes)


def test_buttons_reach_the_app_and_events_it_does_not_hear_are_not_asked_for() -> None:
    assert MANIFEST["settings"]["interactivity"]["is_enabled"]
    assert ("event_subscriptions" in MANIFEST["settings"]) == ("@app.event(" in sources())


def test_every_event_has_its_scope() -> None:
    """By docs.slack.dev/reference/events."""
    needed = {"app_home_opened": "commands", "app_mention": "app_mentions:read", "message.im": "im:history"}
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    assert {needed[event] for event in events} <= set(MANIFEST["oauth_config"]["scopes"]["bot"])


def test_what_may_be_written_to_it_reaches_it() -> None:
    tab = MANIFEST["features"]["app_home"]
    assert tab["messages_tab_enabled"] and not tab["messages_tab_read_only_enabled"]
    assert "message.im" in MANIFEST["settings"]["event_subscriptions"]["bot_events"]


def test_it_keeps_slacks_limits() -> None:
    assert len(MANIFEST["display_information"]["name"]) <= 35
    assert len(MANIFEST["display_information"]["description"]) <= 140
