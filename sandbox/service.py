"""What the sandbox services share: how they are run, their weather (latency, faults, outages) and their controls.

Every service answers, beside the API it stands in for, a few addresses that no real service has:

    GET  /sandbox/clock                                    {"now": "2026-11-23T10:00:00+00:00", "frozen": false}
    POST /sandbox/clock    {"now": ISO 8601} | {"freeze": true|false} | {"real": true}
    GET  /sandbox/weather                                  the weather as it is
    POST /sandbox/weather  {"limits": "real"|"none", "latency_ms": 300, "faults": 0.2, "down": true}, any of them
    GET  /sandbox/calls                   {"total": 12, "by_kind": {"leads.write": 3}, "refused": {"606": 1}}
    DELETE /sandbox/calls                                  starts counting anew
"""

import argparse
import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn

from aiohttp import web

from sandbox.clock import Clock


@dataclass
class Weather:
    """How kind the service is to its callers."""

    limits: bool = True
    latency_ms: float = 0
    faults: float = 0.0
    down: bool = False


@dataclass
class Surroundings:
    """All that a service is given besides its own data."""

    clock: Clock = field(default_factory=Clock)
    weather: Weather = field(default_factory=Weather)
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    calls: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def surroundings_from(arguments: argparse.Namespace) -> Surroundings:
    weather = Weather(arguments.limits == "real", arguments.latency, arguments.faults)
    return Surroundings(weather=weather, chance=random.Random(arguments.seed))


def add_controls(app: web.Application, around: Surroundings) -> None:
    """Adds the /sandbox/ addresses of the module's docstring to `app`."""

    async def read_clock(_: web.Request) -> web.Response:
        return web.json_response({"now": around.clock.now().isoformat(), "frozen": around.clock._frozen is not None})

    async def set_clock(request: web.Request) -> web.Response:
        asked = await request.json()
        if asked.get("real"):
            around.clock.real()
        if "now" in asked:
            around.clock.set(datetime.fromisoformat(asked["now"]))
        if "freeze" in asked:
            around.clock.freeze() if asked["freeze"] else around.clock.follow()
        return await read_clock(request)

    async def read_weather(_: web.Request) -> web.Response:
        return web.json_response({**vars(around.weather), "limits": "real" if around.weather.limits else "none"})

    async def set_weather(request: web.Request) -> web.Response:
        asked: dict[str, Any] = await request.json()
        if "limits" in asked:
            asked["limits"] = asked["limits"] == "real"
        for name, value in asked.items():
            if name not in vars(around.weather):
                return web.json_response({"error": f"no such weather: {name}"}, status=400)
            setattr(around.weather, name, value)
        return await read_weather(request)

    async def read_calls(_: web.Request) -> web.Response:
        counted = {"total": around.calls.total(), "by_kind": around.calls, "refused": around.refused}
        return web.json_response(counted)

    async def forget_calls(request: web.Request) -> web.Response:
        around.calls.clear()
        around.refused.clear()
        return await read_calls(request)

    app.router.add_get("/sandbox/clock", read_clock)
    app.router.add_post("/sandbox/clock", set_clock)
    app.router.add_get("/sandbox/weather", read_weather)
    app.router.add_post("/sandbox/weather", set_weather)
    app.router.add_get("/sandbox/calls", read_calls)
    app.router.add_delete("/sandbox/calls", forget_calls)


def weather_middleware(around: Surroundings) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]:
    """A service that is down drops the connection without a word; one that is slow answers after its latency."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/sandbox/"):
            return await handler(request)
        if around.weather.down:
            hang_up(request)
        if around.weather.latency_ms:
            await asyncio.sleep(around.weather.latency_ms / 1000)
        return await handler(request)

    return middleware


def hang_up(request: web.Request) -> NoReturn:
    """Loses the reply: closes the connection, so that the caller cannot know what became of the call.

    Always raises, with what aiohttp takes for an answer (and then cannot send) instead of logging it as our mistake.
    """
    if request.transport is not None:
        request.transport.abort()
    raise web.HTTPServiceUnavailable
