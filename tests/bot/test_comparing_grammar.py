from datetime import date, timedelta

import pytest

from bot.grammar import parse
from bot.request import Compare, Misunderstood, Request, Run
from tests.objects import VOCABULARY


def asked(text: str) -> Request | Misunderstood:
    return parse(text, VOCABULARY)


def test_an_object_is_compared_and_its_differences_are_sent_or_repaired() -> None:
    assert asked("compare") == asked("compare all") == Compare()
    assert asked("compare lead") == asked("compare object:leads") == asked("leads compare") == Compare("leads")
    assert asked("compare csv leads") == Compare("leads", csv=True)
    assert asked("compare leads repair") == Compare("leads", repair=True)


@pytest.mark.parametrize("request_", [Compare(), Compare("leads", csv=True), Compare("users", False, True, 12)])
def test_a_comparison_is_put_back_into_its_words(request_: Compare) -> None:
    assert asked(request_.words) == request_


def test_of_no_object_there_is_nothing_to_send_or_to_repair() -> None:
    answer = asked("compare csv")
    assert isinstance(answer, Misunderstood) and answer.nearest == "compare leads"
    answer = asked("compare acounts")
    assert isinstance(answer, Misunderstood) and answer.nearest == "compare accounts"


def test_a_field_is_brought_over_of_an_object_and_from_when_on() -> None:
    assert asked("run leads field:industry") == Run("leads", field="industry")
    assert asked("run field:city contacts since:2026-11-01") == Run("contacts", field="city", since=date(2026, 11, 1))
    confirmed = Run("leads", field="city", since=timedelta(days=7), confirmed=6000)
    assert confirmed.words == "run leads field:city since:7d confirmed:6000"
    assert asked(confirmed.words) == confirmed


@pytest.mark.parametrize("text", ["run field:city", "run leads to-marketo field:city", "run leads since:7d"])
def test_a_field_without_an_object_or_with_a_direction_makes_no_sense(text: str) -> None:
    answer = asked(text)
    assert isinstance(answer, Misunderstood) and "A field goes with an object" in answer.sentence


def test_a_time_that_is_none_makes_no_sense() -> None:
    assert isinstance(asked("run leads field:city since:yesterday"), Misunderstood)
