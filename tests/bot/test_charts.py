from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as some

from bot.charts import curve, sparkline
from sandbox.slack.block_rules import complaints_about
from storage.trend import STEPS, Peaks
from tests.objects import OBJECTS

END = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
SEEN: Peaks = tuple(range(STEPS))


def test_a_chart_has_one_point_for_each_six_hours_with_the_highest_of_them() -> None:
    drawn = curve({"Leads": SEEN}, END, UTC).native
    assert drawn is not None
    (series,) = drawn["chart"]["series"]
    assert len(series["data"]) == 20
    assert series["data"][0] == {"label": "18 Nov 15:00", "value": 2}
    assert series["data"][-1] == {"label": "09:00", "value": 59}


def test_letters_have_one_bar_for_each_four_hours_and_stand_on_a_phone() -> None:
    drawn = curve({"Opportunities": SEEN, "Leads": (None,) * 58 + (1, 0)}, END, UTC).letters.splitlines()
    assert drawn[0] == "Opportunities  ▂▂▂▂▂▂▃▃▃▃▃▄▄▄▄▅▅▅▅▆▆▆▆▇▇▇▇███"
    assert drawn[1] == f"Leads          {'·' * 29}█"
    assert drawn[-1] == "· where nobody looked"
    assert max(map(len, drawn)) <= 45


def test_anything_at_all_stands_above_nothing() -> None:
    assert sparkline((0, 1, 1000, None)) == "▁▂█·"
    assert sparkline((0, 0)) == "▁▁"


def test_where_nobody_looked_there_is_nothing_to_draw_and_it_is_said() -> None:
    for lines in ({}, {"Leads": (None,) * STEPS}):
        drawn = curve(lines, END, UTC)
        assert (drawn.letters, drawn.native) == ("Nobody has looked at the backlog yet.", None)


def test_a_single_moment_makes_no_chart() -> None:
    assert curve({"Leads": (None,) * 59 + (3,)}, END, UTC).native is None


def test_what_is_left_out_of_a_chart_is_said() -> None:
    drawn = curve({f"Object {number}": (number,) * STEPS for number in range(8)}, END, UTC)
    assert drawn.letters.endswith("2 more are not drawn.")
    assert "Object 0" not in drawn.letters


@given(
    some.dictionaries(
        some.sampled_from([one.name for one in OBJECTS]),
        some.lists(some.none() | some.integers(0, 10**9), min_size=STEPS, max_size=STEPS).map(tuple),
    ),
    some.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 # the zone is put on below
    some.sampled_from(["America/St_Johns", "Asia/Kathmandu", "Europe/Berlin", "Australia/Lord_Howe"]),
)
def test_every_chart_is_one_that_slack_takes(lines: dict[str, Peaks], moment: datetime, zone: str) -> None:
    end = moment.replace(minute=0, second=0, microsecond=0, tzinfo=UTC) + timedelta(minutes=30)
    drawn = curve(lines, end, ZoneInfo(zone)).native
    assert drawn is None or complaints_about([drawn], "message") == []
