"""One connection to Marketo's REST API: limits, repeating, and envelopes turned into results or failures."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson

from sync.errors import Later, SyncFailure
from sync.marketo.auth import SignIn
from sync.marketo.codes import QUOTA, RATE, TEMPORARILY_GONE, THROTTLED, failure, is_soon_over, seconds_to_new_quota
from sync.marketo.limits import Pace
from sync.wire import Patience, no_answer, out_of_order

# Marketo itself gives up after 30 s to 120 s, on paging tokens after 300 s ("Integration best practices", "Leads").
TIME_OUT = httpx.Timeout(125, connect=10)
LONG_TIME_OUT = httpx.Timeout(305, connect=10)
LONGEST_QUERY = 6000  # characters; addresses above 8 KB are refused with 414
SAVING_WAIT = 8  # first waits, after a 606: a call's share of the 20 seconds it may take
SUBSCRIPTION_WAIT = 300.0  # seconds, after a 614

Envelope = dict[str, Any]


class Connection:
    """Sends calls to `url` at the given pace, signed in, and repeats those that are worth it.

    `met` counts how often Marketo slowed us down, by code; `made` the calls we made. `failing` is why
    the last call to end got no answer, empty where it got one.
    """

    def __init__(
        self,
        url: str,
        sign_in: SignIn,
        pace: Pace,
        patience: Patience,
        now: Callable[[], datetime],
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self._base = url.rstrip("/") + "/rest/v1/"
        self._bulk = url.rstrip("/") + "/bulk/v1/"
        self._sign_in = sign_in
        self._pace = pace
        self._patience = patience
        self._now = now
        self.met: Counter[str] = Counter()
        self.failing = ""
        self.made = 0
        self._http = httpx.AsyncClient(auth=sign_in, timeout=TIME_OUT, transport=transport)

    async def aclose(self) -> None:
        await self._http.aclose()

    def guard(self, check: Callable[[httpx.Request], Awaitable[None]]) -> None:
        """Has `check` look at every request before it leaves; what it raises keeps the request here."""
        self._http.event_hooks["request"].append(check)

    async def read(self, path: str, asked: Mapping[str, str] | None = None, *, long: bool = False) -> Envelope:
        """The envelope that answers a read; `path` without ".json"."""
        asked = dict(asked or {})
        if len(urlencode(asked)) > LONGEST_QUERY:
            return await self.read_by_form(path, asked)
        time_out = LONG_TIME_OUT if long else TIME_OUT
        request = self._http.build_request("GET", self._address(path), params=asked, timeout=time_out)
        return await self._send(request, write=False)

    async def read_by_form(self, path: str, asked: Mapping[str, str]) -> Envelope:
        """The same for a question that is long, or holds what does not belong into an address, which gets logged."""
        address = self._address(path)
        request = self._http.build_request("POST", address, params={"_method": "GET"}, data=dict(asked))
        return await self._send(request, write=False)

    async def write(self, path: str, body: bytes) -> list[dict[str, Any]]:
        """The results that answer a write of `body`, JSON already."""
        request = self._http.build_request("POST", self._address(path), content=body, headers=JSON)
        return list((await self._send(request, write=True)).get("result") or [])

    async def send_file(self, path: str, asked: Mapping[str, str], file: bytes) -> list[dict[str, Any]]:
        """The results that answer a bulk import of a CSV file."""
        files = {"file": ("people.csv", file, "text/csv")}
        request = self._http.build_request("POST", f"{self._bulk}{path}.json", params=dict(asked), files=files)
        return list((await self._send(request, write=True)).get("result") or [])

    async def read_bulk(self, path: str) -> Envelope:
        """The envelope that tells how a bulk job stands; `path` with its ".json"."""
        return await self._send(self._http.build_request("GET", self._bulk + path), write=False)

    async def write_bulk(self, path: str, body: bytes) -> list[dict[str, Any]]:
        """The results that answer the making or queueing of a bulk extract. It changes nobody, and may be repeated."""
        request = self._http.build_request("POST", self._bulk + path, content=body, headers=JSON)
        return list((await self._send(request, write=False)).get("result") or [])

    async def read_file(self, path: str) -> str:
        """A bulk job's file: text, not JSON. Raises as any read does; a file that is not there is empty."""
        request = self._http.build_request("GET", self._bulk + path)
        return await self._patience.repeat(lambda: self._text(request), lambda failed: isinstance(failed, Later))

    async def _text(self, request: httpx.Request) -> str:
        async with self._pace.slot():
            try:
                response = await self._http.send(request)
            except httpx.RequestError as error:
                raise no_answer(error, write=False) from None
        if response.headers.get("content-type", "").startswith("application/json"):
            self._opened(response, write=False)
            raise Later("bad-reply", "the answer is no file")
        if response.status_code == 404:
            return ""
        if not response.is_success:
            raise failure(f"http-{response.status_code}", response.reason_phrase, write=False)
        return response.text

    def _address(self, path: str) -> str:
        return f"{self._base}{path}.json"

    async def _send(self, request: httpx.Request, *, write: bool) -> Envelope:
        def worth_repeating(failed: SyncFailure) -> bool | float:
            if write and not is_soon_over(failed):
                return False
            if not isinstance(failed, Later) or failed.retry_after is not None:
                return False
            return float(SAVING_WAIT) if failed.code == RATE else True

        return await self._patience.repeat(lambda: self._once(request, write), worth_repeating)

    async def _once(self, request: httpx.Request, write: bool) -> Envelope:
        async with self._pace.slot():
            self.made += 1
            try:
                response = await self._http.send(request)
            except httpx.RequestError as error:
                signing_in = str(error.request.url) == self._sign_in.token_url
                lost = no_answer(error, write=write and not signing_in)
                self.failing = lost.code
                raise lost from None
        self.failing = out_of_order(response)
        return self._opened(response, write)

    def _opened(self, response: httpx.Response, write: bool) -> Envelope:
        if not response.is_success:
            code = f"http-{response.status_code}"
            self._count(code)
            raise failure(code, response.reason_phrase or f"HTTP {response.status_code}", write=write)
        try:
            envelope: Envelope = response.json()
        except ValueError:
            raise Later("bad-reply", "the answer is not JSON", unknown=write) from None
        if not envelope.get("success"):
            raise self._refused(envelope, write)
        return envelope

    def _refused(self, envelope: Envelope, write: bool) -> SyncFailure:
        error = (envelope.get("errors") or [{}])[0]
        code, message = str(error.get("code") or "bad-reply"), str(error.get("message") or "no reason given")
        self._count(code)
        waits = {QUOTA: seconds_to_new_quota(self._now()), TEMPORARILY_GONE: SUBSCRIPTION_WAIT}
        return failure(code, message, write=write, retry_after=waits.get(code))

    def _count(self, code: str) -> None:
        if code in THROTTLED:
            self.met[code] += 1


JSON = {"Content-Type": "application/json"}


def as_json(body: Mapping[str, Any]) -> bytes:
    """Compact UTF-8."""
    return orjson.dumps(body)
