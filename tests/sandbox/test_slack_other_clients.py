"""Slack's own clients against the stand-in, unchanged: slack-bolt in both modes, slack_sdk's upload."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.slack_service import SlackService, actions, button, running_slack
from tests.waiting import until


@pytest.fixture
async def slack() -> AsyncIterator[SlackService]:
    async with running_slack() as service:
        yield service


def an_app(slack: SlackService) -> AsyncApp:
    """Answers /sync through its response_url, and a press by replacing the message."""
    client = AsyncWebClient(token="xoxb-demo", base_url=f"{slack.url}/api/")
    app = AsyncApp(client=client, signing_secret="demo")

    @app.command("/sync")
    async def command(ack: Any, respond: Any, command: dict[str, Any]) -> None:
        await ack()
        await respond(text=f"you said {command['text']}", blocks=[actions(button("More", "more"))])

    @app.action("more")
    async def more(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="more", replace_original=True)

    return app


async def plain(slack: SlackService, expected: str) -> None:
    async def shown() -> bool:
        return [message["plain"] for message in await slack.seen()] == [expected]

    await until(shown, 5)


@asynccontextmanager
async def listening(slack: SlackService) -> AsyncIterator[Any]:
    """The app above, connected in Socket Mode."""
    handler: Any = AsyncSocketModeHandler(an_app(slack), "xapp-demo")  # its methods have no types
    await handler.connect_async()
    yield handler
    await handler.close_async()


async def test_bolt_answers_a_command_and_a_press_in_socket_mode(slack: SlackService) -> None:
    async with listening(slack):
        await slack.say("/sync status")
        await plain(slack, "[More]")
        [message] = await slack.seen()
        assert (message["text"], message["ephemeral"]) == ("you said status", True)
        await slack.control("press", user="U0OPS", message=message["id"], text="More")
        await plain(slack, "more")


async def test_bolt_comes_back_after_a_refresh(slack: SlackService) -> None:
    async def connected_again() -> bool:
        return bool((await slack.look("calls"))["by_kind"].get("apps.connections.open") == 2)

    async with listening(slack) as handler:
        await slack.control("sockets", disconnect="refresh_requested")
        await until(connected_again, 5)
        await until(handler.client.is_connected, 5)
        await slack.say("/sync again")
        await plain(slack, "[More]")


async def test_bolt_takes_signed_requests_in_http_mode(slack: SlackService) -> None:
    runner = web.AppRunner(an_app(slack).web_app("/slack/events"))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    assert await slack.control("delivery", request_url=url) == {"ok": True, "verified": True}
    await slack.say("/sync status")
    await plain(slack, "[More]")
    await slack.control("press", user="U0OPS", message=(await slack.seen())[0]["id"], text="More")
    await plain(slack, "more")
    await runner.cleanup()


async def test_bolt_refuses_requests_signed_with_another_secret(slack: SlackService) -> None:
    runner = web.AppRunner(an_app(slack).web_app("/slack/events"))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await slack.control("delivery", request_url=url, signing_secret="other")
    sent = await slack.say("/sync status", wait=True)
    assert sent["outcome"] == "http_client_error"
    await runner.cleanup()


async def test_the_sdk_may_send_an_empty_body_and_call_it_json(slack: SlackService) -> None:
    client = WebClient(base_url=f"{slack.url}/api/")
    opened = await asyncio.to_thread(client.apps_connections_open, app_token="xapp-demo")
    assert opened["url"].startswith("ws://")


async def test_the_sdk_uploads_a_file(slack: SlackService) -> None:
    client = WebClient(token="xoxb-demo", base_url=f"{slack.url}/api/")
    dm = (await asyncio.to_thread(client.conversations_open, users="U0OPS"))["channel"]["id"]
    await asyncio.to_thread(
        client.files_upload_v2, channel=dm, filename="errors.csv", content="code\n1003\n", initial_comment="All errors"
    )
    [message] = await slack.seen()
    assert (message["channel"], message["plain"]) == ("D0OPS", "All errors\n[file errors.csv]")
    stored = await slack.http.get(f"/sandbox/files/{message['files'][0]['id']}")
    assert stored.content == b"code\n1003\n"


async def test_the_sdk_sees_refusals_as_slacks(slack: SlackService) -> None:
    client = AsyncWebClient(token="xoxb-demo", base_url=f"{slack.url}/api/")
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C0OPS", text="x", blocks=[{"type": "alert"}])
    assert refused.value.response["error"] == "invalid_blocks"
    assert (await client.auth_test()).headers["x-oauth-scopes"]
