"""A service that answers from a list, behind httpx's own seam: for what a well-behaved sandbox would never answer."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import httpx

Reply = httpx.Response | httpx.RequestError | Callable[[httpx.Request], httpx.Response]


class Replies(httpx.AsyncBaseTransport):
    """Answers sign-ins by itself (token-1, token-2, …) and everything else from `replies`, in order.

    The last reply is given for ever. A failure of httpx in place of a reply is raised.
    """

    def __init__(self, replies: Iterable[Reply], sign_ins: Iterable[Reply] = (), expires_in: int = 3599) -> None:
        self._replies = list(replies)
        self._sign_ins = list(sign_ins)
        self._expires_in = expires_in
        self.tokens_given = 0
        self.asked: list[httpx.Request] = []
        self.tokens_used: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return self._signed_in(request)
        self.asked.append(request)
        self.tokens_used.append(request.headers["Authorization"].removeprefix("Bearer "))
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        return _given(reply, request)

    def _signed_in(self, request: httpx.Request) -> httpx.Response:
        if self._sign_ins:
            return _given(self._sign_ins.pop(0), request)
        self.tokens_given += 1
        return answer({"access_token": f"token-{self.tokens_given}", "expires_in": self._expires_in})


def _given(reply: Reply, request: httpx.Request) -> httpx.Response:
    if isinstance(reply, httpx.RequestError):
        raise reply
    if isinstance(reply, httpx.Response):
        return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)
    return reply(request)


def answer(body: Any, status: int = 200, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers={"Content-Type": "application/json", **named}, content=json.dumps(body))


def sent(request: httpx.Request) -> Any:
    """The JSON that a request carried."""
    return json.loads(request.content)
