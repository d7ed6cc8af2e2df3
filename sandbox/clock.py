"""The time a sandbox service believes in: real by default, and movable by whoever runs it."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Follows real time at a distance; `set` moves it, `freeze` stops it, `follow` lets it run on from where it is."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._frozen: datetime | None = None

    def now(self) -> datetime:
        """The service's present, in UTC."""
        return self._frozen or datetime.now(UTC) + self._offset

    def set(self, moment: datetime) -> None:
        """Makes it `moment` now; a running clock goes on running from there."""
        if self._frozen:
            self._frozen = moment
        self._offset = moment - datetime.now(UTC)

    def freeze(self) -> None:
        self._frozen = self.now()

    def follow(self) -> None:
        if self._frozen:
            self._offset = self._frozen - datetime.now(UTC)
            self._frozen = None

    def real(self) -> None:
        """Back to real time."""
        self._offset, self._frozen = timedelta(), None
