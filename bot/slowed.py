"""How often a service slowed us down lately, from running totals. Pure."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

LATELY = timedelta(minutes=15)


class Slowed:
    """Remembers what the totals were; they begin at 0 with the process."""

    def __init__(self) -> None:
        self._seen: deque[tuple[datetime, dict[str, int]]] = deque()

    def lately(self, totals: Mapping[str, Mapping[str, int]], now: datetime) -> dict[str, int]:
        """By service, how often within the last quarter of an hour; `totals` are by service and code, up to `now`."""
        summed = {service: sum(met.values()) for service, met in totals.items()}
        self._seen.append((now, summed))
        while len(self._seen) > 1 and now - self._seen[0][0] > LATELY:
            self._seen.popleft()
        before = self._seen[0][1]
        return {service: number - before.get(service, 0) for service, number in summed.items()}
