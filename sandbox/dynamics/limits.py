"""Service protection: three limits per user over sliding windows of 300 s, each refused with 429 and Retry-After.

Windows run on real time, whatever the sandbox's clock says.
"""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.dynamics.refusals import Refusal

WINDOW = 300.0
REQUESTS = 6000
EXECUTION = 1200.0
CONCURRENT = 52
PARALLELISM_HINT = 8


@dataclass
class Protection:
    """Counts what the one user of this sandbox does."""

    monotonic: Callable[[], float] = time.monotonic
    running: int = 0
    started: deque[float] = field(default_factory=deque)
    spent: deque[tuple[float, float]] = field(default_factory=deque)
    total_spent: float = 0.0
    insistence: int = 0
    hint: int = PARALLELISM_HINT

    def check(self) -> None:
        """Raises the 429 that fits, if any. Who keeps pushing is told to wait longer each time."""
        now = self.monotonic()
        self._forget(now)
        if self.running >= CONCURRENT:
            raise self._refusal("0x80072326", f"Number of concurrent requests exceeded the limit of {CONCURRENT}.", 1)
        if len(self.started) >= REQUESTS:
            said = f"Number of requests exceeded the limit of {REQUESTS} over time window of 300 seconds."
            raise self._refusal("0x80072322", said, self.started[0] + WINDOW - now)
        if self.total_spent >= EXECUTION:
            said = (
                "Combined execution time of incoming requests exceeded limit of 1,200,000 milliseconds over time "
                "window of 300 seconds. Decrease number of concurrent requests or reduce the duration of requests "
                "and try again later."
            )
            raise self._refusal("0x80072321", said, self.spent[0][0] + WINDOW - now)
        self.insistence = 0

    def _refusal(self, code: str, message: str, wait: float) -> Refusal:
        seconds = min(math.ceil(max(wait, 1)) + self.insistence, 300)
        self.insistence += 1
        return Refusal(429, code, message, {"Retry-After": str(seconds)})

    def _forget(self, now: float) -> None:
        while self.started and self.started[0] <= now - WINDOW:
            self.started.popleft()
        while self.spent and self.spent[0][0] <= now - WINDOW:
            self.total_spent -= self.spent.popleft()[1]

    def begin(self) -> float:
        now = self.monotonic()
        self.running += 1
        self.started.append(now)
        return now

    def end(self, began: float) -> None:
        now = self.monotonic()
        self.running -= 1
        self.spent.append((now, now - began))
        self.total_spent += now - began

    def headers(self) -> dict[str, str]:
        """What good answers say of the limits, as a diagnosis and not to pace by."""
        return {
            "x-ms-ratelimit-burst-remaining-xrm-requests": str(max(REQUESTS - len(self.started), 0)),
            "x-ms-ratelimit-time-remaining-xrm-requests": f"{max(EXECUTION - self.total_spent, 0):.2f}",
            "x-ms-dop-hint": str(self.hint),
        }
