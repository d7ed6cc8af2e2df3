"""Forms in Slack: opened at once (a trigger lasts three seconds), read back into words, answered where they began."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot import error_form, subscribe_form
from bot.grammar import parse
from bot.request import Errors
from bot.request_subscribing import Subscribe
from bot.user_groups import user_groups
from bot.words import Vocabulary

log = logging.getLogger(__name__)
OUT_OF_REACH = (SlackClientError, aiohttp.ClientError, TimeoutError)
Where = tuple[str, str]


class Attend(Protocol):
    """Answers words, as bot/app.py does."""

    def __call__(
        self,
        words: str,
        user_id: str,
        respond: AsyncRespond | None,
        replace: bool,
        once: bool = True,
        where: Where = ("", ""),
    ) -> Awaitable[None]: ...


@dataclass(frozen=True, slots=True)
class Counter:
    """What forms are opened with, and where what is filled in goes."""

    client: AsyncWebClient
    vocabulary: Vocabulary
    attend: Attend
    where_of: Callable[[Mapping[str, Any]], Where]

    async def open(self, view: Mapping[str, Any], help: str, respond: AsyncRespond, body: Mapping[str, Any]) -> None:
        """Shows a form; where Slack does not, `help` tells how to type the same."""
        try:
            await self.client.views_open(trigger_id=str(body.get("trigger_id") or ""), view=dict(view))
        except OUT_OF_REACH as refused:
            log.warning("Slack does not open the form: %s", refused)
            beside = respond if body.get("response_url") else None
            await self.attend(help, str(body["user"]["id"]), beside, replace=False, where=self.where_of(body))

    async def answer(self, words: str, body: Mapping[str, Any], place: Mapping[str, Any]) -> None:
        """What was filled in, answered where the form's button is."""
        url = place.get("response_url")
        respond = AsyncRespond(response_url=url) if url else None  # a press in a view has none
        private = place.get("private") == "yes"
        where = (str(place.get("channel") or ""), str(place.get("thread") or ""))
        await self.attend(words, str(body["user"]["id"]), respond, private, where=where)


def add_forms(app: AsyncApp, counter: Counter) -> None:
    """Has `app` open forms where their buttons are pressed, and answer what is filled in."""
    _add_error_form(app, counter)
    _add_subscribe_form(app, counter)


def _add_error_form(app: AsyncApp, counter: Counter) -> None:
    @app.action(error_form.OPEN_FORM)
    async def open_form(
        ack: AsyncAck, respond: AsyncRespond, body: Mapping[str, Any], action: Mapping[str, Any]
    ) -> None:
        await ack()
        asked = parse(str(action.get("value") or ""), counter.vocabulary)
        request = asked if isinstance(asked, Errors) else Errors()
        view = error_form.view(request, counter.vocabulary.objects, _place(body, counter.where_of(body)))
        await counter.open(view, "help errors", respond, body)

    @app.view(error_form.FORM)
    async def filled_in(ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        request, wrong = error_form.read(_values(view))
        if wrong:
            await ack(response_action="errors", errors=wrong)
            return
        await ack()
        await counter.answer(request.words, body, _told(view))


def _add_subscribe_form(app: AsyncApp, counter: Counter) -> None:
    @app.action(subscribe_form.OPEN_FORM)
    async def open_form(
        ack: AsyncAck, respond: AsyncRespond, body: Mapping[str, Any], action: Mapping[str, Any]
    ) -> None:
        await ack()
        asked = parse(str(action.get("value") or ""), counter.vocabulary)
        request = asked if isinstance(asked, Subscribe) else Subscribe()
        groups = await user_groups(counter.client)
        place = _place(body, counter.where_of(body))
        view = subscribe_form.view(request, counter.vocabulary.objects, groups, place)
        await counter.open(view, "help subscribe", respond, body)

    @app.view(subscribe_form.FORM)
    async def filled_in(ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        values, place = _values(view), _told(view)
        if wrong := subscribe_form.wrong(values, lambda words: parse(words, counter.vocabulary)):
            await ack(response_action="errors", errors=wrong)
            return
        await ack()
        await counter.answer(subscribe_form.words(values, str(place.get("instead") or "")), body, place)


def _values(view: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    return (view.get("state") or {}).get("values") or {}


def _told(view: Mapping[str, Any]) -> Mapping[str, Any]:
    """What `_place` had the form keep; nothing where it is not ours."""
    try:
        place = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return place if isinstance(place, dict) else {}


def _place(body: Mapping[str, Any], where: Where) -> dict[str, str]:
    """Where the button was pressed: a private answer is replaced, what everybody sees is answered beside."""
    urls: Sequence[Any] = [body.get("response_url"), *(body.get("response_urls") or [])]
    private = bool((body.get("container") or {}).get("is_ephemeral"))
    place = {"channel": where[0], "thread": where[1], "private": "yes" if private else ""}
    return {"response_url": next((str(url) for url in urls if url), ""), **place}
