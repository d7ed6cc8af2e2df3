"""What the instance tells of its own use: calls per user and errors per code, by day (US Central)."""

from collections import Counter, defaultdict
from datetime import date, timedelta

from sandbox.marketo.envelope import Json


class Usage:
    def __init__(self) -> None:
        self.calls: defaultdict[date, Counter[str]] = defaultdict(Counter)
        self.errors: defaultdict[date, Counter[str]] = defaultdict(Counter)

    def used(self, day: date) -> int:
        return self.calls[day].total()

    def calls_on(self, day: date) -> Json:
        users = [{"userId": user, "count": count} for user, count in self.calls[day].items()]
        return {"date": day.isoformat(), "total": self.calls[day].total(), "users": users}

    def errors_on(self, day: date) -> Json:
        errors = [{"errorCode": code, "count": count} for code, count in self.errors[day].items()]
        return {"date": day.isoformat(), "total": self.errors[day].total(), "errors": errors}


def last_seven(day: date) -> list[date]:
    return [day - timedelta(days=ago) for ago in range(7)]
