"""When a digest is due: once a day or a week, by the clocks of its channel."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.alerts.due import Period, due, last_period, with_missed
from storage.alerting import Subscription

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
BRUSSELS, NEW_YORK = "Europe/Brussels", "America/New_York"


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[misc,arg-type] # year, month, day, hour, minute


def digest(zone: str = BRUSSELS, created_at: datetime = LONG_AGO, **terms: Any) -> Subscription:
    return Subscription("C0OPS", "digest", "U0ADMIN", created_at, terms={"at": "09:00", **terms}, zone=zone)


def sent(wanted: Subscription, at: datetime) -> Subscription:
    return replace(wanted, told_at=at, listed_at=at)


def test_a_daily_digest_is_due_at_its_hour_in_its_zone_and_tells_of_the_day_before() -> None:
    assert due(sent(digest(), utc(2026, 11, 22, 8)), utc(2026, 11, 23, 7, 59)) is None
    assert due(sent(digest(), utc(2026, 11, 22, 8)), utc(2026, 11, 23, 8)) == Period(
        utc(2026, 11, 22, 8), utc(2026, 11, 23, 8)
    )
    assert due(digest(NEW_YORK), utc(2026, 11, 23, 14)) == Period(utc(2026, 11, 22, 14), utc(2026, 11, 23, 14))


def test_what_was_sent_is_not_due_again_before_the_next_day() -> None:
    wanted = sent(digest(), utc(2026, 11, 23, 8, 0))
    assert due(wanted, utc(2026, 11, 23, 8, 1)) is None
    assert due(wanted, utc(2026, 11, 24, 7, 59)) is None
    assert due(wanted, utc(2026, 11, 24, 8)) is not None


def test_a_digest_without_its_list_is_still_due() -> None:
    assert due(replace(digest(), told_at=utc(2026, 11, 23, 8)), utc(2026, 11, 23, 8, 1)) is not None


def test_whoever_subscribes_after_the_hour_hears_tomorrow() -> None:
    wanted = digest(created_at=utc(2026, 11, 23, 10))
    assert due(wanted, utc(2026, 11, 23, 10, 1)) is None
    assert due(wanted, utc(2026, 11, 24, 8)) == Period(utc(2026, 11, 23, 8), utc(2026, 11, 24, 8))


def test_a_weekly_digest_is_due_on_its_weekday_only_and_tells_of_a_week() -> None:
    wanted = sent(digest(every="weekly", weekday=0), utc(2026, 11, 16, 8))
    assert due(wanted, utc(2026, 11, 22, 12)) is None
    assert due(wanted, utc(2026, 11, 23, 8)) == Period(utc(2026, 11, 16, 8), utc(2026, 11, 23, 8))
    friday = sent(digest(every="weekly", weekday=4), utc(2026, 11, 20, 8))
    assert due(friday, utc(2026, 11, 26, 12)) is None
    assert due(friday, utc(2026, 11, 27, 8)) == Period(utc(2026, 11, 20, 8), utc(2026, 11, 27, 8))


def test_a_digest_that_was_missed_is_due_until_it_is_sent_and_the_next_one_tells_of_its_time() -> None:
    daily, monday = sent(digest(), utc(2026, 11, 18, 8)), utc(2026, 11, 23, 8)
    period = due(daily, utc(2026, 11, 24, 7))
    assert period == Period(utc(2026, 11, 22, 8), monday)
    assert with_missed(daily, period, daily.told_at) == Period(utc(2026, 11, 18, 8), monday)
    weekly = sent(digest(every="weekly", weekday=0), utc(2026, 11, 16, 8))
    assert due(weekly, utc(2026, 11, 29, 8)) == Period(utc(2026, 11, 16, 8), monday)


def test_the_first_digest_tells_of_the_day_before_it_was_asked_for_and_of_all_since() -> None:
    wanted = digest(created_at=utc(2026, 11, 20, 10))
    first, late = Period(utc(2026, 11, 20, 8), utc(2026, 11, 21, 8)), Period(utc(2026, 11, 22, 8), utc(2026, 11, 23, 8))
    assert with_missed(wanted, first, None) == first
    assert with_missed(wanted, late, None) == Period(first.start, late.end)


def test_what_was_not_missed_is_not_told_again() -> None:
    day = Period(utc(2026, 11, 22, 8), utc(2026, 11, 23, 8))
    assert with_missed(digest(), day, utc(2026, 11, 22, 8)) == day
    assert with_missed(digest(), day, utc(2026, 11, 23, 3)) == day  # it was another hour's before


@pytest.mark.parametrize(
    ("zone", "before", "after", "hours"),
    [
        (BRUSSELS, utc(2026, 10, 24, 7), utc(2026, 10, 25, 8), 25),
        (BRUSSELS, utc(2026, 3, 28, 8), utc(2026, 3, 29, 7), 23),
        (NEW_YORK, utc(2026, 10, 31, 13), utc(2026, 11, 1, 14), 25),
        (NEW_YORK, utc(2026, 3, 7, 14), utc(2026, 3, 8, 13), 23),
    ],
)
def test_a_day_in_which_the_clocks_change_is_told_as_a_whole(
    zone: str, before: datetime, after: datetime, hours: int
) -> None:
    wanted = sent(digest(zone), before)
    assert due(wanted, after - MINUTE) is None
    assert due(wanted, after) == Period(before, after)
    assert after - before == hours * HOUR


@pytest.mark.parametrize(
    ("zone", "asked", "day", "at"),
    [
        (BRUSSELS, "02:30", utc(2026, 3, 29), utc(2026, 3, 29, 1, 30)),  # left out: it is 03:30 by then
        (BRUSSELS, "02:30", utc(2026, 10, 25), utc(2026, 10, 25, 0, 30)),  # comes twice: the first
        (NEW_YORK, "02:30", utc(2026, 3, 8), utc(2026, 3, 8, 7, 30)),
        (NEW_YORK, "01:30", utc(2026, 11, 1), utc(2026, 11, 1, 5, 30)),
    ],
)
def test_an_hour_that_the_clocks_leave_out_or_repeat_makes_one_digest(
    zone: str, asked: str, day: datetime, at: datetime
) -> None:
    wanted, times = digest(zone, at=asked), []
    for minutes in range(0, 36 * 60, 10):
        now = day - 6 * HOUR + minutes * MINUTE
        if last_period(wanted, now).end not in times:
            times.append(last_period(wanted, now).end)
    assert at in times
    assert len([each for each in times if day <= each < day + 24 * HOUR]) == 1


def test_hour_by_hour_through_a_year_every_day_is_told_once_and_without_a_gap() -> None:
    for zone in (BRUSSELS, NEW_YORK, "Australia/Lord_Howe", "UTC"):
        wanted = sent(digest(zone), LONG_AGO)
        periods: list[Period] = []
        for hours in range(0, 366 * 24, 3):
            if period := due(wanted, utc(2026, 1, 1) + hours * HOUR):
                wanted, periods = sent(wanted, utc(2026, 1, 1) + hours * HOUR), [*periods, period]
        assert len(periods) in (366, 367)
        assert all(one.end == other.start for one, other in pairwise(periods))


def test_a_zone_nobody_knows_is_taken_for_utc() -> None:
    assert last_period(digest("Mars/Olympus"), utc(2026, 11, 23, 9)).end == utc(2026, 11, 23, 9)
