"""Slack's rate limits (docs.slack.dev/apis/web-api/rate-limits): tiers per method, and a message a second per channel.

A tier is "N+ per minute" with bursts that Slack does not put into figures; here a burst of BURST calls beyond an even
flow of N per minute is let through for the slow tiers, and a full minute's worth for the others.
"""

import math
import time

from sandbox.slack.refusals import RateLimited

PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
BURST = {1: 10, 2: 20, 3: 50, 4: 100}


class Limits:
    """Counts calls by real time, whatever the sandbox's clock says."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}

    def method(self, name: str, tier: int) -> None:
        """Counts one call; raises RateLimited when the tier's share is used up."""
        if tier:
            self._take(name, PER_MINUTE[tier] / 60, BURST[tier])

    def message(self, channel: str) -> None:
        """Counts one posted message; a second one within the second is refused."""
        self._take(f"message in {channel}", 1.0, 1)

    def _take(self, name: str, per_second: float, most: float) -> None:
        now = time.monotonic()
        left, then = self._left.get(name, (most, now))
        left = min(most, left + (now - then) * per_second)
        if left < 1:
            self._left[name] = (left, now)
            raise RateLimited(math.ceil((1 - left) / per_second))
        self._left[name] = (left - 1, now)
