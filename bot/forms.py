"""Forms in Slack: opened at once (a trigger lasts three seconds), read back into words, answered where they began."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot import error_form
from bot.grammar import parse
from bot.request import Errors
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


def add_forms(
    app: AsyncApp,
    client: AsyncWebClient,
    vocabulary: Vocabulary,
    attend: Attend,
    where_of: Callable[[Mapping[str, Any]], Where],
) -> None:
    """Has `app` open the form of errors where its button is pressed, and answer what is filled in."""

    @app.action(error_form.OPEN_FORM)
    async def open_form(
        ack: AsyncAck, respond: AsyncRespond, body: Mapping[str, Any], action: Mapping[str, Any]
    ) -> None:
        await ack()
        asked = parse(str(action.get("value") or ""), vocabulary)
        request = asked if isinstance(asked, Errors) else Errors()
        view = error_form.view(request, vocabulary.objects, _place(body, where_of(body)))
        try:
            await client.views_open(trigger_id=str(body.get("trigger_id") or ""), view=view)
        except OUT_OF_REACH as refused:
            log.warning("Slack does not open the form: %s", refused)
            beside = respond if body.get("response_url") else None
            await attend("help errors", str(body["user"]["id"]), beside, replace=False, where=where_of(body))

    @app.view(error_form.FORM)
    async def filled_in(ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        request, wrong = error_form.read((view.get("state") or {}).get("values") or {})
        if wrong:
            await ack(response_action="errors", errors=wrong)
            return
        await ack()
        place = _told(view)
        url = place.get("response_url")
        respond = AsyncRespond(response_url=url) if url else None  # a press in a view has none
        private = place.get("private") == "yes"
        where = (str(place.get("channel") or ""), str(place.get("thread") or ""))
        await attend(request.words, str(body["user"]["id"]), respond, private, where=where)


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
