"""One call of a Web API method: its arguments, however they were sent."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.slack.people import Channel
from sandbox.slack.refusals import SlackError
from sandbox.slack.state import Slack
from sandbox.slack.workspace import Workspace

Answer = dict[str, Any]


@dataclass
class Call:
    slack: Slack
    method: str
    given: dict[str, Any]
    base: str
    app_level: bool = False

    @property
    def workspace(self) -> Workspace:
        return self.slack.workspace

    def text(self, name: str) -> str:
        """An argument as text; empty when it is missing."""
        value = self.given.get(name)
        return "" if value is None else str(value)

    def need(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise SlackError("invalid_arguments", [f"missing required field: {name}"])
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.given.get(name, default)
        return value if isinstance(value, bool) else str(value).lower() in ("1", "true")

    def parsed(self, name: str, complaint: str = "invalid_arguments") -> Any:
        """An argument that holds JSON, sent as it is or as text. Raises `complaint` when it is no JSON."""
        value = self.given.get(name)
        if not isinstance(value, str) or not value:
            return value or None
        try:
            return json.loads(value)
        except ValueError as broken:
            raise SlackError(complaint) from broken

    def channel(self, name: str = "channel") -> Channel:
        """The channel an argument names. Raises channel_not_found."""
        channel = self.workspace.channels.get(self.text(name))
        if channel is None:
            raise SlackError("channel_not_found")
        return channel


@dataclass(frozen=True)
class Method:
    """A Web API method: who may call it (any one of `scopes`; `token` bot, app or none) and how often (`tier`)."""

    answer: Callable[[Call], Answer]
    scopes: tuple[str, ...] = ()
    tier: int = 3
    token: str = "bot"


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def arguments_of(request: web.Request) -> dict[str, Any]:
    """Query, form or JSON body, all together. Raises invalid_json or invalid_form_data."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError as broken:
            raise SlackError("invalid_json") from broken
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        given.update(body)
    elif request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        given.update(await request.post())
    return given
