from datetime import timedelta

import pytest

from sync.backlog import Thresholds, is_late

HOUR = timedelta(hours=1)
AT = Thresholds(backlog=1000, oldest=2 * HOUR)


@pytest.mark.parametrize(
    ("backlog", "oldest", "late"),
    [
        (0, None, False),
        (1000, 2 * HOUR, False),
        (1001, None, True),
        (1, 2 * HOUR + timedelta(seconds=1), True),
    ],
)
def test_an_object_is_late_above_either_threshold(backlog: int, oldest: timedelta | None, late: bool) -> None:
    assert is_late(backlog, oldest, AT) == late
