"""Slack's end: acknowledges at once, hands words and presses to a command, and puts errors into words."""

import logging
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Answer, say
from bot.askers import Askers
from bot.blocks import ACTION, Button
from bot.commands import COMMANDS
from bot.grammar import parse
from bot.request import Misunderstood
from bot.settings import Settings
from bot.words import Vocabulary
from bot.world import World
from storage.database import Database
from sync.objects import OBJECTS

log = logging.getLogger(__name__)
VOCABULARY = Vocabulary(tuple(one.name for one in OBJECTS))


def make_client(settings: Settings) -> AsyncWebClient:
    """Slack's Web API; a lost connection and a 429 are tried again (the SDK's default does only the former, once)."""
    return AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        retry_handlers=[
            AsyncConnectionErrorRetryHandler(max_retry_count=2),
            AsyncRateLimitErrorRetryHandler(max_retry_count=3),
        ],
    )


def make_app(settings: Settings, database: Database, now: Callable[[], datetime]) -> AsyncApp:
    """The bot with all it listens to; `now` is the time it goes by. Nothing is opened before `serve`."""
    client = make_client(settings)
    secret = settings.slack_signing_secret
    app = AsyncApp(client=client, signing_secret=secret.get_secret_value() if secret else None)
    help_texts = {name: (module.__doc__ or "").strip() for name, module in COMMANDS.items()}
    world = World(settings, database, now, client, help_texts)
    desk = Desk(world, Askers(client, settings.sync_people_readers, now))

    @app.command("/sync")
    async def hear(ack: AsyncAck, respond: AsyncRespond, command: Mapping[str, Any]) -> None:
        await ack()
        await desk.attend(command.get("text") or "", command["user_id"], respond, replace=False)

    @app.action(re.compile(rf"^{ACTION}\."))
    async def press(ack: AsyncAck, respond: AsyncRespond, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        await ack()
        words = action.get("value") or (action.get("selected_option") or {}).get("value") or ""
        # A press on what everyone sees (an alert) is answered beside it, to the one who pressed.
        private = bool((body.get("container") or {}).get("is_ephemeral"))
        await desk.attend(words, body["user"]["id"], respond, replace=private)

    return app


@dataclass(frozen=True, slots=True)
class Desk:
    """Where words become answers."""

    world: World
    askers: Askers

    async def attend(self, words: str, user_id: str, respond: AsyncRespond, replace: bool) -> None:
        """Answers `words` privately; whatever goes wrong is told too, under a number that the log has as well."""
        try:
            answer = await self.answer(words, user_id)
        except Exception:  # the one place where errors become words: nobody is left without an answer
            incident = secrets.token_hex(4)
            log.exception("incident %s", incident)
            answer = say(
                f"Something went wrong on my side. It is in my log as incident {incident}; asking again may help.",
                Button("Try again", words),
            )
        await deliver(answer, respond, replace)

    async def answer(self, words: str, user_id: str) -> Answer:
        request = parse(words, VOCABULARY)
        if isinstance(request, Misunderstood):
            return say(request.sentence, Button(f"/sync {request.nearest}", request.nearest), Button("Help", "help"))
        asker = await self.askers.asker(user_id)
        return await COMMANDS[type(request).__name__.lower()].answer(request, asker, self.world)


async def deliver(answer: Answer, respond: AsyncRespond, replace: bool) -> None:
    """Sends an answer; where Slack refuses its blocks, its text alone, which says the same."""
    said = await respond(text=answer.text, blocks=list(answer.blocks) or None, replace_original=replace)
    if said.status_code == 200:
        return
    log.warning("Slack refused an answer: %s %s", said.status_code, said.body)
    said = await respond(text=answer.text, replace_original=replace)
    if said.status_code != 200:
        log.error("Slack refused the plain answer too: %s %s", said.status_code, said.body)
