"""Marketo's limits, shared by everybody who calls the instance: 100 calls in any 20 s, 10 at a time, 50,000 a day.

"Any 20 s" is a rolling window. Refused calls do not fill it, or a client that keeps knocking would never get in again.
"""

from collections import deque

from sandbox.marketo.envelope import Refusal

CALLS_A_WINDOW = 100
WINDOW_SECONDS = 20.0
AT_A_TIME = 10
CALLS_A_DAY = 50_000

UNCOUNTED = frozenset({"601", "602", "604", "605", "608", "611"})
"""Calls answered with these count neither for the quota nor for the window (Marketo, error codes)."""


class Limits:
    """Who may come in. Times are monotonic seconds: rate is about real time, whatever the sandbox's clock says."""

    def __init__(self) -> None:
        self.window: deque[float] = deque()
        self.in_flight = 0

    def admit(self, monotonic: float, used_today: int) -> None:
        """Lets in a call that arrives now, or refuses it: 607, 606 or 615."""
        while self.window and self.window[0] <= monotonic - WINDOW_SECONDS:
            self.window.popleft()
        if used_today >= CALLS_A_DAY:
            raise Refusal("607", f"Daily API Request Limit '{CALLS_A_DAY}' reached")
        if len(self.window) >= CALLS_A_WINDOW:
            raise Refusal("606", f"Max rate limit '{CALLS_A_WINDOW}' exceeded with in '{WINDOW_SECONDS:.0f}' secs")
        if self.in_flight >= AT_A_TIME:
            raise Refusal("615", "Concurrent access limit reached")
        self.window.append(monotonic)

    def forget(self, monotonic: float) -> None:
        """Takes back a call whose answer turned out to be one that does not count."""
        if monotonic in self.window:
            self.window.remove(monotonic)
