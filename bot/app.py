"""Slack's end: acknowledges at once, hands words and presses to a command, and puts errors into words."""

import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import aiohttp
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
from bot.deliver import Deliverer, Road, by_message, by_response_url, in_channel
from bot.forms import Counter, add_forms
from bot.grammar import parse
from bot.home import add_home
from bot.mentions import Ephemeral, from_a_person, typed, words_of
from bot.moments import in_order
from bot.places import Places
from bot.replica import Replica
from bot.request import Errors, Misunderstood, Record, Request
from bot.settings import Settings
from bot.sharing import offered
from bot.strays import add_strays
from bot.texts import _, speaking
from bot.vitals import Pulse
from bot.wiring import described_objects
from bot.words import Vocabulary, vocabulary_of
from bot.world import Asker, World
from storage.database import Database
from sync.engine import Engine

log = logging.getLogger(__name__)
Where = tuple[str, str]  # a channel and a thread's first ts, empty where there is none


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


def make_alerts_client(settings: Settings) -> AsyncWebClient:
    """The same for who has a claim to keep: nothing is tried for longer than two minutes, and a 429 is told at once."""
    return AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=10,
        retry_handlers=[AsyncConnectionErrorRetryHandler(max_retry_count=1)],
    )


def make_app(
    settings: Settings,
    database: Database,
    now: Callable[[], datetime],
    engine: Engine | None = None,
    replica: Replica | None = None,
    pulse: Pulse | None = None,
) -> AsyncApp:
    """The bot with all it listens to; `now` is the time it goes by. Nothing is opened before `serve`.

    `engine` is this process's own, and `replica` what it is among several; `pulse` is how it fares.
    """
    client = make_client(settings)
    secret = settings.slack_signing_secret
    app = AsyncApp(client=client, signing_secret=secret.get_secret_value() if secret else None)
    help_texts = {name: (module.__doc__ or "").strip() for name, module in COMMANDS.items()}
    askers = Askers(client, settings.sync_people_readers, settings.sync_operators, now)
    objects = engine.objects if engine else described_objects(settings)
    world = World(
        settings, database, now, client, help_texts, objects, engine, replica, pulse=pulse, name_of=askers.name_of
    )
    vocabulary = vocabulary_of(objects)
    desk = Desk(world, askers, Deliverer(settings.slack_tables, now), Places(client, now), vocabulary)

    add_home(app, world, askers)
    add_forms(app, Counter(client, vocabulary, desk.attend, where_of))
    add_listeners(app, desk)
    add_strays(app, desk)
    return app


def add_listeners(app: AsyncApp, desk: "Desk") -> None:
    """A command, a press, a call by name and what is written in direct messages: the words of each go to the desk."""

    @app.command("/sync")
    async def hear(ack: AsyncAck, respond: AsyncRespond, command: Mapping[str, Any]) -> None:
        await ack()
        words, where = typed(command.get("text") or ""), (command["channel_id"], "")
        await desk.attend(words, command["user_id"], respond, replace=False, once=False, where=where)

    @app.action(re.compile(rf"^{ACTION}\."))
    async def press(ack: AsyncAck, respond: AsyncRespond, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        await ack()
        words = action.get("value") or (action.get("selected_option") or {}).get("value") or ""
        # A press on what everyone sees (an alert) is answered beside it, to the one who pressed.
        private = bool((body.get("container") or {}).get("is_ephemeral"))
        beside = respond if body.get("response_url") else None  # a press in a view has none
        await desk.attend(words, body["user"]["id"], beside, replace=private, once=not private, where=where_of(body))

    @app.event("app_mention")
    async def called(event: Mapping[str, Any]) -> None:
        """Slash commands do not work in threads; being called by name does."""
        if from_a_person(event) and not _is_direct(event):
            await _answer_in_place(desk, event)

    @app.event("message")
    async def written(event: Mapping[str, Any]) -> None:
        """In direct messages there is no need to call by name; Slack sends no app_mention of those."""
        if from_a_person(event) and _is_direct(event):
            await _answer_in_place(desk, event)


def _is_direct(event: Mapping[str, Any]) -> bool:
    return str(event["channel"]).startswith("D")


async def _answer_in_place(desk: "Desk", event: Mapping[str, Any]) -> None:
    where = (str(event["channel"]), str(event.get("thread_ts") or ""))
    answering: Any = Ephemeral(desk.world.slack, event)
    await desk.attend(words_of(event.get("text") or ""), event["user"], answering, replace=False, where=where)


def where_of(body: Mapping[str, Any]) -> Where:
    """The channel and the thread of the message that was pressed; a home tab and a modal have none."""
    container = body.get("container") or {}
    return str((body.get("channel") or {}).get("id") or ""), str(container.get("thread_ts") or "")


@dataclass(frozen=True, slots=True)
class Desk:
    """Where words become answers."""

    world: World
    askers: Askers
    deliverer: Deliverer
    places: Places
    vocabulary: Vocabulary

    async def attend(
        self,
        words: str,
        user_id: str,
        respond: AsyncRespond | None,
        replace: bool,
        once: bool = True,
        where: Where = ("", ""),
    ) -> None:
        """Answers `words` privately; whatever goes wrong is told too, under a number that the log has as well.

        Unless it may be told only `once`, an answer that takes long is preceded by how far it is.
        """
        reply = Reply(self.deliverer, respond, replace, by_message(self.world.slack, user_id))
        try:
            answer = await self.answer(words, user_id, None if once else reply.tell, where)
        except Exception:  # the one place where errors become words: nobody is left without an answer
            incident = secrets.token_hex(4)
            log.exception("incident %s", incident)
            answer = say(
                f"Something went wrong on my side. It is in my log as incident {incident}; asking again may help.",
                Button("Try again", words or "status"),
            )
        if answer.public is None or not await self._post(answer.public, respond, where):
            await reply.bring(answer)

    async def _post(self, answer: Answer, respond: AsyncRespond | None, where: Where) -> bool:
        """Posts what is for everyone where it was asked; whether Slack took it."""
        channel, thread_ts = where
        beside = [in_channel(respond, thread_ts)] if respond else []
        posted = by_message(self.world.slack, channel, thread_ts or None)
        return await self.deliverer.deliver(answer, *beside, posted)

    async def answer(
        self,
        words: str,
        user_id: str,
        tell: Callable[[Answer], Awaitable[None]] | None = None,
        where: Where = ("", ""),
    ) -> Answer:
        known = await self.askers.asker(user_id)
        with speaking(known.locale):
            request = in_order(parse(words, self.vocabulary), self.world.now(), known.zone)
            return await self._answer(request, known, tell, where)

    async def _answer(
        self,
        request: Request | Misunderstood,
        known: Asker,
        tell: Callable[[Answer], Awaitable[None]] | None,
        where: Where,
    ) -> Answer:
        if isinstance(request, Misunderstood):
            return say(request.sentence, Button(f"/sync {request.nearest}", request.nearest), Button(_("Help"), "help"))
        place = await self.places.place(*where)
        asker = place.limited(known)
        world = replace(self.world, tell=tell) if tell else self.world
        answer = await COMMANDS[type(request).__name__.lower()].answer(request, asker, world)
        if known.may_see_people and not asker.may_see_people and isinstance(request, (Errors, Record)):
            answer = place.noted(answer)
        return offered(answer, request, asker.channel)


@dataclass(slots=True)
class Reply:
    """One interaction's response_url (a press in a view has none); what it was answered first is replaced by what it is
    answered next."""

    deliverer: Deliverer
    respond: AsyncRespond | None
    replace: bool
    direct: Road

    async def bring(self, answer: Answer) -> None:
        """The answer; where the response_url has served its time, as a direct message, which is as private."""
        beside = [by_response_url(self.respond, self.replace)] if self.respond else []
        await self.deliverer.deliver(answer, *beside, self.direct)

    async def tell(self, answer: Answer) -> None:
        """Progress; where Slack is out of reach for now, the work goes on all the same."""
        if self.respond is None:
            return
        try:
            await self.deliverer.deliver(answer, by_response_url(self.respond, self.replace))
            self.replace = True
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            log.warning("progress could not be told: %s", failure)
