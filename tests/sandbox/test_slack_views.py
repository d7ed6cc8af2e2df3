"""Modals and home tabs: triggers, what Slack refuses in a view, submitting; each by raw HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.slack_service import SECTION, Json, SlackService, running_slack


@pytest.fixture
async def slack() -> AsyncIterator[SlackService]:
    async with running_slack() as service:
        yield service


def modal(*blocks: Json, **more: Any) -> Json:
    title = {"type": "plain_text", "text": "Filters"}
    return {"type": "modal", "title": title, "submit": {**title, "text": "Search"}, "blocks": list(blocks), **more}


def field(block_id: str = "words", **more: Any) -> Json:
    label = {"type": "plain_text", "text": "Words"}
    element = {"type": "plain_text_input", "action_id": "typed"}
    return {"type": "input", "block_id": block_id, "label": label, "element": element, **more}


async def trigger(slack: SlackService) -> str:
    return str((await slack.say("/sync"))["trigger_id"])


async def test_a_home_tab_is_published_when_opened(slack: SlackService) -> None:
    async with slack.socket() as listener:
        await slack.control("home", user="U0OPS")
        assert (await listener.envelope())["payload"]["event"]["type"] == "app_home_opened"
    await slack.api("views.publish", user_id="U0OPS", view={"type": "home", "blocks": [SECTION]})
    assert (await slack.look("homes/U0OPS"))["plain"] == "well"


async def test_a_trigger_opens_one_modal(slack: SlackService) -> None:
    name = await trigger(slack)
    assert (await slack.api("views.open", trigger_id=name, view=modal(SECTION)))["view"]["state"] == {"values": {}}
    again = await slack.api("views.open", trigger_id=name, view=modal(SECTION))
    assert again["error"] == "exchanged_trigger_id"


async def test_a_trigger_is_good_for_three_seconds(slack: SlackService) -> None:
    name = await trigger(slack)
    slack.around.clock.set(slack.around.clock.now() + timedelta(seconds=4))
    assert (await slack.api("views.open", trigger_id=name, view=modal(SECTION)))["error"] == "expired_trigger_id"


@pytest.mark.parametrize(
    ("view", "complaint"),
    [
        (modal(SECTION, title={"type": "plain_text", "text": "x" * 25}), "/view/title/text"),
        (modal(*[SECTION] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (modal({"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}), "unsupported type: table"),
        (modal(SECTION, private_metadata="x" * 3001), "/view/private_metadata"),
        (modal(field(), submit=None), "missing required field: submit"),
    ],
)
async def test_a_modal_slack_would_refuse_is_refused(slack: SlackService, view: Json, complaint: str) -> None:
    answer = await slack.api("views.open", trigger_id=await trigger(slack), view=view)
    assert answer["error"] == "invalid_arguments"
    assert complaint in " ".join(answer["response_metadata"]["messages"])


async def test_a_submitted_modal_brings_its_values_and_closes(slack: SlackService) -> None:
    opened = await slack.api("views.open", trigger_id=await trigger(slack), view=modal(field(), callback_id="filters"))
    view = opened["view"]["id"]
    async with slack.socket() as listener:
        await slack.control("submit", user="U0OPS", view=view, values={"words": "acme"}, wait=True)
        payload = (await listener.envelope())["payload"]
    assert (payload["type"], payload["view"]["callback_id"]) == ("view_submission", "filters")
    assert payload["view"]["state"]["values"]["words"]["typed"]["value"] == "acme"
    assert [each["open"] for each in (await slack.look("views"))["views"]] == [False]


async def test_a_modal_answered_with_errors_stays_open(slack: SlackService) -> None:
    view = (await slack.api("views.open", trigger_id=await trigger(slack), view=modal(field())))["view"]["id"]
    async with slack.socket(answer={"response_action": "errors", "errors": {"words": "too short"}}):
        await slack.control("submit", user="U0OPS", view=view, values={"words": "a"}, wait=True)
    [shown] = (await slack.look("views"))["views"]
    assert (shown["open"], shown["trouble"]) == (True, {"words": "too short"})


async def test_a_required_field_left_empty_is_never_submitted(slack: SlackService) -> None:
    view = (await slack.api("views.open", trigger_id=await trigger(slack), view=modal(field())))["view"]["id"]
    assert (await slack.control("submit", user="U0OPS", view=view))["ok"] is False


async def test_a_modal_can_be_changed_while_it_is_open(slack: SlackService) -> None:
    view = (await slack.api("views.open", trigger_id=await trigger(slack), view=modal(SECTION)))["view"]["id"]
    assert (await slack.api("views.update", view_id=view, view=modal(SECTION, SECTION)))["ok"]
    assert (await slack.api("views.update", view_id="V0NONE", view=modal(SECTION)))["error"] == "not_found"
