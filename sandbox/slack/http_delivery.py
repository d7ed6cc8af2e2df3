"""HTTP mode: payloads are POSTed to the app's request URL, signed.

Signature as in slack_sdk/signature: `v0=` + HMAC-SHA256 of `v0:timestamp:body` with the signing secret.
"""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.slack.delivery import ACKNOWLEDGED, NOBODY, PATIENCE, TIMED_OUT, Outcome


def signed_headers(secret: str, body: str, content_type: str, now: float | None = None) -> dict[str, str]:
    """The headers Slack sends with `body`."""
    timestamp = str(int(time.time() if now is None else now))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    }


class HttpDelivery:
    """A road to one request URL."""

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._secret = url, secret

    async def carry(self, kind: str, payload: dict[str, Any], retry: int = 0) -> Outcome:
        body, content_type = _encoded(kind, payload)
        headers = signed_headers(self._secret, body, content_type)
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        try:
            return await self._post(body, headers)
        except TimeoutError:
            return Outcome(TIMED_OUT)
        except ClientError:
            return Outcome(NOBODY)

    async def verify(self) -> bool:
        """Asks the URL to repeat a challenge, as Slack does before it takes a URL for events."""
        challenge = {"type": "url_verification", "token": "demo-verification", "challenge": "sandbox-challenge"}
        outcome = await self.carry("events_api", challenge)
        answer = outcome.answer
        return (answer.get("challenge") if isinstance(answer, dict) else answer) == challenge["challenge"]

    async def _post(self, body: str, headers: dict[str, str]) -> Outcome:
        async with (
            ClientSession(timeout=ClientTimeout(total=PATIENCE)) as session,
            session.post(self._url, data=body.encode(), headers=headers) as response,
        ):
            said = await response.text()
        if response.status >= 300:
            return Outcome("http_service_error" if response.status >= 500 else "http_client_error")
        return Outcome(ACKNOWLEDGED, _understood(said))


def _encoded(kind: str, payload: dict[str, Any]) -> tuple[str, str]:
    """The body as each kind is sent: forms for commands and interactions, JSON for events."""
    form = "application/x-www-form-urlencoded"
    if kind == "slash_commands":
        return urlencode(payload), form
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}), form
    return json.dumps(payload), "application/json"


def _understood(said: str) -> Any:
    try:
        return json.loads(said)
    except ValueError:
        return said
