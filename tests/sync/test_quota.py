"""The plan for the day's calls: retries, the time between passes, and the share of the others."""

from datetime import UTC, datetime, timedelta

from sync.quota import LONGEST, Allowance, Plan, plan

ALLOWANCE = Allowance(daily=50_000, reserved=0.2)
NOON = datetime(2026, 11, 23, 18, tzinfo=UTC)  # in Chicago, where the day has twelve hours left
MINUTE = 60.0


def at(used: int | None, a_pass: float = 1, hours_left: float = 12) -> Plan:
    return plan(used, ALLOWANCE, a_pass, MINUTE, NOON + timedelta(hours=12 - hours_left))


def test_nothing_is_held_back_while_most_of_the_day_is_left_or_nobody_knows() -> None:
    assert at(10_000, a_pass=100) == Plan(0.2)
    assert at(None) == Plan()


def test_automatic_retries_stop_above_three_quarters_of_the_day() -> None:
    assert at(37_499).retries
    assert not at(37_500).retries


def test_nothing_more_is_called_when_only_the_share_of_others_is_left() -> None:
    assert at(39_999).calls
    assert not at(40_000).calls


def test_with_no_share_set_aside_all_of_the_day_is_ours() -> None:
    everything = Allowance(50_000, reserved=0)
    assert plan(49_999, everything, 1, MINUTE, NOON).calls
    assert not plan(50_000, everything, 1, MINUTE, NOON).calls


def test_passes_stretch_so_that_what_is_left_lasts_until_midnight_in_chicago() -> None:
    # 720 passes of 20 calls each need 14,400; there are 7,200
    assert at(32_800, a_pass=20).stretch == 2
    assert at(32_800, a_pass=20, hours_left=6).stretch == 1


def test_passes_that_need_little_do_not_stretch() -> None:
    assert at(36_000, a_pass=2).stretch == 1


def test_passes_do_not_stretch_while_a_fifth_of_ours_is_left() -> None:
    assert at(31_999, a_pass=1000).stretch == 1
    assert at(32_000, a_pass=1000).stretch > 1


def test_passes_never_stretch_for_ever() -> None:
    assert at(39_999, a_pass=1000).stretch == LONGEST
