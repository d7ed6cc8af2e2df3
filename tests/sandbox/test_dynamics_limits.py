"""Service protection, faults and the controls of the Dynamics stand-in, by raw HTTP."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from sandbox.dynamics.limits import Protection
from sandbox.dynamics.refusals import Refusal
from sandbox.service import Weather
from tests.sandbox.dynamics_service import DynamicsService, dynamics, said


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DynamicsService]:
    async with dynamics(tmp_path) as running:
        yield running


async def test_good_answers_carry_what_is_left_of_the_limits(service: DynamicsService) -> None:
    headers = (await service.call("GET", "WhoAmI")).headers
    assert headers["x-ms-ratelimit-burst-remaining-xrm-requests"] == "5999"
    assert "x-ms-ratelimit-time-remaining-xrm-requests" in headers
    assert int(headers["x-ms-dop-hint"]) > 0


async def test_request_6001_of_a_window_is_refused_and_insisting_costs_more(service: DynamicsService) -> None:
    service.organization.protection.started.extend([time.monotonic()] * 6000)
    first, second = await service.call("GET", "WhoAmI"), await service.call("GET", "WhoAmI")
    assert said(first) == (429, "0x80072322")
    sentence = "Number of requests exceeded the limit of 6000 over time window of 300 seconds."
    assert first.json()["error"]["message"] == sentence
    assert 290 < int(first.headers["Retry-After"]) <= int(second.headers["Retry-After"]) <= 300


async def test_1200_seconds_of_execution_are_the_limit(service: DynamicsService) -> None:
    service.organization.protection.spent.append((time.monotonic(), 1200.0))
    service.organization.protection.total_spent = 1200.0
    response = await service.call("GET", "WhoAmI")
    assert said(response) == (429, "0x80072321")
    assert response.json()["error"]["message"].startswith("Combined execution time of incoming requests exceeded")


async def test_the_53rd_concurrent_request_is_refused(service: DynamicsService) -> None:
    service.around.weather.latency_ms = 2000  # so that all of them meet, however busy the machine
    answers = await asyncio.gather(*(service.call("GET", "WhoAmI") for _ in range(60)))
    refusals = [answer for answer in answers if answer.status_code == 429]
    assert len(refusals) == 8
    assert {said(answer) for answer in refusals} == {(429, "0x80072326")}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refusals)


async def test_a_batch_counts_as_one_request(service: DynamicsService) -> None:
    before = len(service.organization.protection.started)
    part = "--b\r\nContent-Type: application/http\r\n\r\nGET WhoAmI HTTP/1.1\r\n\r\n\r\n"
    headers = service.headers | {"Content-Type": "multipart/mixed; boundary=b"}
    await service.http.post("/api/data/v9.2/$batch", content=part * 10 + "--b--", headers=headers)
    assert len(service.organization.protection.started) == before + 1


async def test_without_limits_nothing_is_refused(service: DynamicsService) -> None:
    service.organization.protection.started.extend([time.monotonic()] * 6000)
    await service.control("weather", limits="none")
    assert (await service.call("GET", "WhoAmI")).status_code == 200


async def test_the_window_slides(service: DynamicsService) -> None:
    now = [0.0]
    protection = Protection(monotonic=lambda: now[0])
    for _ in range(6000):
        protection.check()
        protection.end(protection.begin())
    with pytest.raises(Refusal) as refusal:
        protection.check()
    now[0] = float(refusal.value.headers["Retry-After"])
    protection.check()


async def test_faults_are_of_the_later_kinds_and_half_of_them_take_effect(tmp_path: Path) -> None:
    kinds: set[str] = set()
    async with dynamics(tmp_path, Weather(limits=False)) as service:
        service.around.weather.faults = 1.0
        for _ in range(60):
            try:
                response = await service.call("POST", "leads", {"lastname": "A"})
                kinds.add(f"{response.status_code} {response.headers.get('Retry-After', '')}".strip())
            except httpx.TransportError:
                kinds.add("dropped")
        written = len(await service.ids("leads"))
    assert kinds == {"429 1", "503", "500", "dropped"}
    assert 15 < written < 45


async def test_a_service_that_is_down_drops_connections(service: DynamicsService) -> None:
    await service.control("weather", down=True)
    with pytest.raises(httpx.TransportError):
        await service.call("GET", "WhoAmI")
    await service.control("weather", down=False)
    assert (await service.call("GET", "WhoAmI")).status_code == 200


async def test_calls_are_counted_by_kind_and_refusals_by_code(service: DynamicsService) -> None:
    await service.call("GET", "leads")
    await service.call("POST", "leads", {"mobilephone": "1" * 21})
    counted = (await service.http.get("/sandbox/calls")).json()
    assert counted["by_kind"] == {"token": 1, "leads.read": 1, "leads.write": 1}
    assert counted["refused"] == {"0x80044331": 1}
