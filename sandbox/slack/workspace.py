"""What the workspace remembers: people, channels, messages. Nothing here knows of HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from sandbox.clock import Clock
from sandbox.slack import mentions
from sandbox.slack.people import Channel, User, Usergroup, first_channels, first_usergroups, first_users

BOT_SCOPES = (
    "app_mentions:read",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "usergroups:read",
    "users:read",
)


@dataclass
class Message:
    """One message. `only_for` names the one person who sees it; `answers` the interaction it came from."""

    id: str
    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    only_for: str = ""
    thread_ts: str = ""
    mrkdwn: bool = True
    files: list[str] = field(default_factory=list)
    edited: str = ""
    answers: str = ""
    mentions: list[str] = field(default_factory=list)
    chosen: dict[str, dict[str, Any]] = field(default_factory=dict)

    def say(self, text: str, blocks: list[dict[str, Any]], mrkdwn: bool = True) -> None:
        """Takes on new content; whoever was mentioned stays mentioned."""
        self.text, self.blocks, self.mrkdwn = text, blocks, mrkdwn
        called = [*mentions.of_message(text, blocks, mrkdwn), *mentions.of_attachments(self.attachments)]
        self.mentions = list(dict.fromkeys([*self.mentions, *called]))


@dataclass
class File:
    """An uploaded file: `content` is None until its bytes have come, `shared` until it has been completed."""

    id: str
    name: str
    length: int
    user: str
    ticket: str
    created: datetime
    title: str = ""
    content: bytes | None = None
    completed: bool = False
    channels: list[str] = field(default_factory=list)


class Workspace:
    """One team with one app in it."""

    team_id, team_name, team_domain = "T0SYNC", "Sandbox", "sandbox"
    app_id, bot_user, bot_id = "A0SYNC", "U0BOT", "B0SYNC"
    bot_token, app_token, verification_token = "xoxb-demo", "xapp-demo", "demo-verification"

    def __init__(self, clock: Clock, chance: Random) -> None:
        self.clock, self.chance = clock, chance
        self.users: dict[str, User] = {user.id: user for user in first_users()}
        self.channels: dict[str, Channel] = {channel.id: channel for channel in first_channels()}
        self.usergroups: dict[str, Usergroup] = {group.id: group for group in first_usergroups()}
        self.scopes: list[str] = list(BOT_SCOPES)
        self.commands: list[str] = ["/sync"]
        self.messages: dict[str, Message] = {}
        self.files: dict[str, File] = {}
        self._last_ts = 0
        self._made = 0

    def next_id(self, letter: str) -> str:
        """A new id like `M0000001`."""
        self._made += 1
        return f"{letter}{self._made:07d}"

    def secret(self, length: int = 24) -> str:
        return "".join(self.chance.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=length))

    def next_ts(self) -> str:
        """A timestamp that no message has had: seconds and microseconds, always rising."""
        self._last_ts = max(self._last_ts + 1, int(self.clock.now().timestamp() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def dm_of(self, user: str) -> Channel:
        """The direct messages between `user` and the app, opened when they are not yet."""
        dm = Channel(f"D{user[1:]}", "directmessage", [user, self.bot_user], im_with=user)
        return self.channels.setdefault(dm.id, dm)

    def post(self, channel: str, user: str, text: str, blocks: list[dict[str, Any]], **details: Any) -> Message:
        """Puts a message into `channel`; `details` are fields of Message."""
        message = Message(self.next_id("M"), self.next_ts(), channel, user, **details)
        message.say(text, self.named(blocks), message.mrkdwn)
        self.messages[message.id] = message
        return message

    def edit(self, message: Message, text: str, blocks: list[dict[str, Any]], mrkdwn: bool = True) -> None:
        message.say(text, self.named(blocks), mrkdwn)
        message.edited, message.chosen = self.next_ts(), {}

    def named(self, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The blocks with an id each, and an action_id for each element without: Slack adds what was left out."""
        named = [{"block_id": self.secret(5), **block} for block in blocks]
        for block in named:
            for name in ("accessory", "element"):
                if isinstance(block.get(name), dict):
                    block[name] = {"action_id": self.secret(5), **block[name]}
            if block.get("type") == "actions":
                block["elements"] = [{"action_id": self.secret(5), **each} for each in block["elements"]]
            if block.get("type") == "container":
                block["child_blocks"] = self.named(block.get("child_blocks") or [])
        return named

    def find(self, name: str, channel: str = "") -> Message | None:
        """The message with this id or timestamp."""
        if name in self.messages:
            return self.messages[name]
        here = (message for message in self.messages.values() if message.ts == name)
        return next((message for message in here if not channel or message.channel == channel), None)

    def seen_by(self, user: str) -> Iterator[Message]:
        """All that `user` can see, in order; without a user, all that there is."""
        for message in list(self.messages.values()):
            members = self.channels[message.channel].members
            if not user or ((message.only_for or user) == user and user in members):
                yield message
