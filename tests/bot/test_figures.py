from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.durations import parse, spell
from bot.figures import clock, compact, hour_heading, last_full_hour

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "words"),
    [("0s", "<1m"), ("59s", "<1m"), ("3m", "3m"), ("2h", "2h"), ("134m", "2h 14m"), ("122h", "5d 2h"), ("1d", "1d")],
)
def test_spans_are_spelled_in_two_units_at_most(span: str, words: str) -> None:
    read = parse(span)
    assert read is not None
    assert spell(read) == words


def test_what_is_no_span_is_not_read_as_one() -> None:
    assert parse("30min") == parse("30 minutes") == parse("0.5 hours") == timedelta(minutes=30)
    assert [parse(text) for text in ("", "h", "2", "2x", "24h later", "2026-11-01")] == [None] * 6


@pytest.mark.parametrize(
    ("number", "words"),
    [(999, "999"), (1_204, "1.2k"), (9_999, "10k"), (204_000, "204k"), (999_999, "1.0M"), (60_000_000, "60M")],
)
def test_large_numbers_have_a_short_form(number: int, words: str) -> None:
    assert compact(number) == words


def test_times_of_another_day_name_it() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert clock(NOW, NOW, berlin) == "15:32"
    assert clock(NOW - timedelta(days=1), NOW, berlin) == "22 Nov 15:32"


@pytest.mark.parametrize(
    ("now", "zone", "heading", "start", "minutes"),
    [
        ("2026-11-23T14:32Z", "UTC", "13:00–14:00", "2026-11-23T13:00Z", 60),
        ("2026-11-23T14:00Z", "UTC", "13:00–14:00", "2026-11-23T13:00Z", 60),
        ("2026-11-23T14:32Z", "Asia/Kolkata", "19:00–20:00", "2026-11-23T13:30Z", 60),
        ("2026-11-23T14:32Z", "Asia/Kathmandu", "19:00–20:00", "2026-11-23T13:15Z", 60),
        ("2026-11-23T00:10Z", "UTC", "23:00–00:00", "2026-11-22T23:00Z", 60),
        # Berlin, clocks go back at 03:00 CEST: 02:00–03:00 comes twice, an hour each.
        ("2026-10-25T01:30Z", "Europe/Berlin", "02:00–03:00", "2026-10-25T00:00Z", 60),
        ("2026-10-25T02:30Z", "Europe/Berlin", "02:00–03:00", "2026-10-25T01:00Z", 60),
        # Berlin, clocks go forward at 02:00 CET: there is no 02:00–03:00.
        ("2026-03-29T01:30Z", "Europe/Berlin", "01:00–02:00", "2026-03-29T00:00Z", 60),
        # Lord Howe Island goes back by half an hour: 01:30–02:00 comes twice.
        ("2026-04-04T15:40Z", "Australia/Lord_Howe", "01:30–02:00", "2026-04-04T15:00Z", 30),
    ],
)
def test_the_last_full_hour_is_the_readers(now: str, zone: str, heading: str, start: str, minutes: int) -> None:
    began, ended = last_full_hour(datetime.fromisoformat(now), ZoneInfo(zone))
    assert began == datetime.fromisoformat(start)
    assert ended - began == timedelta(minutes=minutes)
    assert hour_heading(began, ZoneInfo(zone)) == heading


@given(
    some.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 # the zone is put on below
    some.sampled_from(["America/St_Johns", "Asia/Kathmandu", "Europe/Berlin", "Pacific/Chatham", "UTC"]),
)
def test_the_last_full_hour_is_over_and_less_than_two_hours_ago(moment: datetime, zone: str) -> None:
    now = moment.replace(tzinfo=UTC)
    start, end = last_full_hour(now, ZoneInfo(zone))
    assert start < end <= now < end + timedelta(hours=1, minutes=1)
