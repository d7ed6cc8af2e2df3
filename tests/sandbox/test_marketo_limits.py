"""The limits and failures of the Marketo stand-in."""

import asyncio

import httpx
import pytest

from sandbox.marketo.envelope import Refusal
from sandbox.marketo.limits import Limits
from tests.sandbox.marketo_service import CREDENTIALS, MarketoService, code_of, marketo

__all__ = ["marketo"]


async def test_the_101st_call_within_20_seconds_is_refused_with_606(marketo: MarketoService) -> None:
    answers = [await marketo.get("leads/partitions") for _ in range(101)]
    assert [answer["success"] for answer in answers] == [True] * 100 + [False]
    assert code_of(answers[-1]) == "606"


def test_the_window_rolls_so_that_no_20_seconds_hold_more_than_100() -> None:
    limits = Limits()
    for call in range(100):
        limits.admit(call * 0.1, used_today=0)
    with pytest.raises(Refusal, match="606"):
        limits.admit(19.9, used_today=0)
    limits.admit(20.05, used_today=0)
    with pytest.raises(Refusal, match="606"):
        limits.admit(20.06, used_today=0)


async def test_the_11th_call_at_a_time_is_refused_with_615(marketo: MarketoService) -> None:
    marketo.around.weather.latency_ms = 200
    answers = await asyncio.gather(*(marketo.get("leads/partitions") for _ in range(11)))
    refused = [code_of(answer) for answer in answers if not answer["success"]]
    assert refused == ["615"]


async def test_without_limits_nobody_is_refused(marketo: MarketoService) -> None:
    marketo.around.weather.limits = False
    marketo.around.weather.latency_ms = 50
    answers = await asyncio.gather(*(marketo.get("leads/partitions") for _ in range(110)))
    assert all(answer["success"] for answer in answers)


async def test_the_50001st_call_of_a_day_is_refused_with_607_until_midnight_us_central(marketo: MarketoService) -> None:
    marketo.clock_at("2026-11-24T05:59:00+00:00")
    await sign_in(marketo)
    await marketo.control("quota", body={"used": 49_999})
    assert (await marketo.get("leads/partitions"))["success"]
    assert code_of(await marketo.get("leads/partitions")) == "607"
    marketo.clock_at("2026-11-24T06:00:00+00:00")
    assert (await marketo.get("leads/partitions"))["success"]


async def sign_in(marketo: MarketoService) -> None:
    answer = (await marketo.http.get("/identity/oauth/token", params=CREDENTIALS)).json()
    marketo.http.headers["Authorization"] = f"Bearer {answer['access_token']}"


async def test_usage_counts_calls_per_user_and_not_those_that_do_not_count(marketo: MarketoService) -> None:
    await marketo.get("leads/partitions")
    await marketo.get("leeds")
    await marketo.post("leads/describe", {})
    [today] = (await marketo.get("stats/usage"))["result"]
    assert today["total"] == 3
    assert today["users"] == [{"userId": "api@demo.example", "count": 3}]


async def test_errors_are_counted_by_code(marketo: MarketoService) -> None:
    await marketo.get("leeds")
    await marketo.post("leads/describe", {})
    [today] = (await marketo.get("stats/errors"))["result"]
    assert today["errors"] == [{"errorCode": "610", "count": 1}, {"errorCode": "605", "count": 1}]


async def test_the_last_seven_days_are_told_day_by_day(marketo: MarketoService) -> None:
    assert len((await marketo.get("stats/usage/last7days"))["result"]) == 7
    assert len((await marketo.get("stats/errors/last7days"))["result"]) == 7


async def test_faults_spoil_their_share_of_calls_in_every_later_way(marketo: MarketoService) -> None:
    marketo.around.weather.limits = False
    marketo.around.weather.faults = 0.9
    seen = {await fate(marketo, number) for number in range(200)}
    assert seen == {"200", "503", "dropped", "502", "604", "606", "608", "611", "615", "713"}


async def fate(marketo: MarketoService, number: int) -> str:
    try:
        response = await marketo.http.post("/rest/v1/leads.json", json={"input": [{"email": f"a{number}@b.co"}]})
    except httpx.TransportError:
        return "dropped"
    if response.status_code != 200 or response.json()["success"]:
        return str(response.status_code)
    return code_of(response.json())


async def test_half_of_the_spoiled_calls_take_effect_and_none_that_promises_it_did_not(marketo: MarketoService) -> None:
    marketo.around.weather.limits = False
    marketo.around.weather.faults = 1.0
    fates = {f"a{number}@b.co": await fate(marketo, number) for number in range(200)}
    there = {row["email"] for row in (await marketo.control("people", "GET"))["rows"]}
    assert 70 <= len(there) <= 130
    assert {fates[email] for email in there} == {"604", "502", "503", "dropped"}


async def test_signing_in_fails_with_503_now_and_then(marketo: MarketoService) -> None:
    marketo.around.weather.faults = 1.0
    assert (await marketo.http.get("/identity/oauth/token", params=CREDENTIALS)).status_code == 503


async def test_a_service_that_is_down_drops_the_connection(marketo: MarketoService) -> None:
    await marketo.control("weather", body={"down": True})
    with pytest.raises(httpx.TransportError):
        await marketo.get("leads/partitions")
    await marketo.control("weather", body={"down": False})
    assert (await marketo.get("leads/partitions"))["success"]
