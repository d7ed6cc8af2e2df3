"""How often the services slowed us down is counted, by their own codes."""

import httpx

from sync.dynamics.client import Dynamics, DynamicsAccess
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
