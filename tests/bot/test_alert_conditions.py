"""From look to look: nothing speaks before it has held, nor recovers before it has been well for long enough."""

from datetime import timedelta

from bot.alerts.conditions import is_forgotten, step
from bot.alerts.readings import ELSEWHERE, UNKNOWN, Band, Reading
from storage.alerting import Condition
from tests.bot.watching import CRITICAL, MINUTE, NOW, WARNING, WELL

LEAVING = Band("well", "warning")
FIVE, TEN = 5 * MINUTE, 10 * MINUTE


def reading(band: Band, **given: object) -> Reading:
    usual = {"held_for": FIVE, "rests_for": TEN, **given}
    return Reading("backlog", "leads", band, **usual)  # type: ignore[arg-type]


def after(*looks: tuple[int, Band], **given: object) -> Condition:
    """The condition after these looks, each so many minutes past NOW."""
    found: Condition | None = None
    for minute, band in looks:
        found = step("C0OPS", found, reading(band, **given), NOW + minute * MINUTE)
    assert found is not None
    return found


def test_what_is_bad_speaks_once_it_held_for_its_time_and_says_since_when_it_was() -> None:
    assert after((0, WARNING), (4, WARNING)).level == "well"
    spoken = after((0, WARNING), (5, WARNING))
    assert (spoken.level, spoken.since) == ("warning", NOW)


def test_what_was_well_in_between_has_to_hold_anew() -> None:
    assert after((0, WARNING), (4, WELL), (5, WARNING), (9, WARNING)).level == "well"


def test_between_both_thresholds_nothing_turns() -> None:
    bad = ((0, WARNING), (5, WARNING))
    assert after((0, LEAVING), (9, LEAVING)).level == "well"
    assert after(*bad, (6, LEAVING), (60, LEAVING)).level == "warning"


def test_what_is_well_has_recovered_once_it_was_so_for_its_time() -> None:
    bad = ((0, WARNING), (5, WARNING))
    assert after(*bad, (10, WELL), (19, WELL)).level == "warning"
    spoken = after(*bad, (10, WELL), (20, WELL))
    assert (spoken.level, spoken.since) == ("well", NOW + TEN)


def test_what_swings_between_warning_and_critical_is_a_warning() -> None:
    assert after((0, WARNING), (2, CRITICAL), (4, WARNING), (5, CRITICAL)).level == "warning"


def test_what_gets_worse_keeps_since_when_it_is_bad() -> None:
    worse = after((0, WARNING), (5, WARNING), (6, CRITICAL), (11, CRITICAL))
    assert (worse.level, worse.since) == ("critical", NOW)


def test_what_is_known_to_have_begun_before_we_looked_held_since_then() -> None:
    assert after((0, CRITICAL), since=NOW - FIVE).level == "critical"


def test_what_cannot_be_known_now_stays_as_it_was() -> None:
    bad = after((0, WARNING), (5, WARNING))
    assert step("C0OPS", bad, reading(UNKNOWN), NOW + 60 * MINUTE) == bad


def test_what_could_not_be_known_in_between_has_not_held_all_the_time() -> None:
    assert after((0, WARNING), (1, UNKNOWN), (180, WARNING)).level == "well"
    assert after((0, WARNING), (1, UNKNOWN), (180, WARNING), (185, WARNING)).level == "warning"
    recovering = after((0, WARNING), (5, WARNING), (6, WELL), (7, UNKNOWN), (16, WELL))
    assert (recovering.level, recovering.heading) == ("warning", "well")


def test_a_look_by_a_process_that_cannot_read_it_changes_nothing() -> None:
    heading = after((0, WARNING))
    assert step("C0OPS", heading, reading(ELSEWHERE), NOW + 4 * MINUTE) == heading


def test_what_may_not_speak_again_for_a_day_does_not() -> None:
    day = timedelta(days=1)
    told = after((0, WARNING), (5, WARNING), (6, WELL), (16, WELL), (20, WARNING), (60, WARNING), again_after=day)
    assert told.level == "well"
    assert not is_forgotten(told, day, NOW + day)
    assert is_forgotten(told, day, NOW + 6 * MINUTE + day)


def test_what_is_well_is_forgotten_and_what_is_heading_somewhere_is_not() -> None:
    assert is_forgotten(after((0, WELL)), timedelta(), NOW)
    assert not is_forgotten(after((0, WARNING)), timedelta(), NOW)
