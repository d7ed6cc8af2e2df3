"""How we hear Slack: by Socket Mode, or over HTTP with a signature."""

import asyncio
import logging
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_server import AsyncSlackAppServer
from slack_bolt.async_app import AsyncApp

from bot.settings import Settings

log = logging.getLogger(__name__)
PATH = "/slack/events"
PING_SECONDS = 5
STUCK_AFTER_SECONDS = 30


async def serve(app: AsyncApp, settings: Settings) -> None:
    """Listens until cancelled: by Socket Mode where there is an app token, else over HTTP on PORT, at PATH."""
    if settings.slack_app_token:
        await _by_socket(app, settings.slack_app_token.get_secret_value())
    else:
        await _by_http(app, settings.port)


async def _by_socket(app: AsyncApp, token: str) -> None:
    handler: Any = AsyncSocketModeHandler(app, token, ping_interval=PING_SECONDS)
    try:
        await handler.connect_async()  # tries again until it is told to close
        while True:
            await asyncio.sleep(STUCK_AFTER_SECONDS)
            if not await handler.client.is_connected():
                # The SDK goes on trying the address it has, and each address is good for one connection only.
                log.warning("the socket to Slack is not open; asking for a new address")
                handler.client.wss_uri = None
    finally:
        await handler.close_async()


async def _by_http(app: AsyncApp, port: int) -> None:
    runner = web.AppRunner(AsyncSlackAppServer(port, PATH, app).web_app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, port=port).start()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
