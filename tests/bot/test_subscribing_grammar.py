"""What is typed about alerts, as a request, and back into words."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.alerts.asked import OF_THE_SYNC, WHATS
from bot.alerts.readings import FAMILIES
from bot.grammar import parse
from bot.request import Misunderstood, Request
from bot.request_subscribing import Alerts, Digest, Quiet, Subscribe, Thresholds, Unsubscribe
from bot.words import unspeakable
from tests.objects import VOCABULARY

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def asked(text: str) -> Request | Misunderstood:
    return parse(text, VOCABULARY)


def refusal(text: str) -> Misunderstood:
    answer = asked(text)
    assert isinstance(answer, Misunderstood)
    return answer


def test_every_rule_can_be_asked_for_by_its_name() -> None:
    assert sorted(WHATS) == sorted(FAMILIES)
    assert [asked(f"subscribe {what}") for what in WHATS] == [Subscribe(what=(what,)) for what in WHATS]
    assert asked("subscribe new code") == Subscribe(what=("new-code",))


def test_nothing_named_is_everything() -> None:
    assert asked("subscribe") == asked("subscribe all") == asked("subscribe to everything") == Subscribe()


def test_a_threshold_names_its_rule() -> None:
    both = Subscribe("leads", ("backlog", "oldest"), Thresholds(10_000, 2 * HOUR))
    assert asked("subscribe leads backlog>10000 oldest>2h") == both
    assert asked("subscribe failures>20%") == Subscribe(what=("failures",), terms=Thresholds(failures=20))
    assert asked("subscribe open>500") == asked("subscribe errors open>500")
    assert asked("subscribe errors code:1003") == Subscribe(what=("errors",), terms=Thresholds(code="1003"))


@pytest.mark.parametrize(
    "typed",
    [
        "backlog>10k oldest>2h",
        "backlog > 10,000 oldest > 2 h",
        "oldest:120m backlog=10.000",
        "oldest≥1h 60m backlog>=10k",
    ],
)
def test_thresholds_are_read_as_people_write_them(typed: str) -> None:
    assert asked(f"subscribe leads {typed}") == asked("subscribe leads backlog>10000 oldest>2h")


@pytest.mark.parametrize("typed", ["S0OPS", "@S0OPS", "<!subteam^S0OPS|@crm-ops>", " <!subteam^S0OPS>"])
def test_whom_to_call_is_known_by_the_id_that_slack_makes_of_a_name(typed: str) -> None:
    assert asked(f"subscribe quota mention:{typed}") == Subscribe(what=("quota",), mention="S0OPS")


@pytest.mark.parametrize("typed", ["@channel", "@everyone", "<!here>", "ada", "C0OPS"])
def test_nobody_has_everybody_called(typed: str) -> None:
    assert "I can call a person or a user group" in refusal(f"subscribe mention:{typed}").sentence


def test_a_digest_is_asked_for_by_its_time_and_its_day() -> None:
    assert asked("subscribe digest") == asked("subscribe digest daily at 9 am") == Subscribe(digest=Digest(time(9)))
    assert asked("subscribe digest 17:30") == Subscribe(digest=Digest(time(17, 30)))
    weekly = Subscribe(digest=Digest(time(9), 0))
    assert asked("subscribe digest weekly mon 09:00") == asked("subscribe digest on Mondays") == weekly


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("subscribe bcaklog", "subscribe backlog"),
        ("subscribe xyzzy", "subscribe leads backlog>10000"),
        ("subscribe oldset>2h", "subscribe oldest>2h"),
        ("subscribe backlog>many", "subscribe backlog>10000"),
        ("subscribe leads backlog>banana oldest>2h", "subscribe leads oldest>2h backlog>10000"),
        ("subscribe oldest>2", "subscribe oldest>2h"),
        ("subscribe failures>200%", "subscribe failures>20%"),
        ("subscribe leads quota", "subscribe quota"),
        ("subscribe leads contacts open>5", "subscribe leads errors open>5"),
        ("subscribe digest leads", "subscribe digest 09:00"),
        ("subscribe digest 25:00", "subscribe digest 09:00"),
        ("unsubscribe laeds", "unsubscribe leads"),
        ("alerts ackn 7", "alerts ack 7"),
        ("alerts snooze 7", "alerts snooze 7 1h"),
        ("alerts unsnooze", "alerts"),
        ("alerts snooze 7 91d", "alerts snooze 7 1h"),
        ("quiet leads", "quiet leads 2h"),
        ("quiet laeds", "quiet leads 2h"),
        ("quiet 20:00-23:00", "quiet sat 20:00-23:00"),
        ("quiet end", "quiet"),
        ("quiet 400d", "quiet 90d"),
        ("quiet leads 30s", "quiet leads 1m"),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_can(text: str, nearest: str) -> None:
    answer = refusal(text)
    assert answer.nearest == nearest
    assert not isinstance(asked(answer.nearest), Misunderstood)


def test_a_quiet_time_too_long_is_told_the_longest() -> None:
    assert refusal("quiet 13w").sentence == "I can be quiet from a minute to 90 days. Try: /sync quiet 90d"


def test_what_is_to_be_heard_no_more_is_named_like_what_was_to_be_heard() -> None:
    assert asked("unsubscribe") == Unsubscribe()
    assert asked("unsubscribe all") == Unsubscribe(everything=True)
    assert asked("unsubscribe #12") == asked("unsubscribe 12") == Unsubscribe((12,))
    assert asked("unsubscribe from leads") == Unsubscribe(object="leads")
    assert asked("unsubscribe the daily digest") == Unsubscribe(digest=True)
    assert asked("unsubscribe code:1003") == Unsubscribe(what=("errors",), code="1003")


def test_an_alert_is_acknowledged_and_silenced_by_its_number() -> None:
    assert asked("alerts") == Alerts()
    assert asked("alerts acknowledge #7") == asked("alerts ack 7") == Alerts("ack", 7)
    assert asked("alerts snooze 7 for 1h 30m") == Alerts("snooze", 7, 90 * MINUTE)
    assert asked("alerts snooze 7 until tomorrow morning") == Alerts("snooze", 7)
    assert asked("alerts unsnooze 7") == Alerts("unsnooze", 7)


def test_a_quiet_time_is_a_span_or_hours_of_each_week() -> None:
    assert asked("quiet leads for 2h") == Quiet("leads", 2 * HOUR)
    night = Quiet(None, None, 5, time(20), time(23))
    assert asked("quiet sat 20:00-23:00") == asked("quiet on Saturdays from 8pm to 11pm") == night
    assert asked("quiet end #3") == Quiet(end=3)


OBJECTS = some.sampled_from(VOCABULARY.objects)
SPANS = some.integers(1, 90 * 24 * 60).map(lambda minutes: minutes * MINUTE)
NUMBERS = some.integers(1, 10**18 - 1)
TIMES = some.times().map(lambda at: time(at.hour, at.minute))
THRESHOLDS = some.builds(
    Thresholds,
    some.none() | some.integers(0, 999_999_999),
    some.none() | SPANS,
    some.none() | some.integers(0, 99),
    some.none() | some.integers(0, 999_999_999),
    some.none() | some.sampled_from(["1003", "0x80040333", "ambiguous", "out of reach", "http-404"]),
)


@some.composite
def subscriptions(draw: some.DrawFn) -> Subscribe:
    if draw(some.booleans()):
        digest = Digest(draw(TIMES), draw(some.none() | some.integers(0, 6)))
        return Subscribe(digest=digest, instead=tuple(draw(some.lists(NUMBERS, max_size=3, unique=True))))
    object, terms = draw(some.none() | OBJECTS), draw(THRESHOLDS)
    named = {*draw(some.lists(some.sampled_from(WHATS))), *terms.rules}
    what = tuple(one for one in WHATS if one in named and not (object and one in OF_THE_SYNC))
    return Subscribe(object, what, terms, draw(some.sampled_from([None, "S0OPS", "U0ADMIN"])))


UNSUBSCRIPTIONS = some.one_of(
    some.builds(Unsubscribe, some.lists(NUMBERS, max_size=3, unique=True).map(tuple)),
    some.builds(Unsubscribe, some.just(()), some.none() | OBJECTS, some.sampled_from([(), ("backlog", "quota")])),
    some.sampled_from(
        [Unsubscribe(digest=True), Unsubscribe(everything=True), Unsubscribe(what=("errors",), code="a b")]
    ),
)
ALERTS = some.one_of(
    some.sampled_from([Alerts(), Alerts("test")]),
    some.builds(Alerts, some.sampled_from(["ack", "unsnooze"]), NUMBERS),
    some.builds(Alerts, some.just("snooze"), NUMBERS, some.none() | SPANS),
)
QUIET = some.one_of(
    some.builds(Quiet, some.none() | OBJECTS, SPANS),
    some.builds(Quiet, some.none() | OBJECTS, some.none(), some.integers(0, 6), TIMES, TIMES).filter(
        lambda one: one.begins != one.ends
    ),
    some.builds(Quiet, end=NUMBERS),
)


@given(some.one_of(subscriptions(), UNSUBSCRIPTIONS, ALERTS, QUIET))
def test_every_request_is_put_back_into_its_words(request_: Subscribe | Unsubscribe | Alerts | Quiet) -> None:
    assert asked(request_.words) == request_


@pytest.mark.parametrize("name", ["quota", "new-code", "Digests", "alert"])
def test_an_object_cannot_be_called_like_what_there_is_to_hear(name: str) -> None:
    assert len(unspeakable(["leads", name])) == 1
