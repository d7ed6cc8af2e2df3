"""The Marketo stand-in on a free loopback port, as the tests talk to it: raw HTTP, no client of ours."""

import argparse
import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from aiohttp import web

from sandbox.marketo.app import make_app
from sandbox.service import Surroundings

Json = dict[str, Any]
CREDENTIALS = {"grant_type": "client_credentials", "client_id": "demo", "client_secret": "demo"}
LONG_AGO = "2020-01-01T00:00:00Z"


@dataclass
class MarketoService:
    """`http` is signed in. Activities' short pages are random, so `all_changes` and its like follow moreResult."""

    url: str
    http: httpx.AsyncClient
    around: Surroundings

    async def get(self, path: str, **parameters: Any) -> Json:
        return dict((await self.http.get(f"/rest/v1/{path}.json", params=parameters)).json())

    async def post(self, path: str, body: Any = None, **parameters: Any) -> Json:
        return dict((await self.http.post(f"/rest/v1/{path}.json", params=parameters, json=body)).json())

    async def sync(self, path: str, *records: Json, **head: Any) -> list[Json]:
        """Posts records and gives the result of each."""
        reply = await self.post(path, {**head, "input": list(records)})
        assert reply["success"], reply
        return list(reply["result"])

    async def person(self, **values: Any) -> int:
        """The id of a new person."""
        [result] = await self.sync("leads", values, action="createOnly")
        return int(result["id"])

    async def field(self, name: str, kind: str = "string") -> None:
        asked = {"name": name, "displayName": name, "dataType": kind}
        [result] = await self.sync("leads/schema/fields", asked)
        assert result["status"] == "created", result

    async def token(self, since: str = LONG_AGO) -> str:
        return str((await self.get("activities/pagingtoken", sinceDatetime=since))["nextPageToken"])

    async def pages(self, path: str, token: str, **parameters: Any) -> tuple[list[Json], str]:
        """Every activity from `token` on, and the token that a later look begins with."""
        found: list[Json] = []
        while True:
            page = await self.get(path, nextPageToken=token, **parameters)
            assert page["success"], page
            found += page["result"]
            token = page["nextPageToken"]
            if not page["moreResult"]:
                return found, token

    async def changes(self, *fields: str, since: str = LONG_AGO) -> list[Json]:
        return (await self.pages("activities/leadchanges", await self.token(since), fields=",".join(fields)))[0]

    async def of_type(self, number: int) -> list[Json]:
        return (await self.pages("activities", await self.token(), activityTypeIds=number))[0]

    async def control(self, name: str, method: str = "POST", body: Any = None) -> Json:
        return dict((await self.http.request(method, f"/sandbox/{name}", json=body)).json())

    def later(self, **time: float) -> datetime:
        """Sets the service's clock forward and stops it."""
        self.around.clock.freeze()
        self.around.clock.set(self.around.clock.now() + timedelta(**time))
        return self.around.clock.now()

    def clock_at(self, moment: str) -> None:
        self.around.clock.freeze()
        self.around.clock.set(datetime.fromisoformat(moment))


def code_of(reply: Json) -> str:
    """The code a call as a whole was refused with."""
    assert reply["success"] is False, reply
    return str(reply["errors"][0]["code"])


def skipped_with(result: Json) -> str:
    """The code one record was skipped with."""
    assert result["status"] == "skipped", result
    return str(result["reasons"][0]["code"])


def demo_arguments() -> argparse.Namespace:
    return argparse.Namespace(client_id="demo", client_secret="demo")


@asynccontextmanager
async def running(around: Surroundings) -> AsyncIterator[str]:
    runner = web.AppRunner(make_app(around, demo_arguments()), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@pytest.fixture
async def marketo() -> AsyncIterator[MarketoService]:
    """A fresh instance with its limits on."""
    around = Surroundings()
    async with running(around) as url, httpx.AsyncClient(base_url=url) as http:
        token = (await http.get("/identity/oauth/token", params=CREDENTIALS)).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield MarketoService(url, http, around)


@contextmanager
def running_in_a_thread() -> Iterator[str]:
    """The service beside synchronous clients."""
    loop = asyncio.new_event_loop()
    ready: list[str] = []
    started, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with running(Surroundings()) as url:
            ready.append(url)
            started.set()
            await stop.wait()

    def work() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    started.wait(10)
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
