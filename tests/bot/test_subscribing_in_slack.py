"""What a channel hears, asked for and changed in the sandbox's Slack."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage.alerting import Episode, QuietTime, Subscription
from storage.audit_log import newest_acts
from storage.database import Database
from storage.episodes import read_episode, read_open_episodes
from storage.ledger.episodes import open_episode
from storage.ledger.subscribing import read_quiet_times, read_subscriptions, subscribe
from storage.models import turns
from tests.bot.conftest import NOW, Settle, connected, running
from tests.bot.conversation import Conversation
from tests.waiting import until

HOUR = timedelta(hours=1)


async def held(database: Database, channel: str | None = None) -> list[Subscription]:
    async with database.read() as connection:
        return await read_subscriptions(connection, channel)


async def quiet_times(database: Database) -> list[QuietTime]:
    async with database.read() as connection:
        return await read_quiet_times(connection)


async def began(database: Database, channel: str = "C0OPS") -> int:
    """The number of an episode that has just opened."""
    late = {"rule": "oldest", "subject": "leads", "object": "leads", "waiting": 1204, "age": 10_800}
    detail = {"members": {"oldest:leads": late}}
    begun = Episode(0, channel, "backlog", "critical", NOW - HOUR, detail=detail)
    async with database.write() as connection:
        return await open_episode(connection, begun)


async def episode(database: Database, number: int) -> Episode:
    async with database.read() as connection:
        found = await read_episode(connection, number)
    assert found is not None
    return found


async def test_a_subscription_is_told_to_the_channel_with_who_made_it(
    sqlite_database: Database, talk: Conversation
) -> None:
    said = await talk.say("/sync subscribe leads backlog>10000 oldest>2h")
    sentence = "Ada Admin subscribed this channel to leads: more than 10,000 waiting, or one waiting longer than 2h."
    assert said["plain"].startswith(sentence)
    assert (said["only_for"], said["channel"], said["mentions"]) == ("", "C0OPS", [])
    rows = await held(sqlite_database, "C0OPS")
    assert [(row.object, row.what, row.terms) for row in rows] == [
        ("leads", "backlog", {"backlog": 10_000}),
        ("leads", "oldest", {"oldest": 7200}),
    ]
    assert {(row.created_by, row.zone) for row in rows} == {("U0ADMIN", "Europe/Berlin")}


async def test_every_change_of_what_is_heard_leaves_an_audit_row(sqlite_database: Database, talk: Conversation) -> None:
    await talk.say("/sync subscribe leads")
    await talk.say("/sync unsubscribe leads")
    await talk.say("/sync quiet 2h")
    async with sqlite_database.read() as connection:
        acts = await newest_acts(connection, skip=0, limit=9)
    assert [(act.act, act.who, act.detail) for act in reversed(acts)] == [
        ("subscribe", "U0ADMIN", "C0OPS subscribe leads"),
        ("unsubscribe", "U0ADMIN", "C0OPS unsubscribe leads"),
        ("quiet", "U0ADMIN", "C0OPS quiet 2h"),
    ]
    assert "subscribed a channel" in (await talk.say("/sync audit"))["plain"]


async def test_somebody_to_call_is_named_by_name_and_not_called(sqlite_database: Database, talk: Conversation) -> None:
    said = await talk.say("/sync subscribe quota mention:@crm-ops")
    assert "crm-ops is called at the first critical one" in said["plain"]
    said = await talk.say("/sync subscribe leads mention:@otto")
    assert "Otto Ops is called at the first critical one" in said["plain"]
    assert [row.mention for row in await held(sqlite_database)] == ["S0OPS", "U0OPS"]
    assert said["mentions"] == (await talk.say("/sync alerts"))["mentions"] == []


async def test_in_direct_messages_one_hears_for_oneself(sqlite_database: Database, talk: Conversation) -> None:
    talk.channel = "D0ADMIN"
    said = await talk.say("/sync subscribe")
    assert said["plain"].startswith("Subscribed to everything: more than 10,000 waiting")
    assert [row.channel for row in await held(sqlite_database)] == ["D0ADMIN"]


async def test_a_guest_changes_nothing(sqlite_database: Database, talk: Conversation) -> None:
    number = await began(sqlite_database)
    for words in ("subscribe", "unsubscribe all", f"alerts ack {number}", f"alerts snooze {number} 1h", "alerts test"):
        assert "Guests cannot change" in (await talk.say(f"/sync {words}", "U0GUEST"))["plain"]
    assert "[Subscribe…]" not in (await talk.say("/sync alerts", "U0GUEST"))["plain"]
    assert await held(sqlite_database) == []
    assert (await episode(sqlite_database, number)).acknowledged_at is None


async def test_a_channel_with_outsiders_is_told_no_alerts_but_may_get_rid_of_them(
    sqlite_database: Database, talk: Conversation
) -> None:
    talk.channel = "C0SHARED"
    for words in ("subscribe", "alerts test"):
        refused = (await talk.say(f"/sync {words}"))["plain"]
        assert "shared with another organization" in refused and f"and then: /sync {words}\n" in refused
    assert await held(sqlite_database) == []
    async with sqlite_database.write() as connection:
        await subscribe(connection, Subscription("C0SHARED", "alerts", "U0ADMIN", NOW))
    assert "unsubscribed this channel from everything" in (await talk.say("/sync unsubscribe all"))["plain"]
    assert await held(sqlite_database) == []


async def test_what_a_channel_is_told_is_english_whoever_says_it(sqlite_database: Database, talk: Conversation) -> None:
    said = await talk.say("/sync subscribe leads oldest>2h", "U0READER")
    assert said["plain"].startswith("Rita Reader subscribed this channel to leads: one waiting longer than 2h.")
    assert "Leads: uma em espera há mais de 2h" in (await talk.say("/sync alerts", "U0READER"))["plain"]


async def test_where_the_bot_is_not_it_says_how_to_invite_it(sqlite_database: Database, talk: Conversation) -> None:
    talk.channel = "C0GENERAL"
    said = await talk.say("/sync subscribe leads")
    assert "I am not in this channel" in said["plain"]
    assert "Invite me first (/invite @Sync), and then: /sync subscribe leads\n" in said["plain"]
    assert said["only_for"] == "U0ADMIN"
    assert await held(sqlite_database) == []
    members = ["U0ADMIN", "U0OPS", "U0READER", "U0BOT"]
    await talk.control("workspace", channels=[{"id": "C0GENERAL", "members": members}])
    assert "subscribed this channel to leads" in (await talk.press(said, "Try again"))["plain"]


async def test_alerts_list_what_is_heard_in_words_and_buttons_take_it_back(
    sqlite_database: Database, talk: Conversation
) -> None:
    await talk.say("/sync subscribe leads backlog>10000 oldest>2h")
    await talk.say("/sync subscribe errors code:1003")
    await talk.say("/sync subscribe digest weekly mon 09:00")
    listed = await talk.say("/sync alerts")
    lines = listed["plain"].splitlines()
    assert lines[0] == "No alert is under way. What is heard here:"
    assert "#1 #2  Leads: more than 10,000 waiting, or one waiting longer than 2h" in lines
    assert "#3  The sync: any open error 1003" in lines
    assert "#4  A digest every Monday at 09:00 (Europe/Berlin)" in lines
    gone = await talk.press(listed, "Unsubscribe")
    assert gone["plain"].startswith("Ada Admin unsubscribed this channel from leads: more than 10,000 waiting")
    assert [row.what for row in await held(sqlite_database)] == ["errors", None]


async def test_several_codes_stand_side_by_side_and_the_same_takes_the_place_of_the_same(
    sqlite_database: Database, talk: Conversation
) -> None:
    for words in ("errors code:1003", "errors code:1004", "errors code:1003 open>5", "leads", "leads"):
        await talk.say(f"/sync subscribe {words}")
    rows = await held(sqlite_database)
    assert [(row.object, row.terms) for row in rows] == [
        (None, {"code": "1004"}),
        (None, {"code": "1003", "open": 5}),
        ("leads", {}),
    ]


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        (
            "digest 09:00",
            "digest weekly mon 09:00",
            "It takes the place of a digest every day at 09:00 (Europe/Berlin).",
        ),
        ("leads oldest>2h", "leads oldest>4h", "It takes the place of leads: one waiting longer than 2h."),
    ],
)
async def test_what_gives_way_is_named_unless_it_is_the_same(
    talk: Conversation, first: str, then: str, told: str
) -> None:
    assert "takes the place" not in (await talk.say(f"/sync subscribe {first}"))["plain"]
    assert told in (await talk.say(f"/sync subscribe {then}"))["plain"]
    assert "takes the place" not in (await talk.say(f"/sync subscribe {then}"))["plain"]


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("leads", ["errors", None, "digest"]),
        ("errors code:1003", [None, "backlog", "digest"]),
        ("digest", ["errors", None, "backlog"]),
        ("1 3", [None, "digest"]),
        ("all", []),
    ],
)
async def test_what_fits_is_heard_no_more(
    sqlite_database: Database, talk: Conversation, words: str, left: list[str | None]
) -> None:
    for asked in ("errors code:1003", "", "leads backlog>5", "digest"):
        await talk.say(f"/sync subscribe {asked}")
    await talk.say(f"/sync unsubscribe {words}")
    assert [row.what if row.kind == "alerts" else "digest" for row in await held(sqlite_database)] == left


async def test_unsubscribing_asks_what_and_says_where_nothing_fits(talk: Conversation) -> None:
    await talk.say("/sync subscribe contacts")
    assert "[Unsubscribe]" in (await talk.say("/sync unsubscribe"))["plain"]
    assert "No subscription here fits “unsubscribe leads”." in (await talk.say("/sync unsubscribe leads"))["plain"]


async def test_the_channel_of_the_settings_hears_everything_until_it_asks_for_less(
    settle: Settle, slack_url: str, sqlite_database: Database, http: Any
) -> None:
    async with running(settle(alert_channel="C0OPS", alert_backlog=500), sqlite_database):
        await connected(http, slack_url)
        talk = Conversation(slack_url, http)
        listed = (await talk.say("/sync alerts"))["plain"]
        assert "Built in, because ALERT_CHANNEL names this channel: everything: more than 500 waiting" in listed
        assert "built in" in (await talk.say("/sync unsubscribe all"))["plain"]
        assert "That is all it hears now" in (await talk.say("/sync subscribe leads"))["plain"]
        assert "That is all it hears now" not in (await talk.say("/sync subscribe contacts"))["plain"]
        assert "Built in" not in (await talk.say("/sync alerts"))["plain"]
        assert "it hears everything again" not in (await talk.say("/sync unsubscribe leads"))["plain"]
        back = (await talk.say("/sync unsubscribe all"))["plain"]
        assert back.startswith("Ada Admin unsubscribed this channel from contacts")
        assert "it hears everything again. To hear less: /sync subscribe leads." in back
        nothing = (await talk.say("/sync unsubscribe all"))["plain"]
        assert "take ALERT_CHANNEL out of the settings.\n[Alerts] [Quiet for 2 h]" in nothing
        talk.channel = "D0ADMIN"
        await talk.say("/sync subscribe contacts")
        assert "everything again" not in (await talk.say("/sync unsubscribe contacts"))["plain"]


async def test_what_is_under_way_is_listed_first_and_acknowledged_by_name(
    sqlite_database: Database, talk: Conversation
) -> None:
    number = await began(sqlite_database)
    listed = await talk.say("/sync alerts")
    said = f"#{number}  since 14:32  BEHIND, CRITICAL  Leads: 1,204 waiting, the oldest for 3h."
    assert said in listed["plain"].splitlines()
    answer = await talk.press(listed, "Acknowledge", "U0ADMIN")
    assert f"#{number} is acknowledged by Ada Admin" in answer["plain"]
    assert (await episode(sqlite_database, number)).acknowledged_by == "Ada Admin"
    assert f"{said} Acknowledged by Ada Admin." in (await talk.say("/sync alerts"))["plain"]


@pytest.mark.parametrize(
    ("user", "words", "silent_until"),
    [
        ("U0ADMIN", "1h", NOW + HOUR),
        ("U0ADMIN", "tomorrow", datetime(2026, 11, 24, 8, 0, tzinfo=UTC)),
        ("U0OPS", "tomorrow", datetime(2026, 11, 24, 14, 0, tzinfo=UTC)),
    ],
)
async def test_an_alert_is_silent_for_a_span_or_until_nine_where_its_presser_is(
    sqlite_database: Database, talk: Conversation, user: str, words: str, silent_until: datetime
) -> None:
    number = await began(sqlite_database)
    answer = await talk.say(f"/sync alerts snooze {number} {words}", user)
    assert f"#{number} is silent until" in answer["plain"]
    assert (await episode(sqlite_database, number)).snoozed_until == silent_until


async def test_who_takes_a_digest_over_is_told_to_whom_its_list_goes(
    sqlite_database: Database, talk: Conversation
) -> None:
    first = await talk.say("/sync subscribe digest 09:00", "U0OPS")
    assert "The list of what failed" not in first["plain"]
    taken = await talk.say("/sync subscribe digest 09:00")
    assert "The list of what failed goes to Ada Admin now, no longer to Otto Ops." in taken["plain"]
    back = await talk.say("/sync subscribe digest 10:00", "U0OPS")
    assert "The list of what failed no longer goes to Ada Admin, nor to Otto Ops" in back["plain"]


async def test_a_snooze_is_ended_by_words_or_by_the_button_in_the_place_of_those_that_began_it(
    sqlite_database: Database, talk: Conversation
) -> None:
    number = await began(sqlite_database)
    await talk.say(f"/sync alerts snooze {number} 1h")
    listed = await talk.say("/sync alerts")
    assert "[End snooze]" in listed["plain"]
    assert "[Snooze 1 h]" not in listed["plain"]
    assert f"#{number} is not silent" in (await talk.press(listed, "End snooze"))["plain"]
    assert (await episode(sqlite_database, number)).snoozed_until is None


async def test_an_alert_of_another_channel_is_not_there(sqlite_database: Database, talk: Conversation) -> None:
    number = await began(sqlite_database, "C0ELSEWHERE")
    for words in (f"ack {number}", f"snooze {number} 1h", f"unsnooze {number}", "ack 999999999999999999"):
        assert "There is no alert" in (await talk.say(f"/sync alerts {words}"))["plain"]
    assert (await episode(sqlite_database, number)).acknowledged_at is None


async def test_a_test_goes_down_the_road_of_alerts(sqlite_database: Database, talk: Conversation) -> None:
    assert "A test is on its way" in (await talk.say("/sync alerts test"))["plain"]
    async with sqlite_database.read() as connection:
        (opened,) = await read_open_episodes(connection, "C0OPS")
        (turn,) = await connection.execute(turns.select())
    assert (turn.episode, turn.kind, turn.told_at) == (opened.id, "opened", None)


async def test_a_test_is_not_to_be_silenced(sqlite_database: Database, talk: Conversation) -> None:
    await talk.say("/sync alerts test")
    assert "#1 is a test: it comes at once" in (await talk.say("/sync alerts snooze 1 1h"))["plain"]
    assert (await episode(sqlite_database, 1)).snoozed_until is None


async def test_operators_have_a_channel_be_quiet_and_end_it(sqlite_database: Database, talk: Conversation) -> None:
    said = await talk.say("/sync quiet leads 2h")
    assert said["plain"].startswith("Ada Admin has me be quiet here about leads, until 17:32 (Europe/Berlin).")
    said = await talk.say("/sync quiet sat 20:00-23:00")
    assert "everything, every Saturday 20:00–23:00 (Europe/Berlin)" in said["plain"]
    once, weekly = await quiet_times(sqlite_database)
    assert (once.object, once.starts_at, once.ends_at) == ("leads", NOW, NOW + 2 * HOUR)
    assert (weekly.object, weekly.weekly, weekly.zone) == (
        None,
        {"day": 5, "from": "20:00", "to": "23:00"},
        "Europe/Berlin",
    )
    listed = await talk.say("/sync quiet")
    assert "#1  leads, until 17:32 (Europe/Berlin)" in listed["plain"]
    assert "Quiet times: 2." in (await talk.say("/sync alerts"))["plain"]
    await talk.press(listed, "End")
    assert [one.id for one in await quiet_times(sqlite_database)] == [2]


async def test_quiet_hours_over_midnight_say_that_they_end_on_the_next_day(talk: Conversation) -> None:
    for words in ("quiet sun 23:00-20:00", "quiet"):
        said = (await talk.say(f"/sync {words}"))["plain"]
        assert "everything, every Sunday 23:00 until Monday 20:00 (Europe/Berlin)" in said


async def test_who_is_no_operator_has_nothing_be_quiet(sqlite_database: Database, talk: Conversation) -> None:
    assert "operator" in (await talk.say("/sync quiet leads 2h", "U0OPS"))["plain"].lower()
    assert "[End]" not in (await talk.say("/sync quiet", "U0OPS"))["plain"]
    assert await quiet_times(sqlite_database) == []


async def opened_form(talk: Conversation, message: dict[str, Any], label: str) -> dict[str, Any]:
    await talk.control("press", user="U0ADMIN", message=message["id"], text=label)

    async def form() -> dict[str, Any] | None:
        found = (await talk.http.get(f"{talk.url}/sandbox/views", params={"user": "U0ADMIN"})).json()["views"]
        return next((view for view in found if view["open"]), None)

    return dict(await until(form))


async def test_a_form_subscribes_to_the_same_as_words(sqlite_database: Database, talk: Conversation) -> None:
    form = await opened_form(talk, await talk.say("/sync alerts"), "Subscribe…")
    values = {"object": "leads", "what": ["growing"], "backlog": "10k", "oldest": "2h", "group": "S0OPS"}
    await talk.control("submit", user="U0ADMIN", view=form["id"], values=values)

    async def subscribed() -> list[Subscription]:
        return await held(sqlite_database)

    rows = await until(subscribed)
    assert [(row.object, row.what, row.terms, row.mention) for row in rows] == [
        ("leads", "backlog", {"backlog": 10_000}, "S0OPS"),
        ("leads", "oldest", {"oldest": 7200}, "S0OPS"),
        ("leads", "growing", {}, "S0OPS"),
    ]


async def test_the_form_of_a_subscription_begins_with_it_and_takes_its_place(
    sqlite_database: Database, talk: Conversation
) -> None:
    await talk.say("/sync subscribe leads backlog>10000 oldest>2h mention:@otto")
    form = await opened_form(talk, await talk.say("/sync alerts"), "Change…")
    await talk.control("submit", user="U0ADMIN", view=form["id"], values={"object": "contacts", "oldest": ""})

    async def changed() -> list[Subscription] | None:
        rows = await held(sqlite_database)
        return rows if len(rows) == 1 else None

    (row,) = await until(changed)
    assert (row.object, row.what, row.terms, row.mention) == ("contacts", "backlog", {"backlog": 10_000}, "U0OPS")


async def test_the_form_makes_a_digest_too(sqlite_database: Database, talk: Conversation) -> None:
    form = await opened_form(talk, await talk.say("/sync alerts"), "Subscribe…")
    await talk.control("submit", user="U0ADMIN", view=form["id"], values={"digest": "weekly fri", "at": "17:30"})

    async def subscribed() -> list[Subscription]:
        return await held(sqlite_database)

    (row,) = await until(subscribed)
    assert (row.kind, row.terms) == ("digest", {"every": "weekly", "at": "17:30", "weekday": 4})


async def test_what_cannot_be_read_in_the_form_is_told_at_its_box(talk: Conversation) -> None:
    form = await opened_form(talk, await talk.say("/sync alerts"), "Subscribe…")
    await talk.control("submit", user="U0ADMIN", view=form["id"], values={"backlog": "many", "failures": "20%"})

    async def complaint() -> Any:
        found = (await talk.http.get(f"{talk.url}/sandbox/views", params={"user": "U0ADMIN"})).json()["views"]
        (still,) = [view for view in found if view["id"] == form["id"]]
        return still["open"] and still.get("trouble")

    assert "backlog>10000" in (await until(complaint))["backlog"]


async def test_in_a_thread_names_are_known_too(sqlite_database: Database, talk: Conversation) -> None:
    await talk.control("say", user="U0ADMIN", channel="C0OPS", text="@Sync subscribe leads mention:<@U0OPS>")

    async def subscribed() -> list[Subscription]:
        return await held(sqlite_database)

    (row,) = await until(subscribed)
    assert (row.object, row.mention, row.channel) == ("leads", "U0OPS", "C0OPS")


async def test_the_home_tab_opens_the_form_for_ones_own_messages(sqlite_database: Database, talk: Conversation) -> None:
    await talk.control("home", user="U0ADMIN")

    async def home() -> Any:
        return "[Subscribe…]" in (await talk.http.get(f"{talk.url}/sandbox/homes/U0ADMIN")).json()["plain"]

    await until(home)
    await talk.control("press", user="U0ADMIN", home=True, text="Subscribe…")

    async def form() -> dict[str, Any] | None:
        found = (await talk.http.get(f"{talk.url}/sandbox/views", params={"user": "U0ADMIN"})).json()["views"]
        return next((view for view in found if view["open"] and view["type"] == "modal"), None)

    opened = await until(form)
    await talk.control("submit", user="U0ADMIN", view=opened["id"], values={"object": "leads"})

    async def subscribed() -> list[Subscription]:
        return await held(sqlite_database)

    (row,) = await until(subscribed)
    assert (row.channel, row.object) == ("D0ADMIN", "leads")
