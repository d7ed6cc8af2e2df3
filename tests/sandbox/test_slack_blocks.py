"""What Slack refuses in the blocks of a message or a view, each refusal by raw HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sandbox.slack.block_rules import complaints_about
from sandbox.slack.view_rules import complaints_about_view
from tests.sandbox.slack_service import SECTION, Json, SlackService, actions, button, running_slack


@pytest.fixture
async def slack() -> AsyncIterator[SlackService]:
    async with running_slack() as service:
        yield service


def text(length: int, kind: str = "mrkdwn") -> Json:
    return {"type": kind, "text": "x" * length}


def section(**parts: Any) -> Json:
    return {"type": "section", **parts}


def table(rows: int = 2, cells: int = 2) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * cells] * rows}


def chart(**parts: Any) -> Json:
    data = [{"label": "Mon", "value": 1}]
    series = {"type": "line", "series": [{"name": "in", "data": data}], "axis_config": {"categories": ["Mon"]}}
    return {"type": "data_visualization", "title": "Trend", "chart": series, **parts}


def rich(*leaves: Json, part: str = "rich_text_section") -> Json:
    return {"type": "rich_text", "elements": [{"type": part, "elements": list(leaves)}]}


async def refused(slack: SlackService, *blocks: Json) -> str:
    """Posts the blocks and returns what Slack says against them."""
    answer = await slack.post(*blocks)
    assert (answer["ok"], answer["error"]) == (False, "invalid_blocks"), answer
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {each}" for each in answer["errors"]]
    return " ".join(answer["errors"])


async def test_fifty_blocks_are_taken(slack: SlackService) -> None:
    assert (await slack.post(*[SECTION] * 50))["ok"]


async def test_fifty_one_blocks_are_refused(slack: SlackService) -> None:
    assert await refused(slack, *[SECTION] * 51) == "no more than 50 items allowed [json-pointer:/blocks]"


async def test_a_section_of_3000_characters_is_taken(slack: SlackService) -> None:
    assert (await slack.post(section(text=text(3000))))["ok"]


async def test_a_section_of_3001_characters_is_refused_with_its_place(slack: SlackService) -> None:
    said = await refused(slack, SECTION, section(text=text(3001)))
    assert said == "must be less than 3001 characters [json-pointer:/blocks/1/text/text]"


async def test_a_section_with_an_empty_text_is_refused(slack: SlackService) -> None:
    assert "must be more than 0 characters" in await refused(slack, section(text=text(0)))


async def test_a_section_with_neither_text_nor_fields_is_refused(slack: SlackService) -> None:
    assert "must define either `text` or `fields`" in await refused(slack, section())


async def test_an_eleventh_field_is_refused(slack: SlackService) -> None:
    assert "/blocks/0/fields" in await refused(slack, section(fields=[text(1)] * 11))


async def test_a_field_of_2001_characters_is_refused(slack: SlackService) -> None:
    assert "/blocks/0/fields/0/text" in await refused(slack, section(fields=[text(2001)]))


async def test_a_header_of_151_characters_is_refused(slack: SlackService) -> None:
    assert "less than 151" in await refused(slack, {"type": "header", "text": text(151, "plain_text")})


async def test_a_header_in_mrkdwn_is_refused(slack: SlackService) -> None:
    assert "/blocks/0/text" in await refused(slack, {"type": "header", "text": text(5)})


async def test_an_eleventh_element_of_a_context_is_refused(slack: SlackService) -> None:
    assert "no more than 10" in await refused(slack, {"type": "context", "elements": [text(1)] * 11})


async def test_a_twenty_sixth_button_is_refused(slack: SlackService) -> None:
    buttons = [button(action_id=f"b{at}") for at in range(26)]
    assert "no more than 25 items allowed [json-pointer:/blocks/0/elements]" in await refused(slack, actions(*buttons))


async def test_a_button_with_a_label_of_76_characters_is_refused(slack: SlackService) -> None:
    assert "less than 76" in await refused(slack, actions(button("x" * 76)))


async def test_a_button_with_a_value_of_2001_characters_is_refused(slack: SlackService) -> None:
    assert "/elements/0/value" in await refused(slack, actions(button(value="x" * 2001)))


async def test_a_button_with_an_unknown_style_is_refused(slack: SlackService) -> None:
    assert "primary, danger" in await refused(slack, actions(button(style="red")))


async def test_an_action_id_of_256_characters_is_refused(slack: SlackService) -> None:
    assert "less than 256" in await refused(slack, actions(button(action_id="x" * 256)))


async def test_an_action_id_twice_in_a_block_is_refused(slack: SlackService) -> None:
    said = await refused(slack, actions(button(), button()))
    assert said == '`action_id` "press" already exists [json-pointer:/blocks/0/elements/1]'


async def test_an_action_id_in_two_blocks_is_taken(slack: SlackService) -> None:
    assert (await slack.post(actions(button()), actions(button())))["ok"]


async def test_a_block_id_twice_is_refused(slack: SlackService) -> None:
    assert "already exists" in await refused(slack, {**SECTION, "block_id": "a"}, {**SECTION, "block_id": "a"})


async def test_a_block_id_of_256_characters_is_refused(slack: SlackService) -> None:
    assert "/blocks/0/block_id" in await refused(slack, {**SECTION, "block_id": "x" * 256})


async def test_a_field_slack_does_not_know_is_refused(slack: SlackService) -> None:
    assert "invalid additional property: colour" in await refused(slack, {**SECTION, "colour": "red"})


async def test_emoji_in_a_mrkdwn_text_is_refused(slack: SlackService) -> None:
    assert "invalid additional property: emoji" in await refused(slack, section(text={**text(1), "emoji": True}))


async def test_an_unknown_block_is_refused(slack: SlackService) -> None:
    assert await refused(slack, {"type": "banner"}) == "unsupported type: banner [json-pointer:/blocks/0]"


async def test_an_alert_in_a_message_is_refused(slack: SlackService) -> None:
    assert "unsupported type: alert" in await refused(slack, {"type": "alert", "text": text(3)})


async def test_an_empty_text_in_rich_text_is_refused(slack: SlackService) -> None:
    assert "more than 0" in await refused(slack, rich({"type": "text", "text": ""}))


async def test_a_mention_in_preformatted_text_is_refused(slack: SlackService) -> None:
    said = await refused(slack, rich({"type": "user", "user_id": "U0OPS"}, part="rich_text_preformatted"))
    assert "unsupported type: user" in said


async def test_an_image_without_words_is_refused(slack: SlackService) -> None:
    image = {"type": "image", "image_url": "http://localhost/x.png"}
    assert "missing required field: alt_text" in await refused(slack, image)


async def test_a_container_in_a_container_is_refused(slack: SlackService) -> None:
    inner = {"type": "container", "title": text(1, "plain_text"), "child_blocks": [SECTION]}
    assert "unsupported type: container" in await refused(slack, {**inner, "child_blocks": [inner]})


async def test_blocks_that_are_no_list_are_refused(slack: SlackService) -> None:
    answer = await slack.api("chat.postMessage", channel="C0OPS", text="x", blocks="{broken")
    assert answer["error"] == "invalid_blocks_format"


async def test_more_than_13200_characters_in_all_blocks_are_refused(slack: SlackService) -> None:
    assert (await slack.post(*[section(text=text(2900))] * 5))["error"] == "msg_blocks_too_long"


async def test_blocks_validate_answers_without_a_token(slack: SlackService) -> None:
    answer = await slack.http.post("/api/blocks.validate", json={"blocks": [section()]})
    assert answer.json()["error"] == "invalid_blocks"


def anything_like_json() -> some.SearchStrategy[Any]:
    names = some.sampled_from(["type", "text", "elements", "options", "option_groups", "rows", "chart", "confirm"])
    kinds = some.sampled_from(["section", "actions", "static_select", "table", "rich_text", "container", "mrkdwn"])
    flat = some.none() | some.integers() | kinds | some.text(max_size=3)
    deeper = some.recursive(
        flat, lambda part: some.lists(part, max_size=3) | some.dictionaries(names, part), max_leaves=9
    )
    return some.lists(some.dictionaries(names, deeper), max_size=3)


@given(anything_like_json())
def test_no_payload_makes_the_rules_fail(blocks: Any) -> None:
    complaints_about(blocks, "message")
    complaints_about_view({"type": "modal", "blocks": blocks})
