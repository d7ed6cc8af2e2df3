"""Signing in to Dynamics: OAuth client credentials (Microsoft identity platform v2.0) as an httpx auth flow."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable

import httpx

from sync.dynamics.access import DynamicsAccess
from sync.errors import Later, PersonMustLook, SyncFailure

SPARE_SECONDS = 60  # a token this close to its end is renewed first


class SignIn(httpx.Auth):
    """Adds the token; fetches one where there is none or it ends soon; renews it once where the service answers 401.

    Renewals wait for each other, so that many calls at once ask for one token. The scope of a daemon is
    {environment}/.default. Raises PersonMustLook for credentials that are refused.
    """

    def __init__(self, access: DynamicsAccess, clock: Callable[[], float] = time.monotonic) -> None:
        self._access = access
        self._clock = clock
        self._renewing = asyncio.Lock()
        self._token = ""
        self._ends = 0.0
        self.token_url = f"{access.authority.rstrip('/')}/{access.tenant}/oauth2/v2.0/token"

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        async with self._renewing:
            if self._clock() > self._ends - SPARE_SECONDS:
                await self._keep((yield self._ask()))
        used = self._token
        request.headers["Authorization"] = f"Bearer {used}"
        response = yield request
        if response.status_code != 401:
            return
        async with self._renewing:
            if self._token == used:
                await self._keep((yield self._ask()))
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request

    def _ask(self) -> httpx.Request:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._access.client_id,
            "client_secret": self._access.client_secret,
            "scope": f"{self._access.url.rstrip('/')}/.default",
        }
        return httpx.Request("POST", self.token_url, data=form, extensions={"timeout": httpx.Timeout(30).as_dict()})

    async def _keep(self, response: httpx.Response) -> None:
        await response.aread()
        if response.status_code != 200:
            raise refusal(response)
        answer = response.json()
        self._token = str(answer["access_token"])
        self._ends = self._clock() + float(answer.get("expires_in", 0))


def refusal(response: httpx.Response) -> SyncFailure:
    """What a refused sign-in means. The words are the identity service's; they hold no secret of ours."""
    if response.status_code == 429 or response.status_code >= 500:
        return Later(f"http-{response.status_code}", "the sign-in service could not answer")
    try:
        answer = response.json()
        code, message = str(answer["error"]), str(answer.get("error_description", ""))
    except (ValueError, KeyError, TypeError):
        code, message = f"http-{response.status_code}", "the sign-in service refused us"
    return PersonMustLook(code, message or "the credentials were refused")
