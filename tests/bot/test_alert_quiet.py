"""When a channel wants to hear nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.alerts.quiet import is_held_back, is_quiet
from storage.alerting import Episode, QuietTime

HOUR = timedelta(hours=1)
SATURDAY = datetime(2026, 11, 28, tzinfo=UTC)


def once(object: str | None = None) -> QuietTime:
    return QuietTime("C0OPS", "U0ADMIN", SATURDAY, object, SATURDAY, SATURDAY + 2 * HOUR)


def weekly(starts: str, ends: str, zone: str = "UTC") -> QuietTime:
    window = {"day": 5, "from": starts, "to": ends}
    return QuietTime("C0OPS", "U0ADMIN", SATURDAY, weekly=window, zone=zone)


@pytest.mark.parametrize(("hour", "quiet"), [(-1, False), (0, True), (1, True), (2, False)])
def test_a_quiet_time_ends_when_it_ends(hour: int, quiet: bool) -> None:
    assert is_quiet([once()], None, SATURDAY + hour * HOUR) == quiet


def test_one_of_an_object_is_of_that_object_alone() -> None:
    assert is_quiet([once("leads")], "leads", SATURDAY)
    assert not is_quiet([once("leads")], "accounts", SATURDAY)
    assert not is_quiet([once("leads")], None, SATURDAY)


@pytest.mark.parametrize(("hour", "quiet"), [(19, False), (20, True), (22, True), (23, False), (20 + 24, False)])
def test_a_weekly_one_comes_on_its_day(hour: int, quiet: bool) -> None:
    assert is_quiet([weekly("20:00", "23:00")], None, SATURDAY + hour * HOUR) == quiet


@pytest.mark.parametrize(("hour", "quiet"), [(1, False), (22, True), (24 + 1, True), (24 + 2, False)])
def test_a_weekly_one_may_go_over_midnight(hour: int, quiet: bool) -> None:
    assert is_quiet([weekly("22:00", "02:00")], None, SATURDAY + hour * HOUR) == quiet


def test_a_weekly_one_is_by_the_clock_of_its_zone() -> None:
    assert is_quiet([weekly("20:00", "23:00", "America/Sao_Paulo")], None, SATURDAY + 23 * HOUR)
    assert not is_quiet([weekly("20:00", "23:00", "America/Sao_Paulo")], None, SATURDAY + 20 * HOUR)


def test_an_episode_is_held_back_where_all_that_it_is_about_is_to_be_quiet() -> None:
    def about(*objects: str) -> Episode:
        members = {name: {"object": name} for name in objects}
        return Episode(7, "C0OPS", "backlog", "warning", SATURDAY, detail={"members": members})

    assert is_held_back(about("leads"), [once("leads")], SATURDAY)
    assert not is_held_back(about("leads", "accounts"), [once("leads")], SATURDAY)
    assert is_held_back(about("leads", "accounts"), [once()], SATURDAY)


def test_a_test_is_never_held_back() -> None:
    asked = Episode(7, "C0OPS", "test", "warning", SATURDAY, snoozed_until=SATURDAY + HOUR)
    assert not is_held_back(asked, [once()], SATURDAY)


def test_a_snoozed_episode_is_held_back_until_then() -> None:
    snoozed = Episode(7, "C0OPS", "quota", "warning", SATURDAY, snoozed_until=SATURDAY + HOUR)
    assert is_held_back(snoozed, [], SATURDAY)
    assert not is_held_back(snoozed, [], SATURDAY + HOUR)
