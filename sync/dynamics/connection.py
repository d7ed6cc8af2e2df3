"""One connection to the Dataverse Web API: headers, limits, repeating, and answers turned into JSON or failures."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx
import orjson

from sync.dynamics.auth import SignIn
from sync.dynamics.batch import Answer, Operation, content_type, read_batch, write_batch
from sync.dynamics.codes import THROTTLED, failure, is_breakdown
from sync.dynamics.limits import LONGEST_PAUSE, Gate
from sync.errors import Later, SyncFailure
from sync.wire import Patience, no_answer, out_of_order

API = "/api/data/v9.2/"
ALWAYS = {"Accept": "application/json", "OData-Version": "4.0", "OData-MaxVersion": "4.0", "If-None-Match": "null"}
TIME_OUT = httpx.Timeout(125, connect=10)  # Dataverse gives up on a message after two minutes
PAUSE = 5.0  # seconds, for a 429 that names no Retry-After


class Connection:
    """Sends calls to `url` through `gate`, signed in by `sign_in`, and repeats those that are worth it.

    `met` counts how often Dataverse slowed us down, by code. `failing` is why
    the last call to end got no answer, empty where it got one.
    """

    def __init__(
        self, url: str, sign_in: SignIn, gate: Gate, patience: Patience, transport: httpx.AsyncBaseTransport | None
    ) -> None:
        self._base = url.rstrip("/") + API
        self._sign_in = sign_in
        self._gate = gate
        self._patience = patience
        self.met: Counter[str] = Counter()
        self.failing = ""
        self._http = httpx.AsyncClient(auth=sign_in, headers=ALWAYS, timeout=TIME_OUT, transport=transport)

    async def aclose(self) -> None:
        await self._http.aclose()

    def guard(self, check: Callable[[httpx.Request], Awaitable[None]]) -> None:
        """Has `check` look at every request before it leaves; what it raises keeps the request here."""
        self._http.event_hooks["request"].append(check)

    def is_ours(self, address: str) -> bool:
        """Whether a stored link leads to this environment: another one must never be sent our token.

        Dataverse answers under `{org}.crm.…` and `{org}.api.crm.…` alike, and may use either in its links.
        """
        ours, theirs = httpx.URL(self._base), httpx.URL(address)
        return (theirs.scheme, theirs.port) == (ours.scheme, ours.port) and _org(theirs.host) == _org(ours.host)

    async def get(self, path: str, params: Mapping[str, str] | None = None, prefer: Sequence[str] = ()) -> Any:
        """The JSON at `path`, which is relative to the API or a whole address, taken verbatim."""
        request = self._http.build_request("GET", self._address(path, params), headers=_preferring(prefer))
        return _json(await self._send(request, write=False), write=False)

    async def post(self, path: str, body: dict[str, Any], headers: Mapping[str, str]) -> Any:
        """The JSON that answers a write."""
        request = self._http.build_request("POST", self._base + path, json=body, headers=headers)
        return _json(await self._send(request, write=True), write=True)

    async def batch(self, operations: Sequence[Operation]) -> list[Answer]:
        """Runs writes as one $batch with continue-on-error; one answer per operation as far as they were answered."""
        headers = {"Content-Type": content_type(), **_preferring(["odata.continue-on-error"])}
        request = self._http.build_request("POST", self._base + "$batch", content=write_batch(operations))
        request.headers.update(headers)
        response = await self._send(request, write=True)
        try:
            return read_batch(response.headers.get("content-type", ""), response.content)
        except ValueError as error:
            raise Later("bad-reply", str(error), unknown=True) from None

    def _address(self, path: str, params: Mapping[str, str] | None) -> httpx.URL:
        address = httpx.URL(path if path.startswith(("http://", "https://")) else self._base + path)
        return address.copy_merge_params(params) if params else address

    async def _send(self, request: httpx.Request, *, write: bool) -> httpx.Response:
        def worth_repeating(failed: SyncFailure) -> bool | float:
            if not isinstance(failed, Later) or failed.unknown or (failed.retry_after or 0) > LONGEST_PAUSE:
                return False
            if write and is_breakdown(failed):  # of the same rows, and with the same end: their writer takes them apart
                return False
            return 0.0 if failed.code in THROTTLED else True  # the gate waits for a throttle, for everybody

        return await self._patience.repeat(lambda: self._once(request, write), worth_repeating)

    async def _once(self, request: httpx.Request, write: bool) -> httpx.Response:
        async with self._gate.slot():
            try:
                response = await self._http.send(request)
            except httpx.RequestError as error:
                signing_in = str(error.request.url) == self._sign_in.token_url
                lost = no_answer(error, write=write and not signing_in)
                self.failing = lost.code
                raise lost from None
        self.failing = out_of_order(response)
        if response.is_success or _is_batch_reply(response):
            self._gate.answered(response.headers.get("x-ms-dop-hint"))
            return response
        failed = _failure_of(response, write)
        if failed.code in THROTTLED and isinstance(failed, Later):
            self.met[failed.code] += 1
            self._gate.close_for(failed.retry_after or PAUSE, failed.code)
        raise failed


def _org(host: str) -> str:
    return host.replace(".api.", ".", 1)


def _preferring(prefer: Sequence[str]) -> dict[str, str]:
    return {"Prefer": ",".join(prefer)} if prefer else {}


def _is_batch_reply(response: httpx.Response) -> bool:
    """A batch that stopped answers 400 and holds, as multipart, the answers up to there."""
    return response.status_code == 400 and response.headers.get("content-type", "").startswith("multipart/")


def _json(response: httpx.Response, *, write: bool) -> Any:
    if not response.content:
        return {}
    try:
        return orjson.loads(response.content)
    except ValueError:
        return _odd_json(response, write=write)


def _odd_json(response: httpx.Response, *, write: bool) -> Any:
    """Half a surrogate pair in somebody's name is no valid JSON, but Dataverse sends it; Python reads it."""
    try:
        return response.json()
    except ValueError:
        raise Later("bad-reply", "the answer is not JSON", unknown=write) from None


def _failure_of(response: httpx.Response, write: bool) -> SyncFailure:
    try:
        body = json.loads(response.content)
    except ValueError:
        body = {}
    return answered_failure(Answer(response.status_code, response.headers, body), write=write)


def answered_failure(answer: Answer, *, write: bool) -> SyncFailure:
    """What an error answer means, be it to a call of its own or to one operation of a batch."""
    told = answer.body.get("error") if isinstance(answer.body, dict) else None
    told = told if isinstance(told, dict) else {}
    message = str(told.get("message") or f"HTTP {answer.status}")
    wait = _seconds(answer.headers.get("retry-after"))
    return failure(answer.status, str(told.get("code") or ""), message, write=write, retry_after=wait)


def _seconds(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
