"""What Slack refuses in tables, charts and menus, each refusal by raw HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sandbox.slack_service import SECTION, Json, SlackService, actions, button, running_slack


@pytest.fixture
async def slack() -> AsyncIterator[SlackService]:
    async with running_slack() as service:
        yield service


def text(length: int, kind: str = "mrkdwn") -> Json:
    return {"type": kind, "text": "x" * length}


def table(rows: int = 2, cells: int = 2) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * cells] * rows}


def chart(**parts: Any) -> Json:
    data = [{"label": "Mon", "value": 1}]
    series = {"type": "line", "series": [{"name": "in", "data": data}], "axis_config": {"categories": ["Mon"]}}
    return {"type": "data_visualization", "title": "Trend", "chart": series, **parts}


def select(**parts: Any) -> Json:
    option = {"text": text(3, "plain_text"), "value": "v"}
    return {"type": "static_select", "action_id": "view", "options": [option], **parts}


async def refused(slack: SlackService, *blocks: Json) -> str:
    """Posts the blocks and returns what Slack says against them."""
    answer = await slack.post(*blocks)
    assert (answer["ok"], answer["error"]) == (False, "invalid_blocks"), answer
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {each}" for each in answer["errors"]]
    return " ".join(answer["errors"])


async def test_a_hundred_rows_of_twenty_cells_are_taken(slack: SlackService) -> None:
    assert (await slack.post(table(100, 20)))["ok"]


async def test_a_hundred_and_first_row_is_refused(slack: SlackService) -> None:
    assert "no more than 100 items allowed [json-pointer:/blocks/0/rows]" in await refused(slack, table(101))


async def test_a_twenty_first_cell_is_refused(slack: SlackService) -> None:
    assert "no more than 20" in await refused(slack, table(1, 21))


async def test_an_empty_cell_is_refused(slack: SlackService) -> None:
    empty = {"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]}
    assert "[json-pointer:/blocks/0/rows/0/0/text]" in await refused(slack, empty)


async def test_a_second_table_is_refused_as_an_attachment(slack: SlackService) -> None:
    answer = await slack.post(table(), table())
    assert answer["error"] == "invalid_attachments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] only_one_table_allowed"]


async def test_a_data_table_without_a_caption_is_refused(slack: SlackService) -> None:
    assert "missing required field: caption" in await refused(slack, {**table(), "type": "data_table"})


async def test_a_data_table_with_rows_of_different_length_is_refused(slack: SlackService) -> None:
    rows = [*table(1, 2)["rows"], *table(1, 3)["rows"]]
    assert "same number of cells" in await refused(slack, {"type": "data_table", "caption": "c", "rows": rows})


async def test_a_chart_is_taken(slack: SlackService) -> None:
    assert (await slack.post(chart(), chart()))["ok"]


async def test_a_third_chart_is_refused(slack: SlackService) -> None:
    assert await refused(slack, chart(), chart(), chart()) == "too many data_visualization blocks"


async def test_a_chart_with_a_title_of_51_characters_is_refused(slack: SlackService) -> None:
    assert "/blocks/0/title" in await refused(slack, chart(title="x" * 51))


async def test_a_chart_with_a_point_outside_its_categories_is_refused(slack: SlackService) -> None:
    wrong = chart()["chart"] | {"axis_config": {"categories": ["Tue"]}}
    assert "one data point for every category" in await refused(slack, chart(chart=wrong))


async def test_a_chart_with_21_points_is_refused(slack: SlackService) -> None:
    names = [f"day {at}" for at in range(21)]
    data = [{"label": name, "value": 1} for name in names]
    long = {"type": "bar", "series": [{"name": "in", "data": data}], "axis_config": {"categories": names}}
    assert "no more than 20" in await refused(slack, chart(chart=long))


async def test_a_chart_with_a_label_of_21_characters_is_refused(slack: SlackService) -> None:
    pie = {"type": "pie", "segments": [{"label": "x" * 21, "value": 1}]}
    assert "less than 21" in await refused(slack, chart(chart=pie))


async def test_markdown_of_12001_characters_in_two_blocks_is_refused(slack: SlackService) -> None:
    blocks = [{"type": "markdown", "text": "x" * 6000}, {"type": "markdown", "text": "x" * 6001}]
    assert "less than 12001" in await refused(slack, *blocks)


async def test_a_hundred_and_first_option_is_refused(slack: SlackService) -> None:
    options = [{"text": text(1, "plain_text"), "value": str(at)} for at in range(101)]
    assert "no more than 100" in await refused(slack, actions(select(options=options)))


async def test_a_menu_without_options_is_refused(slack: SlackService) -> None:
    empty = select()
    del empty["options"]
    assert "either `options` or `option_groups`" in await refused(slack, actions(empty))


async def test_an_option_with_a_label_of_76_characters_is_refused(slack: SlackService) -> None:
    options = [{"text": text(76, "plain_text"), "value": "v"}]
    assert "less than 76" in await refused(slack, actions(select(options=options)))


async def test_an_option_with_a_value_of_151_characters_is_refused(slack: SlackService) -> None:
    options = [{"text": text(1, "plain_text"), "value": "x" * 151}]
    assert "less than 151" in await refused(slack, actions(select(options=options)))


async def test_an_initial_option_that_is_not_offered_is_refused(slack: SlackService) -> None:
    other = {"text": text(3, "plain_text"), "value": "other"}
    assert "initial_option" in await refused(slack, actions(select(initial_option=other)))


async def test_a_confirmation_with_a_title_of_101_characters_is_refused(slack: SlackService) -> None:
    words = {name: text(2, "plain_text") for name in ("text", "confirm", "deny")}
    asking = button(confirm={"title": text(101, "plain_text"), **words})
    assert "/confirm/title/text" in await refused(slack, actions(asking))


async def test_a_confirmation_without_a_way_out_is_refused(slack: SlackService) -> None:
    words = {name: text(2, "plain_text") for name in ("title", "text", "confirm")}
    assert "missing required field: deny" in await refused(slack, actions(button(confirm=words)))


async def test_a_workspace_can_refuse_tables_in_private_messages_only(slack: SlackService) -> None:
    await slack.control("blocks", refuse=["table"], where="ephemeral")
    private = await slack.api("chat.postEphemeral", channel="C0OPS", user="U0OPS", text="x", blocks=[table()])
    assert (private["error"], (await slack.post(table()))["ok"]) == ("invalid_blocks", True)


async def test_a_workspace_can_refuse_charts_everywhere(slack: SlackService) -> None:
    await slack.control("blocks", refuse=["data_visualization"], where="everywhere")
    assert "unsupported type: data_visualization" in await refused(slack, SECTION, chart())
