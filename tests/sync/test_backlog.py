from datetime import UTC, datetime, timedelta

import pytest

from storage.turn import Turn
from sync.backlog import Thresholds, subject_of, turn_of

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
HOUR = timedelta(hours=1)
AT = Thresholds(backlog=1000, oldest=2 * HOUR)
LATE = Turn(subject_of("leads"), "late", NOW - HOUR, {})
WELL = Turn(subject_of("leads"), "well", NOW - HOUR, {})


@pytest.mark.parametrize(
    ("backlog", "oldest", "last", "state"),
    [
        (0, None, None, None),
        (1000, 2 * HOUR, None, None),
        (1001, None, None, "late"),
        (1, 2 * HOUR + timedelta(seconds=1), None, "late"),
        (1001, HOUR, WELL, "late"),
        (1001, HOUR, LATE, None),
        (900, HOUR, LATE, None),
        (801, HOUR, LATE, None),
        (800, HOUR, LATE, "well"),
        (800, timedelta(minutes=96), LATE, None),
        (1, timedelta(minutes=95), LATE, "well"),
        (0, None, LATE, "well"),
        (900, HOUR, WELL, None),
    ],
)
def test_an_object_turns_late_above_a_threshold_and_well_clearly_below_it(
    backlog: int, oldest: timedelta | None, last: Turn | None, state: str | None
) -> None:
    turn = turn_of("leads", backlog, oldest, AT, last, NOW)
    assert (turn.state if turn else None) == state


def test_a_turn_says_what_how_many_and_how_old() -> None:
    turn = turn_of("leads", 5, 3 * HOUR, AT, None, NOW)
    assert turn == Turn("backlog:leads", "late", NOW, {"object": "leads", "backlog": 5, "oldest_seconds": 10800})
