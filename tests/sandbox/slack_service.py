"""The Slack stand-in on a free loopback port, as the tests talk to it: raw HTTP and raw WebSockets."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from aiohttp import ClientSession, ClientWebSocketResponse, web

from sandbox.service import Surroundings, Weather
from sandbox.slack.app import make_app

Json = dict[str, Any]
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "well"}}


def button(label: str = "Press", action_id: str = "press", **more: Any) -> Json:
    return {"type": "button", "text": {"type": "plain_text", "text": label}, "action_id": action_id, **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


@dataclass
class SlackService:
    url: str
    http: httpx.AsyncClient
    around: Surroundings

    async def api(self, method: str, token: str = "xoxb-demo", **arguments: Any) -> Json:
        """Calls a Web API method with a JSON body and returns the answer's."""
        response = await self.http.post(f"/api/{method}", json=arguments, headers={"Authorization": f"Bearer {token}"})
        return dict(response.json())

    async def post(self, *blocks: Json, channel: str = "C0OPS", text: str = "words") -> Json:
        return await self.api("chat.postMessage", channel=channel, text=text, blocks=list(blocks))

    async def control(self, name: str, **asked: Any) -> Json:
        return dict((await self.http.post(f"/sandbox/{name}", json=asked)).json())

    async def look(self, name: str, **query: str) -> Json:
        return dict((await self.http.get(f"/sandbox/{name}", params=query)).json())

    async def seen(self, user: str = "U0OPS", **query: str) -> list[Json]:
        return list((await self.look("messages", user=user, **query))["messages"])

    async def say(self, text: str, user: str = "U0OPS", channel: str = "C0OPS", **more: Any) -> Json:
        return await self.control("say", user=user, channel=channel, text=text, **more)

    @asynccontextmanager
    async def socket(self, answer: Any = None, acknowledge: bool = True) -> AsyncIterator["Listener"]:
        """A raw Socket Mode connection that acknowledges all it gets, with the payload `answer` if there is one."""
        url = (await self.api("apps.connections.open", token="xapp-demo"))["url"]
        async with ClientSession() as session, session.ws_connect(url) as socket:
            listener = Listener(socket, answer, acknowledge)
            listener.hello = await socket.receive_json()
            reading = asyncio.create_task(listener.read())
            yield listener
            reading.cancel()


@dataclass
class Listener:
    socket: ClientWebSocketResponse
    answer: Any
    acknowledge: bool

    def __post_init__(self) -> None:
        self.hello: Json = {}
        self.told: list[Json] = []
        self._envelopes: asyncio.Queue[Json] = asyncio.Queue()

    async def read(self) -> None:
        async for message in self.socket:
            said = message.json()
            if "envelope_id" not in said:
                self.told.append(said)
                continue
            if self.acknowledge:
                answered = {"payload": self.answer} if self.answer is not None else {}
                await self.socket.send_json({"envelope_id": said["envelope_id"], **answered})
            self._envelopes.put_nowait(said)

    @property
    def waiting(self) -> int:
        """How many envelopes have come and were not asked for yet."""
        return self._envelopes.qsize()

    async def envelope(self) -> Json:
        """The next envelope."""
        return await asyncio.wait_for(self._envelopes.get(), 5)


@asynccontextmanager
async def running_slack(limits: bool = False) -> AsyncIterator[SlackService]:
    """The stand-in, for as long as the block lasts; without limits unless they are asked for."""
    around = Surroundings(weather=Weather(limits=limits))
    runner = web.AppRunner(make_app(around, argparse.Namespace()))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with httpx.AsyncClient(base_url=url) as http:
        yield SlackService(url, http, around)
    await runner.cleanup()
