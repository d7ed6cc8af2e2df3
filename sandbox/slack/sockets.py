"""Socket Mode: the WebSockets an app opens to hear from Slack.

Facts in reference documentation of Socket Mode: a ticket from apps.connections.open, `hello`, envelopes that are
acknowledged by `envelope_id`, at most 10 connections, each payload to any one of them, `disconnect` before a refresh.
"""

import asyncio
import json
import uuid
from random import Random
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.service import Weather
from sandbox.slack.delivery import ACKNOWLEDGED, NOBODY, PATIENCE, TIMED_OUT, Outcome

MOST_CONNECTIONS = 10
PING_EVERY = 10.0
LOOK_AT_WEATHER_EVERY = 0.1


class Sockets:
    """All open connections, and the envelopes that wait to be acknowledged."""

    def __init__(self, chance: Random, weather: Weather, app_id: str) -> None:
        self._chance, self._weather, self._app_id = chance, weather, app_id
        self._open: list[web.WebSocketResponse] = []
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self.mute = False

    @property
    def count(self) -> int:
        return len(self._open)

    def ticket(self) -> str:
        """A ticket for one connection."""
        ticket = str(uuid.UUID(int=self._chance.getrandbits(128)))
        self._tickets.add(ticket)
        return ticket

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """One connection's life, from `hello` to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if self.count >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": self._debug()})
            await socket.close()
            return socket
        self._open.append(socket)
        pinging = asyncio.create_task(self._ping(socket))
        try:
            await self._greet(socket)
            await self._listen(socket)
        finally:
            pinging.cancel()
            self._open.remove(socket)
        return socket

    async def carry(self, kind: str, payload: dict[str, Any], retry: int = 0) -> Outcome:
        """Sends an envelope to any one connection and waits for its acknowledgement."""
        listening = [socket for socket in self._open if not socket.closed]
        if not listening or self._weather.down:
            return Outcome(NOBODY)
        name = str(uuid.UUID(int=self._chance.getrandbits(128)))
        envelope: dict[str, Any] = {"envelope_id": name, "type": kind, "payload": payload}
        envelope["accepts_response_payload"] = kind != "events_api"
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        acknowledged = self._waiting[name] = asyncio.get_running_loop().create_future()
        try:
            if not self.mute:
                await self._chance.choice(listening).send_json(envelope)
            return Outcome(ACKNOWLEDGED, await asyncio.wait_for(acknowledged, PATIENCE))
        except (TimeoutError, ConnectionError):
            return Outcome(TIMED_OUT)
        finally:
            del self._waiting[name]

    async def disconnect(self, reason: str) -> int:
        """Tells every connection to go (`warning`, `refresh_requested`, `link_disabled`), or cuts it off (`kill`)."""
        sockets = list(self._open)
        for socket in sockets:
            if reason == "kill":
                cut(socket)
            else:
                await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": self._debug()})
        return len(sockets)

    async def close(self) -> None:
        for socket in list(self._open):
            await socket.close()

    def _debug(self) -> dict[str, Any]:
        return {"host": "applink-sandbox", "build_number": 1, "approximate_connection_time": 3600}

    async def _greet(self, socket: web.WebSocketResponse) -> None:
        about = {"num_connections": self.count, "connection_info": {"app_id": self._app_id}}
        await socket.send_json({"type": "hello", **about, "debug_info": self._debug()})

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type == WSMsgType.PING and not self.mute:
                await socket.pong(message.data)
            elif message.type == WSMsgType.TEXT:
                self._hear(message.data)

    def _hear(self, data: str) -> None:
        try:
            said = json.loads(data)
        except ValueError:
            return
        waiting = self._waiting.get(said.get("envelope_id", "")) if isinstance(said, dict) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(said.get("payload"))

    async def _ping(self, socket: web.WebSocketResponse) -> None:
        """Pings now and then, and cuts the connection while the service is down."""
        rounds = 0
        while not socket.closed:
            await asyncio.sleep(LOOK_AT_WEATHER_EVERY)
            rounds += 1
            if self._weather.down:
                cut(socket)
                return
            if rounds % round(PING_EVERY / LOOK_AT_WEATHER_EVERY) == 0 and not self.mute:
                await socket.ping(b"Ping from applink-sandbox")


def cut(socket: web.WebSocketResponse) -> None:
    """Drops a connection without a word."""
    request = socket._req
    if request is not None and request.transport is not None:
        request.transport.abort()
