"""What becomes of an alert that Slack does not take: who hears of it instead, how often, and what waits."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.alerts.tell import Teller
from bot.app import make_alerts_client
from bot.settings import Settings
from storage.alerting import QuietTime, Subscription
from storage.database import Database
from storage.episodes import read_undelivered
from storage.ledger import episodes as ledger
from storage.ledger.subscribing import be_quiet, subscribe
from storage.models import turns
from tests.bot.alerting import HOUR, MINUTE, Looks, at_once
from tests.bot.conftest import NOW, Settle
from tests.bot.conversation import Conversation
from tests.bot.every_message import expect_mention, order_refusal
from tests.objects import LANES
from tests.rows import live

FIVE = 5 * MINUTE
OFTEN = timedelta(seconds=15)


@pytest.fixture
def settings(settle: Settle) -> Settings:
    return settle(alert_channel="C0OPS", alert_backlog=1000, sync_operators="U0OPS")


@pytest.fixture
async def looks(sqlite_database: Database, settings: Settings) -> Looks:
    """Every lane is live; 1,204 leads wait."""
    await live(sqlite_database, *LANES)
    found = Looks(sqlite_database, settings)
    await found.backlog("leads", 1204, NOW)
    return found


@pytest.fixture
def channel(slack_url: str, http: Any) -> Conversation:
    return Conversation(slack_url, http)


async def subscribed(looks: Looks, channel: str, by: str = "U0ADMIN", **given: Any) -> None:
    async with looks.database.write() as connection:
        await subscribe(connection, Subscription(channel, "alerts", by, NOW, **given))


async def archived(channel: Conversation, *names: str) -> None:
    await channel.control("workspace", channels=[{"id": name, "is_archived": True} for name in names])


async def direct(channel: Conversation, user: str) -> list[str]:
    """What a person reads in their direct messages."""
    return [one["plain"] for one in await channel.messages(user) if one["channel"] == f"D{user[1:]}"]


async def lost(looks: Looks) -> list[str | None]:
    return [one.lost for one in await looks.episodes()]


async def test_where_one_of_several_subscribers_is_gone_the_others_hear_once(
    looks: Looks, channel: Conversation
) -> None:
    await subscribed(looks, "C0OPS", "U0ADMIN", what="backlog")
    await subscribed(looks, "C0OPS", "U0GONE", what="oldest")
    await archived(channel, "C0OPS")
    await looks.look_between(NOW, NOW + FIVE + MINUTE, OFTEN)
    assert len(await direct(channel, "U0ADMIN")) == 1
    assert await lost(looks) == ["is_archived"]


@pytest.mark.parametrize("gone", ["U0GONE", "U0LEFT"])
async def test_where_the_only_subscriber_is_gone_the_operators_hear_once(
    looks: Looks, channel: Conversation, gone: str
) -> None:
    """Of a deactivated person Slack still knows who it was."""
    await channel.control("workspace", users=[{"id": "U0LEFT", "deleted": True}])
    await subscribed(looks, "C0OPS", gone)
    await archived(channel, "C0OPS")
    await looks.look_between(NOW, NOW + FIVE + MINUTE, OFTEN)
    (told,) = await direct(channel, "U0OPS")
    assert "Slack says is_archived" in told
    assert await direct(channel, "U0LEFT") == []


async def test_where_nobody_is_left_it_is_listed_and_not_tried_again(looks: Looks, channel: Conversation) -> None:
    await channel.control("workspace", users=[{"id": "U0OPS", "deleted": True}])
    await subscribed(looks, "C0OPS", "U0GONE")
    await archived(channel, "C0OPS")
    await looks.look_between(NOW, NOW + FIVE + MINUTE, OFTEN)
    async with looks.database.read() as connection:
        (undelivered,) = await read_undelivered(connection)
    assert (undelivered.channel, undelivered.error) == ("C0OPS", "is_archived")
    assert (await channel.calls())["chat.postMessage"] == 1


async def test_whoever_slack_cannot_reach_now_hears_later(looks: Looks, channel: Conversation) -> None:
    await subscribed(looks, "C0OPS")
    await archived(channel, "C0OPS")
    await looks.look_between(NOW, NOW + FIVE - OFTEN)
    await channel.control("refuse", method="conversations.open", error="hang_up", times=2)
    await looks.look(NOW + FIVE)
    assert (await direct(channel, "U0ADMIN"), await lost(looks)) == ([], [None])
    await looks.look(NOW + FIVE + OFTEN)
    assert len(await direct(channel, "U0ADMIN")) == 1


async def test_a_channel_that_takes_nothing_is_named_as_slack_names_it(looks: Looks, channel: Conversation) -> None:
    await subscribed(looks, "C0OLD", what="backlog")
    await subscribed(looks, "C0OPS", what="undelivered")
    await channel.control("workspace", channels=[{"id": "C0OLD", "is_archived": True}])
    await looks.look_between(NOW, NOW + 4 * FIVE, FIVE)
    (told,) = await channel.messages(channel="C0OPS")
    assert {"type": "channel", "channel_id": "C0OLD"} in told["blocks"][0]["elements"][0]["elements"]
    assert "messages for the channel <#C0OLD> (is_archived)" in told["text"]
    assert "the channel #C0OLD its alerts" in (await direct(channel, "U0ADMIN"))[0]


@pytest.mark.parametrize("error", ["internal_error", "not_json"])
async def test_while_slack_itself_fails_no_channel_is_said_to_take_nothing(
    looks: Looks, channel: Conversation, error: str
) -> None:
    names = ("C0OPS", "C0LEADS", "C0MAIL")
    await channel.control("workspace", channels=[{"id": one, "members": ["U0ADMIN", "U0BOT"]} for one in names])
    for name in names:
        await subscribed(looks, name)
    await channel.control("refuse", method="chat.postMessage", error=error, times=10)
    await looks.look_between(NOW, NOW + HOUR, FIVE)
    for name in names:
        (told,) = await channel.messages(channel=name)
        assert "BEHIND  Leads: 1,204 waiting" in told["plain"]
        assert "Told late: since 14:37 UTC" in told["plain"]


async def test_where_the_blocks_of_an_edit_are_refused_it_is_edited_in_plain_text(
    looks: Looks, channel: Conversation
) -> None:
    await looks.look_between(NOW, NOW + FIVE)
    await channel.control("blocks", refuse=["section", "context", "actions"], where="everywhere")
    await looks.backlog("leads", 0, NOW)
    await looks.look_between(NOW + FIVE, NOW + 20 * MINUTE, FIVE)
    root, line = await channel.messages(channel="C0OPS")
    assert root["blocks"] == []
    assert root["text"].startswith("RECOVERED  Leads was behind")
    assert line["plain"].startswith("Recovered: Leads was behind")


@pytest.mark.parametrize("slack_fails", [False, True])
async def test_who_was_not_called_while_nothing_could_be_told_is_called_at_the_next_critical_turn(
    looks: Looks, channel: Conversation, slack_url: str, slack_fails: bool
) -> None:
    """When it is told at last it is a warning, for which nobody is called."""
    expect_mention(slack_url, "!subteam^S0OPS")
    await subscribed(looks, "C0OPS", what="backlog", mention="S0OPS")
    if slack_fails:
        await channel.control("refuse", method="chat.postMessage", error="internal_error", times=4)
    else:
        async with looks.database.write() as connection:
            await be_quiet(connection, QuietTime("C0OPS", "U0ADMIN", NOW, None, NOW, NOW + HOUR))
    await looks.backlog("leads", 20_000, NOW)
    await looks.look_between(NOW, NOW + FIVE, FIVE)
    await looks.backlog("leads", 3_000, NOW)
    await looks.look_between(NOW + 2 * FIVE, NOW + 4 * FIVE, FIVE)
    await looks.look(NOW + HOUR)
    await looks.backlog("leads", 30_000, NOW)
    await looks.look_between(NOW + HOUR + FIVE, NOW + HOUR + 3 * FIVE, FIVE)
    messages = await channel.messages(channel="C0OPS")
    assert [bool(one["mentions"]) for one in messages] == [False] * (len(messages) - 1) + [True]


async def test_each_turn_is_claimed_at_its_own_time_however_slowly_its_round_goes(
    looks: Looks, settings: Settings
) -> None:
    """A claim that looked as old as the round would be taken over while its message is on its way."""
    for where in ("C0OPS", "C0SHARED"):
        async with looks.database.write() as connection:
            await ledger.record_test(connection, where, NOW)
    readings = (NOW + number * FIVE for number in count())
    await Teller(looks.database, make_alerts_client(settings), wait=at_once).tell(lambda: next(readings))
    first, second = await looks.rows(turns)
    assert second.claimed_at - first.claimed_at == FIVE


class OneShutOut(AsyncWebClient):
    """Slack, for which one channel belongs to a workspace that lets us in no more."""

    async def chat_postMessage(self, **given: Any) -> AsyncSlackResponse:  # noqa: N802 # Slack's name
        if given["channel"] == "C0SHARED":
            refused = {"ok": False, "error": "team_access_not_granted"}
            response = AsyncSlackResponse(
                client=self, http_verb="POST", api_url="", req_args={}, data=refused, headers={}, status_code=200
            )
            raise SlackApiError("refused", response)  # type: ignore[no-untyped-call] # of the SDK
        return await super().chat_postMessage(**given)


async def test_one_channel_for_which_slack_always_fails_silences_no_other(
    looks: Looks, channel: Conversation, settings: Settings
) -> None:
    """Nor one that failed once, as it seems, together with it."""
    usual = make_alerts_client(settings)
    teller = Teller(looks.database, OneShutOut(token=usual.token, base_url=usual.base_url), (), at_once)
    for where in ("C0SHARED", "C0OPS", "C0LEADS"):
        async with looks.database.write() as connection:
            await ledger.record_test(connection, where, NOW)
    await channel.control("workspace", channels=[{"id": "C0LEADS", "members": ["U0ADMIN", "U0BOT"]}])
    await channel.control("refuse", method="chat.postMessage", error="internal_error", times=1)
    for _ in range(4):
        await teller.tell(lambda: NOW)
    told = [len(await channel.messages(channel=where)) for where in ("C0SHARED", "C0OPS", "C0LEADS")]
    assert told == [0, 1, 1]


async def told_and_recovered(looks: Looks) -> None:
    """What comes within the hour after that is the same alert again."""
    await looks.look_between(NOW, NOW + FIVE)
    await looks.backlog("leads", 0, NOW)
    await looks.look_between(NOW + FIVE + MINUTE, NOW + 4 * FIVE)


async def test_an_alert_whose_message_was_deleted_is_posted_anew_when_it_comes_again(
    looks: Looks, channel: Conversation, settings: Settings, slack_url: str
) -> None:
    await told_and_recovered(looks)
    deleted = (await channel.messages(channel="C0OPS"))[0]["ts"]
    await make_alerts_client(settings).chat_delete(channel="C0OPS", ts=deleted)
    order_refusal(slack_url, "refuse", {"error": "message_not_found"})
    await looks.backlog("leads", 50_000, NOW + 5 * FIVE)
    await looks.look_between(NOW + 5 * FIVE, NOW + HOUR, FIVE)
    (posted,) = [one for one in await channel.messages(channel="C0OPS") if not one["thread_ts"]]
    assert "BEHIND, CRITICAL  Leads: 50,000 waiting" in posted["plain"]
    assert [one.ts for one in await looks.episodes()] == [posted["ts"]]


async def test_of_a_message_that_can_no_longer_be_edited_the_thread_goes_on(
    looks: Looks, channel: Conversation
) -> None:
    await told_and_recovered(looks)
    await channel.control("refuse", method="chat.update", error="edit_window_closed", times=1)
    await looks.backlog("leads", 50_000, NOW + 5 * FIVE)
    await looks.look_between(NOW + 5 * FIVE, NOW + 6 * FIVE, FIVE)
    root, *_, line = await channel.messages(channel="C0OPS")
    assert line["thread_ts"] == root["ts"]
    assert line["plain"].startswith("Again, critical: Leads: 50,000 waiting")
