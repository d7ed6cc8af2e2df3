"""The wire between the engine and the services, where journeys make things happen at the worst moment."""

from collections.abc import Awaitable, Callable, Collection

import httpx


class Watch(httpx.AsyncHTTPTransport):
    """The wire to a service. What `interrupt` is set to happens once, just before the next write leaves.

    The next `lose` writes arrive, and then the pass dies of a RuntimeError, which is none that any client expects.
    The next write that is `to_hold` times out on its way, and arrives with `deliver`. Dynamics shows no rows that are
    `hidden`, by their ids. Calls to addresses with what is `refused` in them are answered with 603. `passing` is told
    of every call that leaves, and of every reply that came.
    """

    passing: Callable[[], None] | None = None

    interrupt: Callable[[], Awaitable[None]] | None = None
    lose = 0
    to_hold = False
    held: httpx.Request | None = None
    hidden: Collection[str] = ()
    refused = ""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._pass()
        if self.refused and self.refused in request.url.path:
            return httpx.Response(200, json={"success": False, "errors": [{"code": "603", "message": "Access denied"}]})
        is_write = is_write_request(request)
        happening = self.interrupt
        if happening and is_write:
            self.interrupt = None
            await happening()
        if is_write and self.to_hold:
            self.to_hold, self.held = False, request
            raise httpx.ReadTimeout("held on its way", request=request)
        response = await super().handle_async_request(request)
        self._pass()
        if is_write and self.lose:
            self.lose -= 1
            await response.aread()
            await response.aclose()
            raise RuntimeError("the process dies here")
        return await self._without_hidden(response) if self.hidden and request.method == "GET" else response

    def _pass(self) -> None:
        if self.passing:
            self.passing()

    async def _without_hidden(self, response: httpx.Response) -> httpx.Response:
        await response.aread()
        page = response.json()
        if not isinstance(page.get("value"), list):
            return response
        page["value"] = [row for row in page["value"] if not set(self.hidden) & set(map(str, row.values()))]
        return httpx.Response(response.status_code, json=page)

    async def deliver(self) -> None:
        """What was held arrives at last."""
        assert self.held is not None
        response = await super().handle_async_request(self.held)
        await response.aread()
        await response.aclose()


def is_write_request(request: httpx.Request) -> bool:
    if request.method not in ("POST", "PATCH", "DELETE"):
        return False
    return "_method=GET" not in str(request.url) and "token" not in request.url.path
