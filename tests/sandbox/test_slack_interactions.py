"""People typing, pressing and filling in; Socket Mode and signed HTTP; each by raw HTTP and WebSocket."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, WSMsgType, web
from aiohttp.test_utils import TestServer

from sandbox.slack import delivery
from sandbox.slack.manifest import hears, takes_messages
from tests.sandbox.slack_service import SlackService, actions, button, running_slack
from tests.waiting import until

OPTION = {"text": {"type": "plain_text", "text": "Last hour"}, "value": "last-hour"}
MENU = {"type": "static_select", "action_id": "view", "options": [OPTION]}


@pytest.fixture
async def slack() -> AsyncIterator[SlackService]:
    async with running_slack() as service:
        yield service


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


async def test_names_and_links_behind_a_slash_command_come_escaped(slack: SlackService) -> None:
    """As the manifest's should_escape asks for."""
    async with slack.socket() as listener:
        await slack.say("/sync @crm-ops @otto #general @here ada@x.example https://x.example/?a=1&b a>b @nobody")
        envelope = await listener.envelope()
    links = "<mailto:ada@x.example|ada@x.example> <https://x.example/?a=1&amp;b>"
    names = "<!subteam^S0OPS|@crm-ops> <@U0OPS|otto> <#C0GENERAL|general> <!here>"
    assert envelope["payload"]["text"] == f"{names} {links} a&gt;b @nobody"


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


@pytest.mark.parametrize("text", ["status <leads>", "@Sync status <leads>"])
async def test_words_in_direct_messages_with_the_app_are_an_event_of_their_own(slack: SlackService, text: str) -> None:
    async with slack.socket() as listener:
        await slack.say(text, channel="DM", thread_ts="1.000001")
        event = (await listener.envelope())["payload"]["event"]
        await slack.say("/sync")
        assert (await listener.envelope())["type"] == "slash_commands"  # and no second event before it
    assert (event["type"], event["channel_type"], event["channel"], event["user"]) == (
        "message",
        "im",
        "D0OPS",
        "U0OPS",
    )
    assert (event["text"].removeprefix("<@U0BOT> "), event["thread_ts"]) == ("status &lt;leads&gt;", "1.000001")


async def test_an_event_comes_only_to_an_app_with_its_scope(slack: SlackService) -> None:
    await slack.control("workspace", scopes=["commands", "chat:write"])
    async with slack.socket() as listener:
        await slack.say("status", channel="DM")
        await slack.say("@Sync status")
        await slack.say("/sync", wait=True)
        assert listener.waiting == 1


def test_an_event_comes_only_to_an_app_whose_manifest_asks_for_it(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yml"
    path.write_text("settings: {event_subscriptions: {bot_events: [app_mention]}}")
    granted = ["app_mentions:read", "im:history"]
    assert [hears(event, granted, path) for event in ("app_mention", "message.im")] == [True, False]
    assert [hears(event, granted) for event in ("app_mention", "message.im", "message.channels")] == [True, True, False]


@pytest.mark.parametrize(
    ("app_home", "open_"),
    [
        ("{messages_tab_enabled: true, messages_tab_read_only_enabled: false}", True),
        ("{messages_tab_enabled: true, messages_tab_read_only_enabled: true}", False),
        ("{messages_tab_enabled: false}", False),
    ],
)
def test_one_may_write_to_the_app_where_its_manifest_opens_the_tab(tmp_path: Path, app_home: str, open_: bool) -> None:
    path = tmp_path / "manifest.yml"
    path.write_text(f"features: {{app_home: {app_home}}}")
    assert takes_messages(path) == open_


async def test_an_event_that_was_refused_comes_again(slack: SlackService) -> None:
    heard: list[str] = []

    async def fail(request: web.Request) -> web.Response:
        heard.append(request.headers.get("X-Slack-Retry-Num", ""))
        return web.Response(status=500)

    app = web.Application()
    app.router.add_post("/", fail)
    async with TestServer(app) as server:
        await slack.control("delivery", request_url=str(server.make_url("/")))
        await slack.say("@Sync status")
        await until(lambda: len(heard) == 3, 5)
    assert heard == ["", "", "1"]  # the challenge, the event, the event again


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


async def test_a_socket_that_was_killed_is_open_no_more(slack: SlackService) -> None:
    async def none_open() -> bool:
        return bool((await slack.look("sockets"))["open"] == 0)

    async with slack.socket():
        assert (await slack.control("sockets", disconnect="kill"))["told"] == 1
        await until(none_open, 5)


async def test_a_payload_goes_to_one_socket_only(slack: SlackService) -> None:
    async with slack.socket() as first, slack.socket() as second:
        for _ in range(20):
            await slack.say("/sync", wait=True)
        assert first.waiting + second.waiting == 20
        assert first.waiting and second.waiting


async def test_the_page_and_its_script_are_served(slack: SlackService) -> None:
    page, script = await slack.http.get("/"), await slack.http.get("/page/page.js")
    assert (page.headers["content-type"], "page.js" in page.text) == ("text/html", True)
    assert script.status_code == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert (await slack.http.get("/page/../app.py")).status_code == 404
