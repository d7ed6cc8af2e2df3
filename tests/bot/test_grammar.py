import itertools
import random
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.grammar import parse
from bot.request import Errors, Explain, Help, Misunderstood, Request, Status
from bot.words import Vocabulary

WORDS = Vocabulary(("users", "accounts", "leads", "contacts", "opportunities", "roles"))


def asked(text: str) -> Request | Misunderstood:
    return parse(text, WORDS)


@pytest.mark.parametrize("text", ["", "status", "  STATUS ", "status backlog", "backlog"])
def test_no_words_or_status_ask_for_the_overview(text: str) -> None:
    assert asked(text) == Status()


@pytest.mark.parametrize("view", ["last hour", "last-hour", "lasthour", "Last_Hour", "last hours"])
@pytest.mark.parametrize("name", ["lead", "leads", "Leads"])
def test_view_and_object_may_be_written_as_people_do_and_in_any_order(view: str, name: str) -> None:
    for order in itertools.permutations(["status", name, view]):
        assert asked(" ".join(order)) == Status("leads", "last-hour"), order


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("leads by:user", Status("leads", "by-user")),
        ("status by users leads", Status("leads", "by-user")),
        ("trend", Status(None, "trend")),
        ("status last 24h contacts", Status("contacts", "last-24h")),
        ("lasT24H", Status(None, "last-24h")),
    ],
)
def test_every_view_may_be_typed_as_people_do(text: str, wanted: Status) -> None:
    assert asked(text) == wanted


def test_plurals_in_ies_have_a_singular() -> None:
    assert asked("opportunity") == Status("opportunities")


def test_all_filters_are_understood_in_any_order() -> None:
    words = [
        "errors",
        "object:lead",
        "code:1003",
        "direction:to-dynamics",
        "operation:updates",
        "since:24h",
        "bob",
        "csv",
    ]
    wanted = Errors("leads", "1003", "to-dynamics", "update", timedelta(hours=24), ("bob",), csv=True)
    for seed in range(20):
        random.Random(seed).shuffle(words)
        assert asked(" ".join(words)) == wanted, words


def test_a_side_alone_is_where_it_goes_to() -> None:
    assert asked("errors direction:marketo") == Errors(direction="to-marketo")


def test_since_takes_a_span_or_a_day() -> None:
    assert asked("errors since:7d") == Errors(since=timedelta(days=7))
    assert asked("errors since:2026-11-01") == Errors(since=date(2026, 11, 1))


def test_quoted_words_stay_together_whatever_the_quotes() -> None:
    assert asked('errors "van der Berg" “leads”') == Errors(free=("van der Berg", "leads"))


def test_filters_without_a_command_are_about_errors() -> None:
    assert asked("code:1003") == Errors(code="1003")


def test_a_time_or_an_address_is_a_word_and_no_filter() -> None:
    assert asked("errors 12:30 https://x.example") == Errors(free=("12:30", "https://x.example"))


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("statsu", "status"),
        ("erors", "errors"),
        ("status ledas", "status leads"),
        ("status lst-hour", "status last-hour"),
        ("errors object:ledas", "errors object:leads"),
        ("status by:usr", "status by-user"),
        ("errors by:user", "help errors"),
        ("errors operation:insrt", "errors operation:insert"),
        ("errors since:yesterdayish", "errors since:24h"),
        ("xyzzy", "help"),
    ],
)
def test_unknown_words_get_the_nearest_that_works(text: str, nearest: str) -> None:
    answer = asked(text)
    assert isinstance(answer, Misunderstood)
    assert answer.nearest == nearest
    assert nearest in answer.sentence or nearest in ("errors since:24h", "help errors")
    assert not isinstance(asked(answer.nearest), Misunderstood)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("status leads contacts", "status leads"),
        ("status leads contacts last hour", "status leads last-hour"),
        ("status leads last-hour trend", "status leads last-hour"),
        ("explain 1003 1007", "explain 1003"),
    ],
)
def test_of_two_things_none_is_dropped_in_silence(text: str, nearest: str) -> None:
    assert asked(text) == Misunderstood(f"One at a time, please. Try: /sync {nearest}", nearest)


@pytest.mark.parametrize(
    ("text", "word", "nearest"),
    [
        ("status leads code:1003", "code:1003", "errors leads code:1003"),
        ("status trend since:7d", "since:7d", "errors since:7d"),
        ("status objct:leads trend", "objct:leads", "status leads trend"),
    ],
)
def test_a_filter_that_status_has_not_is_not_dropped_in_silence(text: str, word: str, nearest: str) -> None:
    assert asked(text) == Misunderstood(f"I do not know “{word}”. Did you mean: /sync {nearest}", nearest)
    assert not isinstance(asked(nearest), Misunderstood)


def test_the_same_said_twice_is_one_thing() -> None:
    assert asked("status leads lead trend") == Status("leads", "trend")
    assert asked("explain code 1003 1003") == Explain("1003")


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("statsu leads", "status leads"),
        ("staus leads last hour", "status leads last hour"),
        ("erors leads", "errors leads"),
        ("status leads by:moon", "status leads by-user"),
        ("status ledas trend", "status leads trend"),
        ("status ledas by:user <!channel>", "status leads by:user"),
    ],
)
def test_a_hint_keeps_the_other_words_and_quotes_what_was_typed(text: str, nearest: str) -> None:
    answer = asked(text)
    assert isinstance(answer, Misunderstood)
    assert answer.nearest == nearest
    word = next(word for word in text.split() if word not in ("status", *nearest.split()))
    assert answer.sentence == f"I do not know “{word}”. Did you mean: /sync {nearest}"


def test_a_misspelt_filter_is_named() -> None:
    answer = asked("errors objct:leads")
    assert isinstance(answer, Misunderstood)
    assert "object:leads" in answer.sentence


def test_an_opposite_is_never_offered() -> None:
    assert asked("unpause leads") == Misunderstood("I do not know “unpause”. Try: /sync help")


def test_help_knows_its_commands() -> None:
    assert asked("help") == Help()
    assert asked("leads help") == Help()
    assert asked("help error") == Help("errors")


def test_help_says_which_word_it_does_not_know() -> None:
    assert asked("help nonsense") == Misunderstood("I do not know “nonsense”. Try: /sync help")
    assert asked("help erors") == Misunderstood("I do not know “erors”. Did you mean: /sync help errors", "help errors")


def test_characters_that_no_database_takes_are_left_out() -> None:
    assert asked("errors a\x00b \ud800c \u202ed") == Errors(free=("a", "b", "c", "d"))


free_words = some.text("abcdefghijk äé.@-_'", min_size=1, max_size=12).map(str.strip).filter(bool)
requests: some.SearchStrategy[Any] = some.one_of(
    some.builds(Status, some.none() | some.sampled_from(WORDS.objects), some.sampled_from(WORDS.views)),
    some.builds(
        Errors,
        some.none() | some.sampled_from(WORDS.objects),
        some.none() | some.sampled_from(["1003", "0x80040217", "timeout"]),
        some.none() | some.sampled_from(["to-marketo", "to-dynamics"]),
        some.none() | some.sampled_from(["insert", "update", "delete"]),
        some.none() | some.dates() | some.integers(1, 99_999).map(lambda minutes: timedelta(minutes=minutes)),
        some.lists(free_words, max_size=3).map(tuple),
        some.integers(1, 999),
        some.booleans(),
    ),
    some.builds(Help, some.none() | some.sampled_from(WORDS.commands)),
)


@given(requests)
def test_every_request_can_be_put_into_words_and_read_back(request: Request) -> None:
    assert asked(request.words) == request


pieces = some.sampled_from(
    [
        "status",
        "errors",
        "help",
        "leads",
        "object:",
        "code:",
        "since:",
        "page:",
        '"',
        "“",
        ":",
        "csv",
        "-",
        "<!channel>",
        "٣",
    ]
)


@settings(max_examples=300)
@given(some.lists(pieces | some.text(max_size=8), max_size=12), some.sampled_from(["", " "]))
def test_no_words_whatsoever_raise(words: list[str], between: str) -> None:
    assert isinstance(asked(between.join(words)), Request | Misunderstood)


@pytest.mark.long
@settings(max_examples=20_000)
@given(some.lists(pieces | some.text(max_size=8), max_size=12), some.sampled_from(["", " "]))
def test_no_words_whatsoever_raise_at_length(words: list[str], between: str) -> None:
    assert isinstance(asked(between.join(words)), Request | Misunderstood)
