"""What holds for every message of the bot, whatever the test is about: checked when a test's Slack ends.

The sandbox's Slack refuses what Slack refuses; so nothing may have been refused but what the test ordered to be.
"""

from collections.abc import Collection
from typing import Any

import httpx

MOST_BLOCKS, MOST_CHARACTERS = 50, 12_000
ONE_OF_A_KIND = {"table": 1, "data_table": 1, "data_visualization": 2}
_ordered: dict[str, set[str]] = {}
_expected: dict[str, set[str]] = {}


def order_refusal(slack_url: str, control: str, asked: dict[str, Any]) -> None:
    """Notes which refusals a control of the sandbox's Slack asks for."""
    errors = _ordered.setdefault(slack_url, set())
    if control == "refuse":
        errors.add(str(asked["error"]))
    elif control == "blocks":
        errors.add("invalid_blocks")
    elif control == "workspace":
        errors |= {"missing_scope", "not_in_channel", "channel_not_found", "is_archived"}
        errors |= {"user_not_found", "user_disabled"}


def expect_mention(slack_url: str, who: str) -> None:
    """Notes that somebody asked to be called; nobody else may be."""
    _expected.setdefault(slack_url, set()).add(who)


def check_every_message(slack_url: str) -> None:
    """Raises AssertionError where a message of the bot was refused, is over a limit, or mentions anybody."""
    with httpx.Client(base_url=f"{slack_url}/sandbox", timeout=30) as http:
        refused = http.get("/calls").json()["refused"]
        messages = http.get("/messages").json()["messages"]
        bot = http.get("/workspace").json()["bot"]
    unexpected = set(refused) - _ordered.pop(slack_url, set())
    assert not unexpected, f"Slack refused something of the bot: {refused}"
    expected = _expected.pop(slack_url, set())
    ours = [one for one in messages if one["user"] == bot]
    wrong = [f"{problem}: {one}" for one in ours for problem in problems(one, expected)]
    assert not wrong, "\n".join(wrong)


def problems(message: dict[str, Any], expected: Collection[str] = ()) -> list[str]:
    """What is wrong with one message, by Slack's limits and by design.md §5; it may call those `expected`."""
    kinds = [block["type"] for block in message["blocks"]]
    found = [f"more than {most} {kind}" for kind, most in ONE_OF_A_KIND.items() if kinds.count(kind) > most]
    if len(kinds) > MOST_BLOCKS:
        found.append(f"more than {MOST_BLOCKS} blocks")
    if characters(message["blocks"]) > MOST_CHARACTERS or len(message["text"]) > MOST_CHARACTERS:
        found.append(f"more than {MOST_CHARACTERS} characters")
    if not message["text"].strip() and not message["files"]:
        found.append("no plain text")
    if set(message["mentions"]) - set(expected):
        found.append(f"mentions {message['mentions']}")
    return found


def characters(part: Any) -> int:
    """How much there is to read in blocks: every text, title and caption in them."""
    if isinstance(part, list):
        return sum(characters(each) for each in part)
    if not isinstance(part, dict):
        return 0
    own = sum(len(part[name]) for name in ("text", "title", "caption") if isinstance(part.get(name), str))
    return own + sum(characters(each) for each in part.values() if isinstance(each, dict | list))
