"""The check that watches all other tests' messages is itself watched here."""

import pytest

from tests.bot.conversation import Conversation
from tests.bot.every_message import check_every_message, problems

GOOD = {"text": "well", "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "well"}}], "files": []}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, []),
        ({"blocks": [{"type": "divider"}] * 51}, ["more than 50 blocks"]),
        ({"blocks": [{"type": "table"}] * 2}, ["more than 1 table"]),
        ({"blocks": [{"type": "section", "text": {"text": "x" * 12_001}}]}, ["more than 12000 characters"]),
        ({"text": "x" * 12_001}, ["more than 12000 characters"]),
        ({"text": " "}, ["no plain text"]),
        ({"mentions": ["!channel"]}, ["mentions ['!channel']"]),
    ],
)
def test_a_message_over_a_limit_or_that_mentions_anybody_is_found(given: dict[str, object], problem: list[str]) -> None:
    assert problems({"mentions": [], **GOOD, **given}) == problem


async def test_a_refusal_that_no_test_ordered_is_found(talk: Conversation) -> None:
    await talk.http.post(f"{talk.url}/sandbox/blocks", json={"refuse": ["section"], "where": "everywhere"})
    await talk.say("/sync help")
    with pytest.raises(AssertionError, match="invalid_blocks"):
        check_every_message(talk.url)
    await talk.control("blocks", refuse=[])
