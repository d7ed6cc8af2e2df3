"""How often the services slowed us down is counted, by their own codes; and whether the last call was answered."""

import httpx
import pytest

from sync.dynamics.client import Dynamics, DynamicsAccess
from sync.errors import Later
from sync.marketo.client import Marketo, MarketoAccess

TOKEN = {"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}


def answering(*answers: httpx.Response) -> httpx.MockTransport:
    """A service that signs anybody in, and then gives these answers in order."""
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=TOKEN) if "token" in request.url.path else left.pop(0)

    return httpx.MockTransport(answer)


async def test_a_606_and_a_615_of_marketo_are_counted_and_nothing_else_is() -> None:
    refused = [{"success": False, "errors": [{"code": code, "message": "-"}]} for code in ("606", "615", "608")]
    usage = {"success": True, "result": [{"total": 7}]}
    transport = answering(*(httpx.Response(200, json=body) for body in (*refused, usage)))
    marketo = Marketo(MarketoAccess("https://m.test", "id", "secret"), transport=transport, first_wait=0.001)
    assert await marketo.calls_today() == 7
    assert marketo.throttled == {"606": 1, "615": 1}
    await marketo.aclose()


async def test_a_429_of_dynamics_is_counted_under_its_code() -> None:
    error = {"error": {"code": "0x80072322", "message": "-"}}
    slow = httpx.Response(429, json=error, headers={"Retry-After": "0.01"})
    transport = answering(slow, httpx.Response(200, json={"UserId": "me"}))
    access = DynamicsAccess("https://d.test", "tenant", "id", "secret", "https://login.test")
    dynamics = Dynamics(access, transport=transport, first_wait=0.001)
    assert await dynamics.who_am_i() == "me"
    assert dynamics.throttled == {"0x80072322": 1}
    await dynamics.aclose()


async def test_a_service_that_is_out_of_order_is_known_by_the_last_call_until_one_is_answered() -> None:
    usage = httpx.Response(200, json={"success": True, "result": [{"total": 7}]})
    transport = answering(httpx.Response(503), httpx.Response(500), httpx.Response(503), usage)
    marketo = Marketo(MarketoAccess("https://m.test", "id", "secret"), transport=transport, tries=1)
    for failing in ("http-503", "", "http-503"):
        with pytest.raises(Later):
            await marketo.calls_today()
        assert marketo.failing == failing
    await marketo.calls_today()
    assert marketo.failing == ""
    await marketo.aclose()


async def test_a_service_that_cannot_be_reached_is_known_by_the_last_call() -> None:
    access = DynamicsAccess("https://d.test", "tenant", "id", "secret", "https://login.test")
    dynamics = Dynamics(access, transport=httpx.MockTransport(unreachable), tries=1)
    with pytest.raises(Later):
        await dynamics.who_am_i()
    assert dynamics.failing == "connection"
    await dynamics.aclose()


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route", request=request)
