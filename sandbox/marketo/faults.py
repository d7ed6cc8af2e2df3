"""Calls that fail for now, in every way Marketo's do; half of them take effect all the same and lose their reply."""

import random
from dataclasses import dataclass

from aiohttp import web

MESSAGES = {
    "502": "Bad Gateway",
    "604": "Request timed out",
    "606": "Max rate limit '100' exceeded with in '20' secs",
    "608": "API Temporarily Unavailable",
    "611": "System error",
    "615": "Concurrent access limit reached",
    "713": "Transient Error",
}
HTTP_503, DROPPED = "http-503", "dropped"

NOT_EXECUTED = ["606", "608", "611", "615", "713", "604", "502", HTTP_503, DROPPED]
MAYBE_EXECUTED = ["604", "502", HTTP_503, DROPPED]
"""606, 608 and 615 promise that nothing was done, so a call that took effect never ends in them."""


@dataclass(frozen=True)
class Fault:
    kind: str
    takes_effect: bool


def draw(chance: random.Random, rate: float) -> Fault | None:
    """A fault for this call, with probability `rate`."""
    if not rate or chance.random() >= rate:
        return None
    takes_effect = chance.random() < 0.5
    return Fault(chance.choice(MAYBE_EXECUTED if takes_effect else NOT_EXECUTED), takes_effect)


def dropped(request: web.Request) -> web.Response:
    """Closes the connection without a word; the response that is returned finds nobody to be sent to."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
