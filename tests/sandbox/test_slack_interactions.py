"""People typing, pressing and filling in; Socket Mode and signed HTTP; each by raw HTTP and WebSocket."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType

from sandbox.slack import delivery
from tests.sandbox.slack_service import SECTION, Json, SlackService, actions, button, running_slack
from tests.waiting import until

OPTION = {"text": {"type": "plain_text", "text": "Last hour"}, "value": "last-hour"}
MENU = {"type": "static_select", "action_id": "view", "options": [OPTION]}


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


async def response_url(slack: SlackService) -> str:
    """The response_url of a fresh slash command."""
    async with slack.socket() as listener:
        await slack.say("/sync")
        return str((await listener.envelope())["payload"]["response_url"])


async def test_a_socket_says_hello(slack: SlackService) -> None:
    async with slack.socket(), slack.socket() as second:
        assert (second.hello["type"], second.hello["num_connections"]) == ("hello", 2)
        assert second.hello["debug_info"]["approximate_connection_time"] == 3600


async def test_a_socket_ticket_is_good_once(slack: SlackService) -> None:
    url = (await slack.api("apps.connections.open", token="xapp-demo"))["url"].replace("ws:", "http:")
    async with ClientSession() as session:
        async with session.ws_connect(url):
            pass
        assert (await session.get(url)).status == 401


async def test_an_eleventh_socket_is_turned_away(slack: SlackService) -> None:
    async with ClientSession() as session:
        sockets = []
        for _ in range(11):
            url = (await slack.api("apps.connections.open", token="xapp-demo"))["url"]
            sockets.append(await session.ws_connect(url))
        said = [(await socket.receive_json())["type"] for socket in sockets]
        assert said == ["hello"] * 10 + ["disconnect"]


async def test_a_slash_command_brings_all_that_slack_sends(slack: SlackService) -> None:
    async with slack.socket() as listener:
        sent = await slack.say("/sync status leads")
        envelope = await listener.envelope()
    payload = envelope["payload"]
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert (payload["command"], payload["text"], payload["user_id"]) == ("/sync", "status leads", "U0OPS")
    assert payload["trigger_id"] == sent["trigger_id"]
    assert payload["response_url"].startswith(slack.url)


async def test_a_command_acknowledged_with_text_is_answered_privately(slack: SlackService) -> None:
    async with slack.socket(answer={"text": "well"}):
        sent = await slack.say("/sync", wait=True)
    [message] = await slack.seen()
    assert (message["plain"], message["ephemeral"], message["answers"]) == ("well", True, sent["id"])


async def test_a_command_nobody_hears_fails_with_dispatch_failed(slack: SlackService) -> None:
    await slack.say("/sync", wait=True)
    assert (await slack.seen())[0]["text"] == "/sync failed with the error “dispatch_failed”"


async def test_a_command_not_acknowledged_fails_with_operation_timeout(slack: SlackService) -> None:
    assert delivery.PATIENCE == 3.0
    async with slack.socket(acknowledge=False):
        await slack.say("/sync", wait=True)
    assert (await slack.seen())[0]["text"] == "/sync failed with the error “operation_timeout”"


async def test_a_command_in_a_thread_never_reaches_the_app(slack: SlackService) -> None:
    await slack.say("/sync", thread_ts="1.000001", wait=True)
    assert (await slack.seen())[0]["text"] == "/sync is not supported in threads. Sorry!"


async def test_nobody_types_where_they_are_not(slack: SlackService) -> None:
    assert (await slack.say("/sync", user="U0GUEST", channel="C0GENERAL"))["ok"] is False


async def test_acknowledgements_are_timed(slack: SlackService) -> None:
    async with slack.socket():
        await slack.say("/sync", wait=True)
    [taken] = (await slack.look("acknowledgements"))["acknowledgements"]
    assert (taken["kind"], taken["state"], 0 < taken["ms"] < 3000) == ("slash_commands", "acknowledged", True)


async def test_a_response_url_answers_privately_unless_told_otherwise(slack: SlackService) -> None:
    url = await response_url(slack)
    assert (await slack.http.post(url, json={"text": "one"})).text == "ok"
    await slack.http.post(url, json={"text": "two", "response_type": "in_channel"})
    assert [(each["text"], each["ephemeral"]) for each in await slack.seen()] == [("one", True), ("two", False)]


async def test_a_response_url_is_good_five_times(slack: SlackService) -> None:
    url = await response_url(slack)
    statuses = [(await slack.http.post(url, json={"text": "x"})).status_code for _ in range(5)]
    sixth = await slack.http.post(url, json={"text": "x"})
    assert (statuses, sixth.status_code, sixth.json()["error"]) == ([200] * 5, 404, "used_url")


async def test_a_response_url_is_good_for_thirty_minutes(slack: SlackService) -> None:
    url = await response_url(slack)
    slack.around.clock.set(slack.around.clock.now() + timedelta(minutes=31))
    late = await slack.http.post(url, json={"text": "x"})
    assert (late.status_code, late.json()["error"]) == (404, "expired_url")


async def test_a_response_url_refuses_bad_blocks(slack: SlackService) -> None:
    refused = await slack.http.post(await response_url(slack), json={"text": "x", "blocks": [{"type": "alert"}]})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_blocks")


async def test_a_pressed_button_brings_its_message_and_a_new_response_url(slack: SlackService) -> None:
    ts = (await slack.post(actions(button("Errors 37", "errors", value="errors"))))["ts"]
    async with slack.socket() as listener:
        await slack.control("press", user="U0OPS", message=ts, text="Errors 37")
        await slack.control("press", user="U0OPS", message=ts, action_id="errors")
        first, second = (await listener.envelope())["payload"], (await listener.envelope())["payload"]
    assert (first["type"], first["actions"][0]["value"]) == ("block_actions", "errors")
    assert (first["container"]["message_ts"], first["message"]["ts"], first["user"]["id"]) == (ts, ts, "U0OPS")
    assert first["response_url"] != second["response_url"]


async def test_a_button_that_is_not_there_cannot_be_pressed(slack: SlackService) -> None:
    ts = (await slack.post(actions(button())))["ts"]
    refused = await slack.control("press", user="U0OPS", message=ts, text="Delete all")
    assert refused == {"ok": False, "error": "nothing here is called 'Delete all'"}


async def test_a_private_message_cannot_be_pressed_by_others(slack: SlackService) -> None:
    block = actions(button())
    answer = await slack.api("chat.postEphemeral", channel="C0OPS", user="U0OPS", text="x", blocks=[block])
    refused = await slack.control("press", user="U0ADMIN", message=answer["message_ts"], text="Press")
    assert refused["ok"] is False


async def test_a_menu_reports_what_was_chosen(slack: SlackService) -> None:
    ts = (await slack.post({**actions(MENU), "block_id": "top"}))["ts"]
    async with slack.socket() as listener:
        await slack.control("press", user="U0OPS", message=ts, action_id="view", value="last-hour")
        payload = (await listener.envelope())["payload"]
    assert payload["actions"][0]["selected_option"] == OPTION
    assert payload["state"]["values"]["top"]["view"]["selected_option"] == OPTION


async def test_an_answer_to_a_press_can_replace_or_delete_the_message(slack: SlackService) -> None:
    ts = (await slack.post(actions(button())))["ts"]
    async with slack.socket() as listener:
        await slack.control("press", user="U0OPS", message=ts, text="Press")
        url = (await listener.envelope())["payload"]["response_url"]
    await slack.http.post(url, json={"text": "replaced", "replace_original": True})
    assert [(each["ts"], each["plain"]) for each in await slack.seen()] == [(ts, "replaced")]
    await slack.http.post(url, json={"delete_original": True})
    assert await slack.seen() == []


async def test_a_mention_of_the_app_is_an_event(slack: SlackService) -> None:
    async with slack.socket() as listener:
        await slack.say("@Sync status <leads>", thread_ts="1.000001")
        payload = (await listener.envelope())["payload"]
    event = payload["event"]
    assert (payload["type"], event["type"], event["text"]) == (
        "event_callback",
        "app_mention",
        "<@U0BOT> status &lt;leads&gt;",
    )
    assert (event["thread_ts"], event["channel"], event["user"]) == ("1.000001", "C0OPS", "U0OPS")


async def test_an_event_not_acknowledged_comes_again(slack: SlackService) -> None:
    async with slack.socket(acknowledge=False) as listener:
        await slack.say("@Sync status")
        assert (await listener.envelope())["retry_attempt"] == 0
        assert (await listener.envelope())["retry_attempt"] == 1


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


async def test_a_socket_can_be_told_to_refresh(slack: SlackService) -> None:
    async with slack.socket() as listener:
        await slack.control("sockets", disconnect="refresh_requested")
        await until(lambda: listener.told)
        assert (listener.told[0]["type"], listener.told[0]["reason"]) == ("disconnect", "refresh_requested")


async def test_sockets_are_cut_while_slack_is_down(slack: SlackService) -> None:
    url = (await slack.api("apps.connections.open", token="xapp-demo"))["url"]
    async with ClientSession() as session, session.ws_connect(url) as socket:
        await socket.receive_json()
        slack.around.weather.down = True
        ended = await asyncio.wait_for(socket.receive(), 3)
        assert ended.type in (WSMsgType.CLOSED, WSMsgType.CLOSE, WSMsgType.ERROR)
