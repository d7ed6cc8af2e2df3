"""Sign-in to the Dynamics stand-in, by raw HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.sandbox.dynamics_service import API, FORM, DynamicsService, dynamics


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DynamicsService]:
    async with dynamics(tmp_path) as running:
        yield running


async def test_client_credentials_give_a_bearer_token_for_3599_seconds(service: DynamicsService) -> None:
    answer = (await service.http.post("/demo/oauth2/v2.0/token", data=FORM)).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)
    assert answer["access_token"]


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"client_secret": "guess"}, 401, "invalid_client"),
        ({"client_id": "guess"}, 400, "unauthorized_client"),
        ({"scope": "any/user_impersonation"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
async def test_wrong_credentials_are_refused_by_name(
    service: DynamicsService, wrong: dict[str, str], status: int, error: str
) -> None:
    response = await service.http.post("/demo/oauth2/v2.0/token", data=FORM | wrong)
    assert (response.status_code, response.json()["error"]) == (status, error)


async def test_another_tenant_is_not_found(service: DynamicsService) -> None:
    response = await service.http.post("/elsewhere/oauth2/v2.0/token", data=FORM)
    assert "AADSTS90002" in response.json()["error_description"]


async def test_who_am_i_names_user_and_organization(service: DynamicsService) -> None:
    answer = await service.get("WhoAmI")
    assert {"BusinessUnitId", "UserId", "OrganizationId"} <= answer.keys()


async def test_a_call_without_a_token_is_401(service: DynamicsService) -> None:
    response = await service.http.get(API + "WhoAmI")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


async def test_an_unknown_token_is_401(service: DynamicsService) -> None:
    assert (await service.call("GET", "WhoAmI", Authorization="Bearer guess")).status_code == 401


async def test_a_token_expires_by_the_sandboxs_clock(service: DynamicsService) -> None:
    service.around.clock.set(service.around.clock.now() + timedelta(seconds=3600))
    assert (await service.call("GET", "WhoAmI")).status_code == 401


async def test_revoked_tokens_are_401(service: DynamicsService) -> None:
    await service.control("tokens/revoke")
    assert (await service.call("GET", "WhoAmI")).status_code == 401


async def test_a_missing_privilege_is_403(service: DynamicsService) -> None:
    await service.control("privileges", deny=["prvReadLead"])
    response = await service.call("GET", "leads")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "0x80040220")
    assert "missing prvReadLead privilege" in response.json()["error"]["message"]


async def test_a_missing_write_privilege_lets_reads_through(service: DynamicsService) -> None:
    lead = await service.lead()
    await service.control("privileges", deny=["prvWriteLead"])
    assert (await service.call("PATCH", f"leads({lead})", {"firstname": "Ada"})).status_code == 403
    assert (await service.call("GET", f"leads({lead})")).status_code == 200
