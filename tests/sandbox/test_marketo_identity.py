"""Signing in to the Marketo stand-in, by raw HTTP."""

import httpx

from tests.sandbox.marketo_service import CREDENTIALS, MarketoService, code_of, marketo

__all__ = ["marketo"]

IDENTITY = "/identity/oauth/token"


async def test_a_token_comes_for_a_get_with_the_credentials_in_the_query(marketo: MarketoService) -> None:
    answer = (await marketo.http.get(IDENTITY, params=CREDENTIALS)).json()
    assert answer["token_type"] == "bearer"
    assert answer["scope"] == "api@demo.example"


async def test_a_token_comes_for_a_post_with_the_credentials_in_a_form(marketo: MarketoService) -> None:
    answer = (await marketo.http.post(IDENTITY, data=CREDENTIALS)).json()
    assert ":" in answer["access_token"]


async def test_asking_again_gives_the_same_token_with_what_is_left_of_its_life(marketo: MarketoService) -> None:
    first = (await marketo.http.get(IDENTITY, params=CREDENTIALS)).json()
    marketo.later(seconds=3000)
    second = (await marketo.http.get(IDENTITY, params=CREDENTIALS)).json()
    assert second["access_token"] == first["access_token"]
    assert 590 <= second["expires_in"] <= 600


async def test_after_an_hour_another_token_is_given(marketo: MarketoService) -> None:
    first = (await marketo.http.get(IDENTITY, params=CREDENTIALS)).json()
    marketo.later(hours=1)
    second = (await marketo.http.get(IDENTITY, params=CREDENTIALS)).json()
    assert second["access_token"] != first["access_token"]
    assert second["expires_in"] == 3600


async def test_bad_credentials_are_the_one_http_401(marketo: MarketoService) -> None:
    wrong_id = await marketo.http.get(IDENTITY, params={**CREDENTIALS, "client_id": "x"})
    wrong_secret = await marketo.http.get(IDENTITY, params={**CREDENTIALS, "client_secret": "x"})
    assert (wrong_id.status_code, wrong_id.json()["error"]) == (401, "invalid_client")
    assert (wrong_secret.status_code, wrong_secret.json()["error"]) == (401, "unauthorized")


async def refused(marketo: MarketoService, **headers: str) -> str:
    async with httpx.AsyncClient(base_url=marketo.url, headers=headers) as http:
        response = await http.get("/rest/v1/leads/describe.json")
    assert response.status_code == 200
    return code_of(response.json())


async def test_a_call_without_a_token_is_refused_with_600(marketo: MarketoService) -> None:
    assert await refused(marketo) == "600"


async def test_an_unknown_token_is_refused_with_601_as_http_200(marketo: MarketoService) -> None:
    assert await refused(marketo, Authorization="Bearer x:sn") == "601"


async def test_an_expired_token_is_refused_with_602(marketo: MarketoService) -> None:
    marketo.later(seconds=3601)
    assert code_of(await marketo.get("leads/describe")) == "602"


async def test_the_control_ends_tokens_now_or_soon(marketo: MarketoService) -> None:
    await marketo.control("tokens/expire", body={"remaining": 2})
    assert (await marketo.http.get(IDENTITY, params=CREDENTIALS)).json()["expires_in"] <= 2
    await marketo.control("tokens/expire")
    assert code_of(await marketo.get("leads/describe")) == "602"


async def test_older_clients_may_send_the_token_in_the_query(marketo: MarketoService) -> None:
    token = marketo.http.headers.pop("Authorization")[7:]
    assert (await marketo.get("leads/describe", access_token=token))["success"]


async def test_a_bad_token_is_told_before_a_bad_address(marketo: MarketoService) -> None:
    marketo.http.headers["Authorization"] = "Bearer x"
    assert code_of(await marketo.get("no/such/thing")) == "601"
