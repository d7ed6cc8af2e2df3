"""Words of record, activity and share: what is said again means the same."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.grammar import parse
from bot.reasons import REASONS
from bot.request import Activity, Misunderstood, Record, Request, Share, Status
from bot.words import backwards
from storage.activity_log import OUTCOMES
from storage.changes import DIRECTIONS
from tests.objects import VOCABULARY

OBJECTS = some.none() | some.sampled_from(VOCABULARY.objects)
MOMENTS = some.none() | some.timedeltas(timedelta(minutes=1), timedelta(days=90)).map(
    lambda span: timedelta(minutes=span // timedelta(minutes=1))
)
DAYS = some.none() | some.dates(date(2020, 1, 1), date(2030, 1, 1))
WHO = some.sampled_from(
    ["ada@example.com", "Ada Lovelace", "4711", "#27", "0f9b8a34-7d4e-4c5e-9a0e-0a6c2f5d1b11", "O'Brien", "status"]
)
ACTIVITIES = some.builds(
    Activity,
    object=OBJECTS,
    direction=some.none() | some.sampled_from(DIRECTIONS),
    outcome=some.none() | some.sampled_from(OUTCOMES),
    reason=some.none() | some.sampled_from([*REASONS]),
    field=some.none() | some.sampled_from(VOCABULARY.fields),
    since=MOMENTS | DAYS,
    until=MOMENTS | DAYS,
    page=some.integers(1, 999),
    csv=some.booleans(),
).filter(lambda asked: not backwards(asked.since, asked.until))


@given(ACTIVITIES | some.builds(Record, WHO, OBJECTS))
def test_what_is_said_again_means_the_same(request: Request) -> None:
    assert parse(request.words, VOCABULARY) == request
    assert parse(f"share {request.words}", VOCABULARY) == Share(request)


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("record error 27", Record("#27")),
        ("record errors #27", Record("#27")),
        ("record Ada Lovelace", Record("Ada Lovelace")),
        ('record object:contact "Ada Lovelace"', Record("Ada Lovelace", "contacts")),
        ("leads skipped activity", Activity("leads", outcome="skipped")),
        ("activity direction:dynamics", Activity(direction="to-dynamics")),
        ("activity reason:closed", Activity(reason="closed in Dynamics")),
        ("share", Share(Status())),
        ("share share status leads", Share(Status("leads"))),
    ],
)
def test_words_are_read_in_whatever_order_and_spelling(text: str, request_: Request) -> None:
    assert parse(text, VOCABULARY) == request_


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("record", "help record"),
        ("activity feild:email", "activity field:email"),
        ("activity field:emial", "activity field:email"),
        ("activity since:soon", "activity since:24h"),
        ("share statsu", "status"),
    ],
)
def test_misspelt_words_get_what_works(text: str, near: str) -> None:
    found = parse(text, VOCABULARY)
    assert isinstance(found, Misunderstood)
    assert found.nearest == near
    assert not isinstance(parse(found.nearest, VOCABULARY), Misunderstood)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "activity leads outcome:synced",
            "There is no outcome “synced”. Try one of: created, updated, deleted, skipped",
        ),
        (
            "activity leads outcome:skiped",
            "There is no outcome “skiped”. Did you mean: /sync activity leads outcome:skipped",
        ),
        (
            "activity leads skiped since:7d",
            "I do not know “skiped”. Did you mean: /sync activity leads since:7d skipped",
        ),
        ("activity leads direction:sideways", "There is no direction “sideways”. Try one of: to-marketo, to-dynamics"),
        ("activity outcome:", "outcome: needs a value, such as outcome:skipped"),
        ("activity leads contacts", "One at a time, please. Try: /sync activity leads"),
        ("activity created skipped", "One at a time, please. Try: /sync activity created"),
        (
            "activity leads since:1h until:2h",
            "since must be before until. Did you mean: /sync activity object:leads since:2h until:1h",
        ),
    ],
)
def test_what_activity_cannot_read_is_said_with_the_other_words(text: str, sentence: str) -> None:
    answer = parse(text, VOCABULARY)
    assert isinstance(answer, Misunderstood)
    assert answer.sentence == sentence
