"""What a digest says, drawn from values."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.alerts.digest import Digest, draw
from bot.alerts.due import Period
from bot.answers import Answer
from bot.standing import Picture
from storage.changes import DIRECTIONS
from storage.error_groups import Group
from storage.history import Lane, Pass, Service
from storage.trend import STEPS, Trend
from sync.backlog import Thresholds

NOW = datetime(2026, 11, 23, 9, 0, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAMES = ("users", "accounts", "leads", "contacts", "opportunities")
END = NOW.replace(second=0)


SUNDAY = date(2026, 11, 22)
CALLS: dict[str, Any] = {
    "calls": {SUNDAY: 31_000, date(2026, 11, 23): 1204, date(2026, 11, 21): 40_000},
    "daily_calls": 50_000,
}


def picture(**lanes: Any) -> Picture:
    """All live and in step; `leads={…}` says what else its lane to Marketo holds."""
    standing = [
        Lane(name, way, live=True, **(lanes.get(name, {}) if way == "to-marketo" else {}))
        for name in NAMES
        for way in DIRECTIONS
    ]
    services = [Service("dynamics", NOW), Service("marketo", NOW)]
    return Picture(NOW, UTC, standing, services, dict.fromkeys(NAMES, NOW), Pass(NOW, NOW, NOW), {}, Thresholds(9, DAY))


def digest(**given: Any) -> Digest:
    quiet = Digest(Period(END - DAY, END), picture(), {}, 0, [], Trend(NOW, (0,) * STEPS, {}))
    return replace(quiet, **given)


def busy(**given: Any) -> Digest:
    """A day on which much was synced, some of it failed, and some of it waits."""
    synced = {("leads", "to-marketo"): 123_456, ("leads", "to-dynamics"): 7, ("contacts", "to-marketo"): 40}
    waiting = {"waiting": {"insert": 4, "update": 1}, "oldest": {"insert": NOW - 3 * HOUR}}
    groups = [Group("1003", ("leads",), 31, 4, NOW - 2 * DAY), Group("odd", ("contacts",), 2, 2, NOW - HOUR)]
    rising = Trend(NOW, tuple(range(STEPS)), {"leads": tuple(range(STEPS)), "contacts": (0,) * STEPS})
    usual = {"synced": synced, "failed": 9, "groups": groups, "trend": rising, "picture": picture(leads=waiting)}
    return digest(**{**usual, **given})


def drawn(answer: Answer) -> str:
    return str(answer.blocks)


def test_nothing_to_say_is_one_line() -> None:
    answer = draw(digest(**CALLS))
    assert answer.text == (
        "Daily digest, Sun 22 Nov 09:00 to Mon 23 Nov 09:00: nothing was synced, nothing waits, nothing failed. IN STEP"
    )
    assert len(answer.blocks) == 1


def test_an_alert_that_is_open_is_something_to_say() -> None:
    assert "1 alert is open in this channel" in draw(digest(alerts=1)).text


def test_it_begins_with_its_period_and_the_verdict() -> None:
    assert draw(busy()).text.startswith("Daily digest, Sun 22 Nov 09:00 to Mon 23 Nov 09:00\nIN STEP\n")
    late = {"waiting": {"update": 10}, "oldest": {"update": NOW - 2 * DAY}}
    assert "BEHIND  Leads: oldest 2d" in draw(busy(picture=picture(leads=late))).text


def test_a_week_is_called_a_week_also_when_its_clocks_changed() -> None:
    week = Period(END - 7 * DAY - HOUR, END)
    assert draw(busy(period=week, weekly=True)).text.startswith("Weekly digest, Mon 16 Nov 08:00 to Mon 23 Nov 09:00")


def test_one_that_comes_late_says_so() -> None:
    missed = Period(END - DAY - 3 * HOUR, END - 3 * HOUR)
    assert "to Mon 23 Nov 06:00 · late by 3h" in draw(busy(period=missed)).text


def test_what_was_synced_each_way_and_what_waits_stand_in_a_table_that_fits_a_phone() -> None:
    table = draw(busy()).text.split("```")[1].strip()
    assert max(len(line) for line in table.splitlines()) <= 45
    leads = next(line for line in table.splitlines() if line.startswith("Leads"))
    assert leads.split() == ["Leads", "123,456", "7", "5", "3h"]
    assert table.splitlines()[-1].split() == ["Total", "123,496", "7", "5", "3h"]


def test_the_table_fits_a_phone_however_large_the_figures() -> None:
    many = {(name, way): 12_345_678 for name in NAMES for way in DIRECTIONS}
    waiting = {"waiting": {"update": 9_876_543}, "oldest": {"update": NOW - 30 * DAY}}
    table = draw(busy(synced=many, picture=picture(opportunities=waiting))).text.split("```")[1].strip()
    assert max(len(line) for line in table.splitlines()) <= 45


def test_the_backlogs_rise_is_a_chart_and_the_same_in_letters() -> None:
    answer = draw(busy())
    (chart,) = [block for block in answer.native.values() if block["type"] == "data_visualization"]
    assert [one["name"] for one in chart["chart"]["series"]] == ["Leads"]
    assert "Leads  ▁" in answer.text or "Leads  ▂" in answer.text


def test_where_nothing_ever_waited_the_chart_is_the_totals() -> None:
    assert "Total  ▁▁▁▁" in draw(busy(trend=Trend(NOW, (0,) * STEPS, {"leads": (0,) * STEPS}))).text


def test_errors_stand_by_cause_with_what_to_do() -> None:
    said = draw(busy()).text
    assert "9 records failed in this time; 33 errors are open, by cause:" in said
    assert "1003  31 open · 4 new · oldest first failed 2d ago\nLeads – Marketo refuses a value" in said
    assert "odd  2 open · 2 new · oldest first failed 1h ago\nContacts – Not a code I know" in said


def test_counts_that_stop_say_that_they_do() -> None:
    groups = [Group("1003", ("leads",), 10_001, 10_001, NOW - DAY)]
    said = draw(busy(failed=40_000, groups=groups)).text
    assert "10,000+ records failed in this time; 10,000+ errors are open" in said


def test_what_failed_and_was_resolved_since_is_told_too() -> None:
    assert "9 records failed in this time; no errors are open." in draw(busy(groups=[])).text


def test_many_codes_are_cut_and_their_number_is_told() -> None:
    groups = [Group(f"{code}", ("leads",), 3, 0, NOW - DAY) for code in range(700, 730)]
    answer = draw(busy(groups=groups))
    assert "… and 22 more codes" in answer.text
    assert len(answer.blocks) < 50


def test_the_quota_is_told_of_the_last_whole_day_and_of_the_one_under_way() -> None:
    assert "Marketo calls: 1,204 today so far, 31,000 on Sun 22 Nov, of 50,000 a day" in draw(busy(**CALLS)).text
    assert "Marketo calls: 9 today so far, of 50,000 a day" in draw(busy(**{**CALLS, "calls": {SUNDAY: 9}})).text
    assert "Marketo calls: not known, Marketo did not say how many were made" in draw(busy()).text


def test_the_quota_of_a_week_is_that_of_its_fullest_day() -> None:
    said = draw(busy(period=Period(END - 7 * DAY, END), weekly=True, **CALLS)).text
    assert "1,204 today so far, at most 40,000, on Sat 21 Nov, of 50,000 a day" in said


def test_every_sentence_of_the_blocks_is_in_the_text_too() -> None:
    answer = draw(busy(alerts=2, **CALLS))
    for said in ("2 alerts are open", "1,204 today so far", "IN STEP", "33 errors are open", "Not a code I know"):
        assert said in answer.text
        assert said in drawn(answer)


def test_nasty_codes_and_objects_mention_nobody() -> None:
    groups = [Group("<!channel>`*x*", ("<@U0ADMIN>",), 1, 1, NOW - DAY)]
    assert "<!" not in draw(busy(groups=groups)).text
    assert "<@" not in draw(busy(groups=groups)).text
