from datetime import UTC, datetime, timedelta
from itertools import pairwise

from demo.past import LONG_AGO, OUTAGE, moments
from storage.trend import STEP, STEPS

END = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)


def test_the_played_past_covers_the_trend_and_ends_just_now() -> None:
    played = [moment for moment, _ in moments(END - LONG_AGO, END)]
    assert LONG_AGO >= STEP * STEPS
    assert END - timedelta(minutes=10) < played[-1] < END
    assert len(played) < 300


def test_passes_of_the_past_are_a_step_apart_and_fine_where_an_hour_is_looked_at() -> None:
    played = list(moments(END - LONG_AGO, END))
    assert all(later - earlier == step for (earlier, _), (later, step) in pairwise(played))
    assert len([moment for moment, _ in played if END - timedelta(hours=2) < moment]) >= 23


def test_marketo_is_back_long_before_the_end() -> None:
    assert LONG_AGO > OUTAGE[0] > OUTAGE[1] > timedelta(hours=26)
