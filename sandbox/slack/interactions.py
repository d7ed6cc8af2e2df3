"""What a person does, from the keystroke to what they see when the app has (or has not) acknowledged it."""

import asyncio
import re
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from sandbox.slack import elements, payloads
from sandbox.slack.delivery import ACKNOWLEDGED, Outcome
from sandbox.slack.elements import NotThere
from sandbox.slack.manifest import hears, takes_messages
from sandbox.slack.people import Channel
from sandbox.slack.refusals import SlackError
from sandbox.slack.response_urls import answer_with
from sandbox.slack.state import Slack
from sandbox.slack.tickets import ResponseUrl
from sandbox.slack.view_stack import ViewStack
from sandbox.slack.workspace import Message

EVENT_RETRIES = (0.0, 60.0, 300.0)  # docs.slack.dev/apis/events-api: at once, after a minute, after five


@dataclass
class Sent:
    """An interaction under way: `done` ends when the app has acknowledged, or 3 seconds later."""

    id: str
    trigger_id: str
    done: "asyncio.Task[Outcome] | None" = None


class Interactions:
    """People's side of the workspace. All raise NotThere for what a person could not have done."""

    def __init__(self, slack: Slack) -> None:
        self._slack, self._workspace = slack, slack.workspace
        self._views = ViewStack(slack)
        self._running: set[asyncio.Task[Any]] = set()

    def say(self, user: str, channel: str, text: str, thread_ts: str, base: str) -> Sent:
        """Types `text` into a channel: a slash command, a mention of the app, or just words."""
        where = self._room(user, channel)
        if not text.startswith("/"):
            return self._words(user, where, text, thread_ts)
        word, name = text.split()[0], self._workspace.next_id("I")
        if thread_ts:
            self._slackbot(where.id, user, f"{word} is not supported in threads. Sorry!", name, thread_ts)
            return Sent(name, "")
        if word not in self._workspace.commands:
            self._slackbot(where.id, user, f"{word} is not a valid command.", name)
            return Sent(name, "")
        trigger = self._slack.tickets.trigger(user)
        path = self._slack.tickets.response_url(name, user, where.id)
        payload = payloads.command(self._workspace, user, where, text, trigger, base + path)
        return Sent(name, trigger, self._start(self._command(name, word, payload, path)))

    def press(
        self, user: str, message: Message, action_id: str, label: str, value: Any, base: str, block_id: str = ""
    ) -> Sent:
        """Presses a button or chooses from a menu in a message this person can see."""
        if message not in list(self._workspace.seen_by(user)):
            raise NotThere(f"{user} cannot see this message")
        block, element, chosen = elements.pressed(message.blocks, action_id, label, block_id)
        choice = elements.choice(element, value or chosen)
        message.chosen[f"{block['block_id']}/{element['action_id']}"] = choice
        name, trigger = self._workspace.next_id("I"), self._slack.tickets.trigger(user)
        path = self._slack.tickets.response_url(name, user, message.channel, message.id, message.thread_ts)
        state = elements.state_of(message.blocks, message.chosen)
        payload = {
            **payloads.interaction(self._workspace, "block_actions", user, trigger),
            **payloads.in_message(self._workspace, message, state, base + path),
            "actions": [self._action(block, element, choice)],
        }
        return Sent(name, trigger, self._start(self._pressed(name, user, message.channel, payload)))

    def press_in_view(
        self, user: str, view: dict[str, Any], action_id: str, label: str, value: Any, block_id: str = ""
    ) -> Sent:
        """Presses a button or changes a field of a modal or a home tab."""
        block, element, chosen = elements.pressed(view["blocks"], action_id, label, block_id)
        choice = elements.choice(element, value or chosen)
        self._views.fill(view, f"{block['block_id']}/{element['action_id']}", choice)
        name, trigger = self._workspace.next_id("I"), self._slack.tickets.trigger(user, view["id"])
        payload = {
            **payloads.interaction(self._workspace, "block_actions", user, trigger),
            **payloads.in_view(self._views.shown(view)),
            "actions": [self._action(block, element, choice)],
        }
        return Sent(name, trigger, self._start(self._pressed(name, user, self._workspace.dm_of(user).id, payload)))

    def submit(self, user: str, view: dict[str, Any], values: dict[str, Any]) -> Sent:
        """Fills in a modal and submits it; `values` by action_id or block_id."""
        self._views.fill_in(view, values)
        name, trigger = self._workspace.next_id("I"), self._slack.tickets.trigger(user, view["id"])
        payload = {
            **payloads.interaction(self._workspace, "view_submission", user, trigger),
            "view": self._views.shown(view),
            "response_urls": [],
        }
        return Sent(name, trigger, self._start(self._submitted(name, user, view, payload)))

    def close(self, user: str, view: dict[str, Any]) -> Sent:
        """Closes a modal; the app hears of it when it asked to (`notify_on_close`)."""
        name = self._workspace.next_id("I")
        self._views.close(view)
        if not view.get("notify_on_close"):
            return Sent(name, "")
        payload = {
            **payloads.interaction(self._workspace, "view_closed", user, ""),
            "view": self._views.shown(view),
            "is_cleared": False,
        }
        return Sent(name, "", self._start(self._slack.delivery.deliver(name, "interactive", user, payload)))

    def open_home(self, user: str) -> Sent:
        """Opens the app's home tab."""
        name = self._workspace.next_id("I")
        if not hears("app_home_opened", self._workspace.scopes):
            return Sent(name, "")
        payload = payloads.home_opened(self._workspace, name, user, self._slack.homes.get(user))
        return Sent(name, "", self._start(self._event(name, user, payload)))

    async def rest(self) -> None:
        """Ends everything under way."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _room(self, user: str, channel: str) -> Channel:
        if user not in self._workspace.users:
            raise NotThere(f"no such person: {user}")
        own = ("", "DM", f"D{user[1:]}")
        where = self._workspace.dm_of(user) if channel in own else self._workspace.channels.get(channel)
        if where is None or user not in where.members:
            raise NotThere(f"{user} is not in {channel}")
        if where.im_with and not takes_messages():
            raise NotThere("sending messages to this app has been turned off")
        return where

    def _words(self, user: str, where: Channel, text: str, thread_ts: str) -> Sent:
        """An ordinary message; one that mentions the app is told to it, and one in its direct messages.

        Those come as message.im only, whatever they mention (docs.slack.dev/reference/events/app_mention).
        """
        bot = self._workspace.users[self._workspace.bot_user]
        named = re.sub(rf"@{bot.real_name}\b", f"<@{bot.id}>", text, flags=re.IGNORECASE)
        message = self._workspace.post(where.id, user, _escaped(named), [], thread_ts=thread_ts)
        called = bool(where.im_with) or (f"@{bot.id}" in message.mentions and bot.id in where.members)
        if not called or not hears("message.im" if where.im_with else "app_mention", self._workspace.scopes):
            return Sent(message.id, "")
        payload = (payloads.direct_message if where.im_with else payloads.mention)(self._workspace, message)
        return Sent(message.id, "", self._start(self._event(message.id, user, payload)))

    def _action(self, block: dict[str, Any], element: dict[str, Any], choice: dict[str, Any]) -> dict[str, Any]:
        said = [] if choice else ["text", "value", "style"]
        kept = {name: element[name] for name in said if name in element}
        about = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"]}
        return {**about, **kept, **choice, "action_ts": self._workspace.next_ts()}

    async def _command(self, name: str, word: str, payload: dict[str, Any], path: str) -> Outcome:
        user, channel = payload["user_id"], payload["channel_id"]
        outcome = await self._slack.delivery.deliver(name, "slash_commands", user, payload)
        problem = "" if outcome.state == ACKNOWLEDGED else outcome.state
        if outcome.answer:
            problem = self._immediately(self._slack.tickets.response_urls[path], outcome.answer)
        if problem:
            self._slackbot(channel, user, f"{word} failed with the error “{problem}”", name)
        return outcome

    def _immediately(self, url: ResponseUrl, answer: Any) -> str:
        """Posts what came with the acknowledgement of a command; returns what is wrong with it, if anything."""
        given = answer if isinstance(answer, dict) else {"text": str(answer)}
        try:
            answer_with(self._slack, url, given)
        except SlackError as refusal:
            self._slack.around.refused[refusal.error] += 1
            return "invalid_command_response"
        return ""

    async def _pressed(self, name: str, user: str, channel: str, payload: dict[str, Any]) -> Outcome:
        outcome = await self._slack.delivery.deliver(name, "interactive", user, payload)
        if outcome.state != ACKNOWLEDGED:
            self._slackbot(channel, user, f"That did not work: the app failed with the error “{outcome.state}”", name)
        return outcome

    async def _submitted(self, name: str, user: str, view: dict[str, Any], payload: dict[str, Any]) -> Outcome:
        outcome = await self._slack.delivery.deliver(name, "interactive", user, payload)
        if outcome.state != ACKNOWLEDGED:
            view["trouble"] = {"": "We had some trouble connecting. Try again?"}
        else:
            self._views.obey(view, outcome.answer if isinstance(outcome.answer, dict) else {})
        return outcome

    async def _event(self, name: str, user: str, payload: dict[str, Any]) -> Outcome:
        outcome = await self._slack.delivery.deliver(name, "events_api", user, payload)
        if outcome.state != ACKNOWLEDGED:
            self._start(self._again(name, user, payload))
        return outcome

    async def _again(self, name: str, user: str, payload: dict[str, Any]) -> Outcome:
        outcome = Outcome("")
        for attempt, pause in enumerate(EVENT_RETRIES, 1):
            await asyncio.sleep(pause)
            outcome = await self._slack.delivery.deliver(name, "events_api", user, payload, attempt)
            if outcome.state == ACKNOWLEDGED:
                break
        return outcome

    def _slackbot(self, channel: str, user: str, text: str, answers: str, thread_ts: str = "") -> None:
        self._workspace.post(channel, "USLACKBOT", text, [], only_for=user, answers=answers, thread_ts=thread_ts)

    def _start(self, work: Coroutine[Any, Any, Outcome]) -> "asyncio.Task[Outcome]":
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


def _escaped(text: str) -> str:
    """A typed message as Slack stores it: control characters escaped, mentions of people kept."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"&lt;(@[UW][A-Z0-9]+)&gt;", r"<\1>", escaped)
