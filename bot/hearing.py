"""Whether Slack reaches us, and since when: what the ears note and the health report reads."""

from collections.abc import Callable
from datetime import datetime, timedelta

# Slack recycles every socket now and then and the SDK opens another within seconds; that is no news.
DEAD_AFTER = timedelta(seconds=30)


class Hearing:
    """One process's ear. Every moment is `now`'s; None where it has not come yet.

    `opened_at` is when the socket that is open was greeted, `lost_at` when it was found closed (or when we began to
    try), `heard_at` when the last command, press or event came, over whatever road.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.by_socket = True
        self.opened_at: datetime | None = None
        self.lost_at: datetime | None = now()
        self.heard_at: datetime | None = None

    def opened(self) -> None:
        self.opened_at, self.lost_at = self._now(), None

    def heard(self) -> None:
        self.heard_at = self._now()

    def found(self, is_open: bool) -> None:
        """What a look at the socket found."""
        if is_open:
            self.lost_at = None
            self.opened_at = self.opened_at or self._now()
        elif self.lost_at is None:
            self.opened_at, self.lost_at = None, self._now()

    def over_http(self) -> None:
        """Slack calls us, and there is no socket to lose."""
        self.by_socket, self.opened_at, self.lost_at = False, self._now(), None

    @property
    def is_dead(self) -> bool:
        return self.lost_at is not None and self._now() - self.lost_at >= DEAD_AFTER
