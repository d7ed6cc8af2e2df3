"""Random people who type and press anything: texts made of our words and of nasty ones, and payloads of every kind."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, get_args

from bot import subscribe_form
from bot.alerts.asked import WHATS
from bot.error_form import FORM, OPEN_FORM
from bot.request import View
from bot.words import KEYS, Command
from storage.changes import DIRECTIONS, OPERATIONS
from tests.objects import OBJECTS

Payload = dict[str, Any]
PEOPLE = ("U0ADMIN", "U0OPS", "U0READER", "U0GUEST")
CHANNELS = ("C0OPS", "D0", "C0NOWHERE", "")
NASTY = (
    "<!channel>", "<!here>", "@everyone", "<@U0ADMIN>", "<!subteam^S0OPS>", "<#C0OPS>", "<https://e.test|here>",
    "```", "`x`", "*b*", "_i_", "~s~", "&amp;", "&lt;!channel&gt;", "\u202e123", "\u200b", "\x00", "\ud83d", "💥",
    "“ada”", '"', "'", ":", "::", "-", "--", "%", "\\", "\n", "\t", "O'Brien; DROP TABLE errors", "a" * 300, "ключ",
    "日本語", "١٢٣", "²", "0", "-1", "1e9", "99999999999999999999", "NaN", "None", "ada@example.com", "#1", "#2",
    "Ada Lovelace", "00000001-0000-4000-8000-000000000000", "1003", "0x80044331", "24h", "7d", "99999w", "2026-11-01",
    "9999-12-31", "0001-01-01", "2026-13-45", "csv", "all", "user", "open", "parked", "newest", "oldest", "tried",
)  # fmt: skip
OF_ALERTS = (
    *WHATS, "backlog>10k", "oldest > 2h", "failures>20%", "open>5", "mention:@S0OPS", "mention:<@U0OPS>", "digest",
    "weekly", "mon", "09:00", "sat", "20:00-23:00", "ack", "snooze", "unsnooze", "test", "7", "1", "1h", "tomorrow",
    "end", "instead:1",
)  # fmt: skip
OURS = (*get_args(Command), *get_args(View), *DIRECTIONS, *OPERATIONS, *(one.name for one in OBJECTS), *OF_ALERTS)
FORMS = (FORM, FORM, subscribe_form.FORM, subscribe_form.FORM)
FIELDS = (*subscribe_form.BOXES, "words", "what", "person", "group", "digest", "at")


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing somebody did. `response_url` is where its answer is due; without one, it is due in their messages."""

    kind: str
    user: str
    payload: Payload
    response_url: str = ""


class Anybody:
    """Does random things; `response_url` makes one for a user and a channel."""

    def __init__(self, seed: int, response_url: Callable[[str, str], str]) -> None:
        self.chance = Random(seed)
        self._response_url = response_url
        self.seen: list[str] = ["status"]

    def deed(self) -> Deed:
        doing = self.chance.choices(
            (self.types, self.presses, self.presses_at_home, self.calls, self.writes, self.opens_home, self.submits),
            weights=(50, 30, 6, 4, 4, 3, 3),
        )
        return doing[0]()

    def text(self) -> str:
        """Words as somebody could type them: ours, nasty ones, words from real buttons, misspelt, cut, or at random."""
        chance = self.chance
        if chance.random() < 0.15:
            return self._mutated(chance.choice(self.seen))
        words = [self._word() for _ in range(chance.choice((0, 1, 1, 2, 2, 3, 4, 8, 40)))]
        if words and chance.random() < 0.7:
            words[0] = chance.choice(get_args(Command))
        return chance.choice((" ", " ", "  ", "\u00a0")).join(words)

    def _word(self) -> str:
        chance = self.chance
        word = chance.choice(OURS) if chance.random() < 0.5 else chance.choice(NASTY)
        if chance.random() < 0.25:
            word = f"{chance.choice(KEYS)}:{word}"
        return self._mutated(word) if chance.random() < 0.1 else word

    def _mutated(self, words: str) -> str:
        """The words themselves, or with one character left out, doubled or replaced."""
        chance, at = self.chance, self.chance.randrange(len(words) + 1)
        return chance.choice((words, words[:at] + words[at + 1 :], words[:at] + words[at - 1 :], f"{words[:at]}\u0000"))

    def types(self) -> Deed:
        user, channel = self.chance.choice(PEOPLE), self._channel()
        url = self._response_url(user, channel)
        names = {"command": "/sync", "text": self.text(), "user_id": user, "channel_id": channel}
        return Deed("slash_commands", user, {**names, "response_url": url, "trigger_id": "1.x"}, url)

    def presses(self) -> Deed:
        """A button or menu in a message; now and then one we never made, or one that carries nothing."""
        user, channel = self.chance.choice(PEOPLE), self._channel()
        url = self._response_url(user, channel)
        container = {"type": "message", "message_ts": "1.2", "is_ephemeral": self.chance.random() < 0.7}
        where = {"container": container, "channel": {"id": channel}, "response_url": url}
        return Deed("interactive", user, {**self._block_actions(user), **where}, url)

    def presses_at_home(self) -> Deed:
        user = self.chance.choice(PEOPLE)
        view = {"container": {"type": "view", "view_id": "V1"}, "view": {"id": "V1", "type": "home"}}
        payload = {**self._block_actions(user), **view}
        if self.chance.random() < 0.1:
            payload["actions"] = [{"type": "button", "action_id": "home.refresh", "block_id": "b"}]
        return Deed("interactive", user, payload)

    def calls(self) -> Deed:
        """`@Sync …`, in a thread or not."""
        user = self.chance.choice(PEOPLE)
        event = {
            "type": "app_mention",
            "user": user,
            "text": f"<@U0BOT> {self.text()}",
            "channel": "C0OPS",
            "ts": "1.3",
        }
        threaded = {"thread_ts": "1.2"} if self.chance.random() < 0.5 else {}
        return Deed("events_api", user, {"type": "event_callback", "event": {**event, **threaded}})

    def writes(self) -> Deed:
        """Words in direct messages, now and then edited."""
        user = self.chance.choice(PEOPLE)
        event = {"type": "message", "channel": f"D{user[1:]}", "channel_type": "im", "ts": "1.3"}
        edited = {"subtype": "message_changed", "message": {"user": user, "text": "status"}}
        written = edited if self.chance.random() < 0.1 else {"user": user, "text": self.text()}
        return Deed("events_api", user, {"type": "event_callback", "event": {**event, **written}})

    def opens_home(self) -> Deed:
        user = self.chance.choice(PEOPLE)
        event = {"type": "app_home_opened", "user": user, "tab": self.chance.choice(("home", "messages"))}
        return Deed("events_api", user, {"type": "event_callback", "event": event})

    def submits(self) -> Deed:
        """A form: submitted or closed, ours or not."""
        user, kind = self.chance.choice(PEOPLE), self.chance.choice(("view_submission", "view_closed"))
        values = {key: {key: self._filled()} for key in (*FIELDS, *KEYS) if self.chance.random() < 0.9}
        url = self._response_url(user, "")
        place = json.dumps({"response_url": url, "channel": self._channel(), "private": "yes", "instead": "1"})
        form = {"id": "V2", "callback_id": self.chance.choice((*FORMS, self.text()[:50])), "blocks": []}
        kept = {"private_metadata": self.chance.choice((place, self.text()[:2000], "[]", ""))}
        view = {**form, **kept, "type": "modal", "state": {"values": values}}
        return Deed("interactive", user, {"type": kind, "user": {"id": user}, "view": view, "trigger_id": "1.x"})

    def _filled(self) -> Payload:
        """What a box or a menu of a form holds."""
        if self.chance.random() < 0.5:
            return {"type": "plain_text_input", "value": self.chance.choice((None, "", self._word(), self.text()))}
        option = {"value": self._word(), "text": {"type": "plain_text", "text": "-"}}
        if self.chance.random() < 0.2:
            return {"type": "multi_static_select", "selected_options": [option, option]}
        if self.chance.random() < 0.2:
            return {"type": "users_select", "selected_user": self.chance.choice((None, *PEOPLE))}
        return {"type": "static_select", "selected_option": self.chance.choice((None, option))}

    def _block_actions(self, user: str) -> Payload:
        chance, words = self.chance, self.text()
        action: Payload = chance.choice(
            (
                {"type": "button", "action_id": "words.0", "value": words},
                {"type": "button", "action_id": f"words.{chance.randrange(99)}", "value": chance.choice(self.seen)},
                {"type": "static_select", "action_id": "words.menu", "selected_option": {"value": words}},
                {"type": "static_select", "action_id": "words.menu", "selected_option": None},
                {"type": "button", "action_id": "words.1"},
                {"type": "button", "action_id": OPEN_FORM, "value": words},
                {"type": "button", "action_id": subscribe_form.OPEN_FORM, "value": words},
                {"type": "button", "action_id": chance.choice(("gone.since.long", words[:200] or "x"))},
            )
        )
        pressed = {**action, "block_id": "b"}
        return {"type": "block_actions", "user": {"id": user}, "actions": [pressed], "trigger_id": "1.x"}

    def _channel(self) -> str:
        return self.chance.choice(CHANNELS)
