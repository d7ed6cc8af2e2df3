import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from bot.grammar import parse
from bot.request import Compare, Misunderstood, Request, Run
from tests.objects import LEADS, VOCABULARY


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
    assert asked("run leads field:leadSource") == Run("leads", field="leadSource")
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


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("compare leads contacts", "compare leads"),
        ("compare leads csv repair", "compare leads csv"),
        ("run leads field:phone field:email", "run leads field:email"),
        ("run leads contacts", "run leads"),
        ("pause leads to-marketo to-dynamics", "pause leads"),
    ],
)
def test_of_two_that_are_named_none_is_dropped_in_silence(text: str, nearest: str) -> None:
    answer = asked(text)
    assert isinstance(answer, Misunderstood) and "One at a time" in answer.sentence and answer.nearest == nearest


def test_the_example_of_help_and_readme_is_a_field_that_leads_have() -> None:
    example = re.search(r"run leads field:(\w+)", COMMANDS["run"].__doc__ or "")
    assert example and LEADS.field(example[1]).name == example[1]
    assert example[0] in Path("README.md").read_text()
