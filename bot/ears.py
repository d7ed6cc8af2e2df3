"""How we hear Slack: by Socket Mode, or over HTTP with a signature."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_server import AsyncSlackAppServer
from slack_bolt.async_app import AsyncApp

from bot.hearing import Hearing
from bot.settings import Settings

log = logging.getLogger(__name__)
PATH = "/slack/events"
CLOSING_SECONDS = 15


async def serve(app: AsyncApp, settings: Settings, hearing: Hearing | None = None) -> None:
    """Listens until cancelled: by Socket Mode where there is an app token, else over HTTP on PORT, at PATH.

    How that goes is noted in `hearing`.
    """
    hearing = hearing or Hearing(lambda: datetime.now(UTC))

    async def note(next: Callable[[], Awaitable[Any]]) -> None:
        hearing.heard()
        await next()

    app.use(note)
    if settings.slack_app_token:
        await Socket(app, settings.slack_app_token.get_secret_value(), hearing).listen()
    else:
        await _by_http(app, settings.port, hearing)


class Socket:
    """The WebSocket to Slack. The SDK pings it and opens another when four pings went unanswered.

    The SDK can get stuck: it goes on trying the address it has, and each address is good for one connection only. So
    a socket that has been closed for `stuck_after` seconds is given up, and everything about it is built anew.
    """

    def __init__(
        self, app: AsyncApp, token: str, hearing: Hearing, *, ping_every: float = 5, stuck_after: float = 30
    ) -> None:
        self._app, self._token, self._hearing = app, token, hearing
        self._ping_every, self._stuck_after = ping_every, stuck_after

    async def listen(self) -> None:
        """Until cancelled."""
        while True:
            handler: Any = AsyncSocketModeHandler(self._app, self._token, ping_interval=self._ping_every)
            handler.client.on_message_listeners.append(self._greeted)
            connecting = asyncio.create_task(handler.connect_async())  # tries again until it is told to close
            try:
                await self._while_alive(handler.client)
            finally:
                connecting.cancel()
                await asyncio.gather(connecting, return_exceptions=True)
                await _close(handler)
            log.warning("the socket to Slack did not come back for %s s; building it anew", self._stuck_after)

    async def _greeted(self, message: aiohttp.WSMessage) -> None:
        """A socket counts as open when Slack has said hello."""
        with suppress(ValueError, AttributeError):
            if json.loads(message.data).get("type") == "hello":
                self._hearing.opened()

    async def _while_alive(self, client: Any) -> None:
        loop = asyncio.get_running_loop()
        last_open = loop.time()
        while loop.time() - last_open < self._stuck_after:
            await asyncio.sleep(min(1.0, self._ping_every))
            is_open = await client.is_connected()
            self._hearing.found(is_open)
            if is_open:
                last_open = loop.time()


async def _close(handler: Any) -> None:
    """A dead socket cannot say goodbye; it is not waited for long."""
    try:
        async with asyncio.timeout(CLOSING_SECONDS):
            await handler.close_async()
    except (TimeoutError, aiohttp.ClientError, OSError) as failure:
        log.warning("the socket to Slack did not close: %s", failure)


async def _by_http(app: AsyncApp, port: int, hearing: Hearing) -> None:
    runner = web.AppRunner(AsyncSlackAppServer(port, PATH, app).web_app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, port=port).start()
        hearing.over_http()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
