from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot import drill_down, overview
from bot.answers import Answer
from bot.drill_down import Closeup
from bot.pace import Pace, pace_of, time_to_drain
from bot.standing import Hourly, Picture, Standing, standings, verdict
from bot.tables import WIDEST
from bot.tables import lanes as lanes_table
from bot.tables import overview as table_of
from bot.texts import speaking
from storage.changes import DIRECTIONS, Direction, Operation
from storage.history import Hour, Lane, Pass, Service
from storage.waiting import Oldest
from sync.backlog import Thresholds
from tests.objects import LANES

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WELL = (Service("dynamics", NOW), Service("marketo", NOW))


def lane(
    object: str,
    direction: Direction = "to-marketo",
    inserts: int = 0,
    updates: int = 0,
    age: timedelta | None = None,
    **given: Any,
) -> Lane:
    oldest: dict[Operation, datetime] = {} if age is None else {"update": NOW - age}
    usual: dict[str, Any] = {"live": True, "waiting": {"insert": inserts, "update": updates}, "oldest": oldest}
    return Lane(object, direction, **{**usual, **given})


def picture(*lanes: Lane, **given: Any) -> Picture:
    known = {(one.object, one.direction): one for one in lanes}
    usual: dict[str, Any] = {
        "now": NOW,
        "zone": UTC,
        "lanes": [known.get(name, lane(*name)) for name in LANES],
        "services": WELL,
        "feeds": {name: NOW for name, _ in LANES},
        "last_pass": Pass(NOW - MINUTE, NOW, NOW + MINUTE),
        "hours": {},
        "thresholds": Thresholds(10_000, 2 * HOUR),
    }
    return Picture(**{**usual, **given})


def closeup(shown: Picture, **given: Any) -> Answer:
    return drill_down.draw(Closeup("leads", **given), shown)


def said(shown: Picture) -> str:
    return verdict(shown, standings(shown))


def as_designed() -> Picture:
    """The example of the design, with the lanes it leaves out."""
    per_hour = {("contacts", "to-marketo"): 9000, ("opportunities", "to-marketo"): 1560}
    return picture(
        lane("leads", inserts=1204, updates=3310, age=134 * MINUTE, errors=31, before=9),
        lane("contacts", updates=113, age=3 * MINUTE),
        lane("opportunities", inserts=12, updates=40, age=9 * MINUTE, errors=6),
        hours={name: [Hour(records, True)] * 24 for name, records in per_hour.items()},
    )


def test_the_overview_looks_as_designed() -> None:
    assert overview.draw(as_designed()).text == (
        "BEHIND  Leads: oldest 2h 14m, growing\n"
        "```\n"
        "Object           Ins    Upd  Oldest  Err  ETA\n"
        "-------------  -----  -----  ------  ---  ---\n"
        "Users              0      0       -    0    -\n"
        "Teams              0      0       -    0    -\n"
        "Accounts           0      0       -    0    -\n"
        "Campaigns          0      0       -    0    -\n"
        "Leads          1,204  3,310  2h 14m   31    -\n"
        "Contacts           0    113      3m    0  &lt;1m\n"
        "Opportunities     12     40      9m    6   2m\n"
        "Roles              0      0       -    0    -\n"
        "Total          1,216  3,463  2h 14m   37\n"
        "```\n"
        "Read 14:32 · next 14:33"
    )


def test_the_last_hour_shows_what_was_synced_and_no_backlog() -> None:
    hourly = Hourly(NOW.replace(hour=13, minute=0), {("leads", "to-marketo"): 1000, ("leads", "to-dynamics"): 22})
    text = overview.draw(as_designed(), "last-hour", hourly).text
    assert "13:00–14:00\n" in text
    assert "Object         Ins  Upd  Synced  Err now\n" in text  # errors are not those of that hour
    assert "Leads          N/A  N/A   1,022       31\n" in text
    assert "Total          N/A  N/A   1,022       37\n" in text


def test_buttons_and_menu_carry_words() -> None:
    drawn = overview.draw(as_designed()).blocks
    words = {button["text"]["text"]: button["value"] for button in drawn[-1]["elements"]}
    assert words["Leads"] == "status leads"
    assert words["Errors 37"] == "errors"
    assert words["Refresh"] == "status"
    assert [option["value"] for option in drawn[0]["accessory"]["options"]] == [
        "status",
        "status last-hour",
        "status last-24h",
        "status trend",
    ]


@given(some.lists(some.tuples(*[some.integers(0, 9_999_999)] * 3, some.integers(0, 1_438_000)), min_size=8, max_size=8))
def test_no_table_is_wider_than_a_phone(figures: list[tuple[int, int, int, int]]) -> None:
    names = dict.fromkeys(name for name, _ in LANES)
    age = timedelta(minutes=1)
    found = [
        Standing(name, inserts, updates, age * minutes, errors, False, age * minutes, "", True)
        for name, (inserts, updates, errors, minutes) in zip(names, figures, strict=True)
    ]
    assert max(len(line) for line in table_of(found).letters.splitlines()) <= WIDEST


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (picture(), "IN STEP"),
        (picture(lane("leads", updates=10_001)), "BEHIND  Leads: 10,001 waiting"),
        (picture(lane("leads", updates=10_000, age=2 * HOUR)), "IN STEP"),
        (
            picture(lane("leads", updates=1, age=3 * HOUR, before=0), lane("accounts", updates=1, age=4 * HOUR)),
            "BEHIND  Accounts: oldest 4h (and 1 more)",
        ),
        (
            picture(services=(Service("marketo", NOW, NOW - 90 * MINUTE, "606"),)),
            "DOWN  Marketo since 13:02: 606",
        ),
        (
            picture(lane("leads", stopped_at=NOW - 90 * MINUTE, stopped_code="1018")),
            "STOPPED  Leads to Marketo since 13:02: 1018",
        ),
        (
            picture(*(lane(*name, live=False) for name in LANES)),
            "OBSERVING  nothing is written until `python -m bot live …`",
        ),
        (
            picture(feeds={name: NOW - 90 * MINUTE for name, _ in LANES}),
            "UNREAD  Users: not read since 13:02 (and 7 more)",
        ),
        (picture(lane("leads", "to-dynamics", paused=True)), "PAUSED  Leads to Dynamics"),
        (
            picture(lane("leads", paused=True), lane("leads", "to-dynamics", paused=True), lane("users", paused=True)),
            "PAUSED  Users (and 1 more)",
        ),
        (picture(*(lane(*name, paused=True) for name in LANES)), "PAUSED  everything"),
        (picture(lane("leads", updates=10_001, paused=True)), "PAUSED  Leads to Marketo"),
        (
            picture(lane("leads", updates=10_001), lane("leads", "to-dynamics", updates=1, paused=True)),
            "BEHIND  Leads: 10,002 waiting",
        ),
        (picture(feeds={}), "UNREAD  Users: not read yet (and 7 more)"),
    ],
)
def test_the_verdict_says_the_worst_first(shown: Picture, words: str) -> None:
    assert said(shown) == words


def test_an_object_whose_reading_is_overdue_has_no_comfortable_zero() -> None:
    feeds = {name: NOW for name, _ in LANES} | {"leads": NOW - 90 * MINUTE}
    text = overview.draw(picture(feeds=feeds)).text
    assert [line.split() for line in text.splitlines() if line.startswith("Leads ")] == [
        ["Leads", "?", "?", "?", "0", "-"]
    ]
    assert "Leads: not read since 13:02" in text


def test_no_time_to_drain_is_given_while_growing_or_not_live() -> None:
    hours = {("leads", "to-marketo"): [Hour(60, True)] * 24}
    steady = lane("leads", updates=60, age=MINUTE, before=60)
    for one, expected in (
        (steady, HOUR),
        (lane("leads", updates=60, age=MINUTE, before=59), None),
        (lane("leads", updates=60, age=MINUTE, live=False), None),
        (lane("leads", updates=60, age=MINUTE, stopped_at=NOW), None),
        (lane("leads", updates=60, age=MINUTE, paused=True), None),
    ):
        leads = next(each for each in standings(picture(one, hours=hours)) if each.object == "leads")
        assert leads.drains_in == expected


def test_time_to_drain_counts_only_the_hours_that_had_a_backlog() -> None:
    hours = [Hour(100, True), Hour(0, False), Hour(50, False), Hour(300, True)]
    assert time_to_drain(400, hours) == 2 * HOUR
    assert time_to_drain(400, [Hour(0, True), Hour(0, False)]) is None
    assert time_to_drain(400, [Hour(200, False), Hour(0, False)]) == 2 * HOUR
    assert time_to_drain(0, hours) is None


def test_an_hour_seen_in_part_counts_in_part() -> None:
    assert time_to_drain(600, [Hour(100, True, 1 / 6)]) == HOUR
    assert pace_of([Hour(10, True), Hour(20, True, 0.5)]) == Pace(20, 10, 20.0, 30)


def test_a_drill_down_splits_by_direction_and_operation_and_names_the_oldest() -> None:
    shown = picture(
        lane("leads", inserts=5, updates=7, age=HOUR, before=3),
        lane("leads", "to-dynamics", updates=1, age=MINUTE, live=False, before=0),
        hours={("leads", "to-marketo"): [Hour(10, True), Hour(30, True)]},
    )
    guid = "0f9b8a34-7d4e-4c5e-9a0e-0a6c2f5d1b11"
    text = closeup(shown, oldest_insert=Oldest("leads", "to-marketo", guid, NOW - HOUR)).text
    assert "to Marketo   update        7      1h\n" in text
    assert "to Dynamics  update        1      1m\n" in text
    assert f"Oldest insert: Dynamics {guid}, waiting 1h (since 13:32)\n" in text
    assert "Oldest update: -\n" in text
    assert "max 30, min 10, average 20\n" in text
    assert "Trend: growing: 13 waiting, 3 six hours ago\n" in text
    assert "Only observed, nothing is written: to Dynamics\n" in text
    assert "Last pass: ended 14:32, next 14:33" in text


def test_operations_are_told_in_the_readers_language_and_fit_a_phone() -> None:
    busy = [lane("leads", way, inserts=1_204_567, updates=310_000, age=60 * HOUR) for way in DIRECTIONS]
    with speaking("pt-BR"):
        table = lanes_table(busy, lambda each, operation: 60 * HOUR).letters
    assert "inclusão     1.204.567" in table and "atualização" in table and "exclusão" in table
    assert max(len(line) for line in table.splitlines()) <= WIDEST


def test_a_drill_down_of_the_last_hour_splits_by_direction() -> None:
    hourly = Hourly(NOW.replace(hour=13, minute=0), {("leads", "to-dynamics"): 22})
    text = closeup(picture(), view="last-hour", hourly=hourly).text
    assert "13:00–14:00\n" in text
    assert "to Dynamics  N/A  N/A      22        0\n" in text
