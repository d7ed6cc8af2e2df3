"""A clock that a test moves."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass
class Clock:
    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)
