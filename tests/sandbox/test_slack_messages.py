"""Messages, people and files: what the Web API answers and refuses, each by raw HTTP."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.sandbox.slack_service import SECTION, SlackService, running_slack


@pytest.fixture
async def slack() -> AsyncIterator[SlackService]:
    async with running_slack() as service:
        yield service


@pytest.fixture
async def strict() -> AsyncIterator[SlackService]:
    async with running_slack(limits=True) as service:
        yield service


async def test_an_unknown_token_is_refused(slack: SlackService) -> None:
    assert await slack.api("auth.test", token="xoxb-other") == {"ok": False, "error": "invalid_auth"}


async def test_a_call_without_a_token_is_refused(slack: SlackService) -> None:
    assert (await slack.http.post("/api/auth.test")).json()["error"] == "not_authed"


async def test_a_token_in_the_form_counts(slack: SlackService) -> None:
    assert (await slack.http.post("/api/auth.test", data={"token": "xoxb-demo"})).json()["user_id"] == "U0BOT"


async def test_an_app_token_cannot_post(slack: SlackService) -> None:
    answer = await slack.api("chat.postMessage", token="xapp-demo", channel="C0OPS", text="x")
    assert answer["error"] == "not_allowed_token_type"


async def test_a_bot_token_cannot_open_a_socket(slack: SlackService) -> None:
    assert (await slack.api("apps.connections.open"))["error"] == "not_allowed_token_type"


async def test_every_reply_names_the_scopes(slack: SlackService) -> None:
    headers = {"Authorization": "Bearer xoxb-demo"}
    for method in ("auth.test", "users.info"):
        reply = await slack.http.post(f"/api/{method}", headers=headers)
        assert "chat:write" in reply.headers["x-oauth-scopes"].split(",")


async def test_a_scope_that_was_not_granted_is_named(slack: SlackService) -> None:
    await slack.control("workspace", scopes=["commands"])
    answer = await slack.post(SECTION)
    assert answer == {"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "commands"}


async def test_an_unknown_method_is_refused(slack: SlackService) -> None:
    assert (await slack.api("chat.shout"))["error"] == "unknown_method"


async def test_a_message_without_content_is_refused(slack: SlackService) -> None:
    assert (await slack.api("chat.postMessage", channel="C0OPS"))["error"] == "no_text"


async def test_a_text_of_40001_characters_is_refused(slack: SlackService) -> None:
    assert (await slack.post(text="x" * 40_001))["error"] == "msg_too_long"


async def test_an_unknown_channel_is_refused(slack: SlackService) -> None:
    assert (await slack.post(channel="C0NONE"))["error"] == "channel_not_found"


async def test_a_channel_without_the_app_is_refused(slack: SlackService) -> None:
    assert (await slack.post(channel="C0GENERAL"))["error"] == "not_in_channel"


async def test_an_archived_channel_is_refused(slack: SlackService) -> None:
    await slack.control("workspace", channels=[{"id": "C0OPS", "is_archived": True}])
    assert (await slack.post())["error"] == "is_archived"


async def test_a_message_to_a_person_opens_their_direct_messages(slack: SlackService) -> None:
    assert (await slack.post(channel="U0OPS"))["channel"] == "D0OPS"
    assert [message["channel"] for message in await slack.seen("U0OPS")] == ["D0OPS"]
    assert await slack.seen("U0ADMIN") == []


async def test_a_private_message_is_seen_by_one_person_only(slack: SlackService) -> None:
    await slack.api("chat.postEphemeral", channel="C0OPS", user="U0OPS", text="psst")
    assert [message["ephemeral"] for message in await slack.seen("U0OPS")] == [True]
    assert await slack.seen("U0ADMIN") == []


async def test_a_private_message_to_an_outsider_is_refused(slack: SlackService) -> None:
    await slack.control("workspace", users=[{"id": "U0NEW"}])
    answer = await slack.api("chat.postEphemeral", channel="C0OPS", user="U0NEW", text="psst")
    assert answer["error"] == "user_not_in_channel"


async def test_a_message_is_edited_in_place(slack: SlackService) -> None:
    ts = (await slack.post(SECTION, text="before"))["ts"]
    assert (await slack.api("chat.update", channel="C0OPS", ts=ts, text="after"))["ok"]
    [message] = await slack.seen()
    assert (message["ts"], message["plain"], bool(message["edited"])) == (ts, "after", True)


async def test_an_unknown_message_cannot_be_edited(slack: SlackService) -> None:
    answer = await slack.api("chat.update", channel="C0OPS", ts="1.000001", text="x")
    assert answer["error"] == "message_not_found"


async def test_somebody_elses_message_cannot_be_edited(slack: SlackService) -> None:
    await slack.say("good morning")
    [message] = await slack.seen()
    answer = await slack.api("chat.update", channel="C0OPS", ts=message["ts"], text="x")
    assert answer["error"] == "cant_update_message"


async def test_a_private_message_cannot_be_edited(slack: SlackService) -> None:
    ts = (await slack.api("chat.postEphemeral", channel="C0OPS", user="U0OPS", text="psst"))["message_ts"]
    assert (await slack.api("chat.update", channel="C0OPS", ts=ts, text="x"))["error"] == "message_not_found"


async def test_a_deleted_message_is_gone(slack: SlackService) -> None:
    ts = (await slack.post())["ts"]
    assert (await slack.api("chat.delete", channel="C0OPS", ts=ts))["ok"]
    assert await slack.seen() == []


async def test_a_second_message_within_a_second_is_refused_with_429(strict: SlackService) -> None:
    assert (await strict.post())["ok"]
    again = await strict.http.post(
        "/api/chat.postMessage", json={"channel": "C0OPS", "text": "x"}, headers={"Authorization": "Bearer xoxb-demo"}
    )
    assert (again.status_code, again.json()["error"], again.headers["Retry-After"]) == (429, "ratelimited", "1")


async def test_a_message_in_another_channel_is_taken_within_the_same_second(strict: SlackService) -> None:
    assert (await strict.post())["ok"]
    assert (await strict.post(channel="C0SHARED"))["ok"]


async def test_a_twenty_first_call_of_a_second_tier_method_is_refused(strict: SlackService) -> None:
    answers = [await strict.api("users.list") for _ in range(21)]
    assert [answer["ok"] for answer in answers] == [True] * 20 + [False]


async def test_no_conversation_is_opened_with_somebody_deactivated_whom_messages_still_reach(
    slack: SlackService,
) -> None:
    await slack.control("workspace", users=[{"id": "U0LEFT", "deleted": True}])
    assert (await slack.api("conversations.open", users="U0LEFT"))["error"] == "user_disabled"
    assert (await slack.post(channel="U0LEFT"))["ok"]


async def test_an_ordered_failure_may_be_no_answer_or_one_that_is_cut_short(slack: SlackService) -> None:
    await slack.control("refuse", method="chat.postMessage", error="not_json")
    answer = await slack.http.post("/api/chat.postMessage")
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (503, "application/json")
    await slack.control("refuse", method="chat.postMessage", error="hang_up")
    with pytest.raises(httpx.RemoteProtocolError):
        await slack.post()


async def test_an_ordered_refusal_is_given_as_often_as_ordered(slack: SlackService) -> None:
    await slack.control("refuse", method="chat.postMessage", error="internal_error", times=2)
    assert [(await slack.post())["ok"] for _ in range(3)] == [False, False, True]


async def test_half_of_the_faulty_calls_take_effect_and_lose_the_reply(slack: SlackService) -> None:
    slack.around.weather.faults = 1.0
    lost = 0
    for _ in range(40):
        try:
            await slack.post()
        except httpx.TransportError:
            lost += 1
    slack.around.weather.faults = 0.0
    assert 10 < len(await slack.seen()) < 30
    assert lost >= len(await slack.seen())


async def test_a_person_has_a_zone_and_a_locale_when_asked(slack: SlackService) -> None:
    plain = (await slack.api("users.info", user="U0OPS"))["user"]
    asked = (await slack.api("users.info", user="U0READER", include_locale=True))["user"]
    assert (plain["tz"], plain["tz_offset"] in (-18000, -14400), "locale" in plain) == ("America/New_York", True, False)
    assert (asked["tz_offset"], asked["locale"], asked["is_restricted"]) == (-10800, "pt-BR", False)


async def test_an_unknown_person_is_not_found(slack: SlackService) -> None:
    assert (await slack.api("users.info", user="U0NONE"))["error"] == "user_not_found"


async def test_a_group_lists_its_members(slack: SlackService) -> None:
    assert (await slack.api("usergroups.users.list", usergroup="S0OPS"))["users"] == ["U0OPS"]
    assert (await slack.api("usergroups.users.list", usergroup="S0NONE"))["error"] == "no_such_subteam"


async def test_a_shared_channel_says_so(slack: SlackService) -> None:
    shared = (await slack.api("conversations.info", channel="C0SHARED"))["channel"]
    assert (shared["is_ext_shared"], shared["is_member"]) == (True, True)


async def test_direct_messages_are_opened_once(slack: SlackService) -> None:
    first, second = [await slack.api("conversations.open", users="U0OPS") for _ in range(2)]
    assert first["channel"] == second["channel"] == {"id": "D0OPS"}
    assert (first["already_open"], second["already_open"]) == (False, True)
