"""Being called by name, `@Sync status leads`: what slash commands do, also in threads, where those do not work."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.refusals import body_of

_CALLED = re.compile(r"(\bmention(?:[:=]|\s)\s*)?<@[UW][A-Z0-9]+(?:\|[^<>]*)?>", re.IGNORECASE)
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]+)(?:\|[^<>]*)?>")
_PLACE = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^<>]*)?>")
_EVERYBODY = re.compile(r"<!(channel|here|everyone)(?:\|[^<>]*)?>")
_LINK = re.compile(r"<(?:mailto:|tel:)?([^|<>@#!][^|<>]*)(?:\|[^<>]*)?>")


def words_of(text: str) -> str:
    """What was asked by calling the bot: without whom it calls, unless that is who shall be called (`mention:@ops`)."""
    return typed(_CALLED.sub(lambda found: found[0] if found[1] else " ", text))


def from_a_person(event: Mapping[str, Any]) -> bool:
    """Whether somebody wrote it, and anew: no app (least of all this one), no edit, no file or joining by itself."""
    return bool(event.get("user")) and not event.get("bot_id") and not event.get("subtype")


def typed(text: str) -> str:
    """What was typed, without the links and escapes that Slack makes of it (`should_escape` in the manifest).

    People and user groups are known by their ids: `@U0ADMIN`, `@S0OPS`.
    """
    plain = _EVERYBODY.sub(r"@\1", _PLACE.sub(r"#\1", _GROUP.sub(r"@\1", _PERSON.sub(r"@\1", text))))
    plain = _LINK.sub(r"\1", plain)
    return " ".join(plain.split()).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@dataclass(frozen=True, slots=True)
class Said:
    """What became of an answer, as a response_url tells it."""

    status_code: int
    body: Any = ""


class Ephemeral:
    """Answers in place of a response_url, which mentions do not come with: in the thread it was asked in, privately
    unless it is to be in_channel."""

    def __init__(self, client: AsyncWebClient, event: Mapping[str, Any]) -> None:
        self._client, self._user = client, str(event["user"])
        self._channel, self._thread_ts = str(event["channel"]), event.get("thread_ts") or None

    async def __call__(
        self,
        text: str = "",
        blocks: Sequence[Mapping[str, Any]] | None = None,
        response_type: str = "ephemeral",
        **_: object,
    ) -> Said:
        message: dict[str, Any] = {"channel": self._channel, "thread_ts": self._thread_ts, "text": text}
        message["blocks"] = list(blocks) if blocks else None
        try:
            if response_type == "in_channel":
                await self._client.chat_postMessage(**message)
            else:
                await self._client.chat_postEphemeral(**message, user=self._user)
        except SlackApiError as refused:
            return Said(400, body_of(refused))
        return Said(200)
