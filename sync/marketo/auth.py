"""Signing in to Marketo: a custom service's client credentials as an httpx auth flow."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable

import httpx

from sync.errors import Later, PersonMustLook, SyncFailure
from sync.marketo.access import MarketoAccess
from sync.marketo.codes import TOKEN_REFUSED

RENEWALS = 2  # in one call; the first may bring the old token back with its last second


class SignIn(httpx.Auth):
    """Adds the token; fetches one where there is none or it has ended; renews it where Marketo answers 601 or 602.

    These come with HTTP 200. Asking again gives *the same token* with what is left of its life, perhaps a few
    seconds: it is used all the same, and asked for anew should it end on the way. Signing in is not counted in any
    quota. Raises PersonMustLook for credentials that are refused.
    """

    requires_response_body = True

    def __init__(self, access: MarketoAccess, clock: Callable[[], float] = time.monotonic) -> None:
        self._access = access
        self._clock = clock
        self._renewing = asyncio.Lock()
        self._token = ""
        self._ends = 0.0
        self._renewed = 0
        self.token_url = f"{access.url.rstrip('/')}/identity/oauth/token"

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        async with self._renewing:
            if self._clock() >= self._ends:
                await self._keep((yield self._ask()))
        for _ in range(RENEWALS):
            renewed = self._renewed
            request.headers["Authorization"] = f"Bearer {self._token}"
            response = yield request
            if not await token_was_refused(response):
                return
            async with self._renewing:
                if self._renewed == renewed:
                    await self._keep((yield self._ask()))
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request

    def _ask(self) -> httpx.Request:
        # As a form, because addresses end up in logs.
        form = {
            "grant_type": "client_credentials",
            "client_id": self._access.client_id,
            "client_secret": self._access.client_secret,
        }
        return httpx.Request("POST", self.token_url, data=form, extensions={"timeout": httpx.Timeout(30).as_dict()})

    async def _keep(self, response: httpx.Response) -> None:
        await response.aread()
        if response.status_code != 200:
            raise refusal(response)
        try:
            answer = response.json()
            self._token = str(answer["access_token"])
            self._ends = self._clock() + float(answer.get("expires_in", 0))
        except (ValueError, KeyError, TypeError):
            raise Later("bad-reply", "the sign-in service gave no token") from None
        self._renewed += 1


async def token_was_refused(response: httpx.Response) -> bool:
    """Whether this answer says 600, 601 or 602. Only a short one can: the others are not parsed twice."""
    await response.aread()
    if response.status_code == 401:
        return True
    if len(response.content) > 2000 or b'"60' not in response.content:
        return False
    try:
        errors = response.json().get("errors") or []
        return any(str(error["code"]) in TOKEN_REFUSED for error in errors)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def refusal(response: httpx.Response) -> SyncFailure:
    """What a refused sign-in means. The words are Marketo's; they hold no secret of ours."""
    if response.status_code == 429 or response.status_code >= 500:
        return Later(f"http-{response.status_code}", "the sign-in service could not answer")
    try:
        answer = response.json()
        code, message = str(answer["error"]), str(answer.get("error_description", ""))
    except (ValueError, KeyError, TypeError):
        code, message = f"http-{response.status_code}", "the sign-in service refused us"
    return PersonMustLook(code, message or "the credentials were refused")
