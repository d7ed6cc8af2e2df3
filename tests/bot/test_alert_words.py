"""What each alert says: the verdict, the rule with its numbers, and the buttons with their words."""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.conditions import step
from bot.alerts.episodes import follow
from bot.alerts.figures import Figures, Own
from bot.alerts.members import sentences
from bot.alerts.message import Telling, mentions, root
from bot.alerts.readings import RANKS
from bot.alerts.rules import readings
from bot.alerts.wants import Wants
from storage.alerting import Condition, Episode
from storage.changes import Finding
from storage.episodes import Undelivered
from tests.bot.watching import HOUR, MINUTE, NOW, down, figures, group, lane, stopped, subscription, wants

LATER = timedelta(days=1)


def episode_of(found: Figures, wanted: Wants | None = None) -> Episode:
    """The episode that these numbers make, once they held."""
    read = readings(found, wanted or wants())
    first = {key: step("C0OPS", None, one, NOW - LATER) for key, one in read.items()}
    held = [step("C0OPS", first[key], one, NOW) for key, one in read.items()]
    bad = [one for one in held if RANKS[one.level]]
    opened = follow("C0OPS", bad[0].family, None, [one for one in bad if one.family == bad[0].family], NOW)
    assert opened is not None
    return replace(opened.episode, id=7)


def lines(found: Figures) -> list[str]:
    return root(Telling(episode_of(found), NOW)).text.split("\n")


def buttons(found: Figures, wanted: Wants | None = None) -> dict[str, str]:
    elements: list[dict[str, Any]] = root(Telling(episode_of(found, wanted), NOW)).blocks[-1]["elements"]
    return {one["text"]["text"]: one["value"] for one in elements}


@pytest.mark.parametrize(
    ("found", "verdict", "rule"),
    [
        (
            figures(lane(waiting=20_000, before=9_000, age=HOUR)),
            "BEHIND  Leads: 20,000 waiting, the oldest for 1h, 9,000 six hours ago.",
            "leads backlog &gt; 10,000 for 5m: 20,000; leads growing: 20,000, 9,000 6 h ago",
        ),
        (
            figures(lane(waiting=200_000, age=9 * HOUR)),
            "BEHIND, CRITICAL  Leads: 200,000 waiting, the oldest for 9h.",
            "leads backlog &gt; 100,000 for 5m: 200,000; leads oldest &gt; 8h for 5m: 9h",
        ),
        (
            figures(lane(), failed={"leads": 60}, synced={"leads": 40}),
            "ERRORS, CRITICAL  Leads: 60 % of the last hour's records failed (60).",
            "leads failures &gt; 50 % for 5m: 60 %",
        ),
        (figures(lane(errors=5_100)), "ERRORS, CRITICAL  5,100 errors open.", "errors &gt; 5,000 for 5m: 5,100"),
        (
            figures(lane(waiting=5, age=HOUR), queued_since={"leads": NOW - 40 * MINUTE}),
            "BEHIND, CRITICAL  Leads: 5 waiting, the oldest for 1h, nothing synced for 40m.",
            "leads stalled &gt; 30m for 5m: 40m",
        ),
        (
            figures(lane(), failed={"leads": 40}, synced={"leads": 60}),
            "ERRORS  Leads: 40 % of the last hour's records failed (40).",
            "leads failures &gt; 20 % for 5m: 40 %",
        ),
        (
            figures(lane(), groups=[group("1003", 12, HOUR)]),
            "ERRORS  a new error, 1003: 12 open in Leads.",
            "new-code for at least 1m: 1003",
        ),
        (figures(lane(errors=731)), "ERRORS  731 errors open.", "errors &gt; 500 for 5m: 731"),
        (
            figures(services=[down("marketo", "http-401")]),
            "REFUSED, CRITICAL  Marketo refuses our sign-in or our rights (http-401).",
            "refused for at least 1m: http-401",
        ),
        (
            figures(stopped("leads", "0x80040220")),
            "REFUSED, CRITICAL  Leads stopped: permission refused (0x80040220).",
            "leads refused: 0x80040220",
        ),
        (
            figures(stopped("accounts", "1018")),
            "NATIVE SYNC, CRITICAL  Marketo's native sync is on, so Accounts stopped (1018).",
            "accounts native-sync: 1018",
        ),
        (
            figures(stopped("leads", "1006")),
            "SCHEMA, CRITICAL  Leads stopped: a field, table or key is not as it should be (1006).",
            "leads schema: 1006",
        ),
        (
            figures(lane(), lost_fields=[Finding("unknown", "leads", "score", "-", NOW)]),
            "SCHEMA  Leads: fields that are there no more are left out: score.",
            "leads schema: fields of leads",
        ),
        (
            figures(services=[down("marketo", "606", HOUR)]),
            "THROTTLED  Marketo slows us down (606).",
            "throttled for at least 15m: 606",
        ),
        (
            figures(services=[down("marketo", "614", 10 * MINUTE)]),
            "DOWN  Marketo is out of reach since 14:22 UTC (614).",
            "down for at least 5m: 614",
        ),
        (
            figures(
                lane(waiting=90, age=2 * HOUR, direction="to-dynamics"),
                lane(waiting=7, age=9 * MINUTE),
                services=[down("dynamics", "http-503", 155 * MINUTE)],
            ),
            "DOWN, CRITICAL  Dynamics is out of reach since 11:57 UTC (http-503); 90 changes wait, the oldest for 2h.",
            "down for at least 5m: http-503",
        ),
        (
            figures(lane(waiting=1, age=9 * MINUTE), services=[down("marketo", "http-401")]),
            "REFUSED, CRITICAL  Marketo refuses our sign-in or our rights (http-401); 1 change waits, for 9m.",
            "refused for at least 1m: http-401",
        ),
        (
            figures(own=Own(overdue_since=NOW - 10 * MINUTE)),
            "DOWN, CRITICAL  no pass has ended since 14:22 UTC.",
            "down: sync",
        ),
        (
            figures(own=Own(used=0.66, stops_at=0.8)),
            "QUOTA  66 % of the day's calls to Marketo are used; at 80 % the sync stops calling it.",
            "quota ≥ 80 % of ours: 82 %",
        ),
        (
            figures(lane(waiting=12, age=HOUR), own=Own(used=0.81, stops_at=0.8, may_call=False)),
            "QUOTA, CRITICAL  81 % of the day's calls to Marketo are used, and the rest is left to other integrations; "
            "nothing is read from Marketo or written to it until they are counted anew; "
            "12 changes wait, the oldest for 1h.",
            "quota ≥ 100 % of ours: 101 %",
        ),
        (
            figures(own=Own(used=1.0, stops_at=1.0, may_call=False)),
            "QUOTA, CRITICAL  100 % of the day's calls to Marketo are used; "
            "nothing is read from Marketo or written to it until they are counted anew.",
            "quota ≥ 100 % of ours: 100 %",
        ),
        (
            figures(stopped("leads", "brake-empty", held=True, stopped_message="Dynamics shows no leads at all")),
            "BRAKE, CRITICAL  Leads held: Dynamics shows no leads at all. To go on: /sync resume leads.",
            "leads brake: brake-empty",
        ),
        (
            figures(undelivered=[Undelivered("C0SALES", NOW - HOUR, "is_archived")]),
            "UNDELIVERED  Slack does not take messages for the channel <#C0SALES> (is_archived).",
            "undelivered: is_archived",
        ),
    ],
)
def test_the_verdict_comes_first_and_the_rule_that_spoke_with_its_numbers_last(
    found: Figures, verdict: str, rule: str
) -> None:
    said = lines(found)
    assert said[0] == verdict
    assert said[-1] == f"{rule} · alert 7 · read 14:32 UTC"


def ended(before: Figures, after: Figures) -> str:
    """The first line, once what `before` was bad is not any more."""
    began, read = episode_of(before), readings(after, wants(), [*readings(before, wants())])
    bad = [Condition("C0OPS", key, began.family, "warning", NOW) for key in began.detail["members"]]
    then = [step("C0OPS", one, replace(read[one.key], rests_for=timedelta()), NOW) for one in bad]
    found = follow("C0OPS", began.family, began, then, NOW)
    assert found is not None and found.turn == "recovered"
    return root(Telling(found.episode, NOW)).text.split("\n")[0]


NEW = figures(lane(errors=5), groups=[group("1003", 5, 23 * HOUR)])


def test_a_code_that_is_no_longer_new_has_not_recovered_while_its_errors_are_open() -> None:
    aged = figures(lane(errors=5), groups=[group("1003", 5, 24 * HOUR)])
    assert ended(NEW, aged) == "ENDED  code 1003 is no longer new; 5 errors are open."
    last = figures(lane(errors=1), groups=[group("1003", 1, 24 * HOUR)])
    assert ended(NEW, last) == "ENDED  code 1003 is no longer new; 1 error is open."


def test_a_new_code_whose_errors_are_closed_was_a_new_error_and_not_too_many() -> None:
    assert ended(NEW, figures(lane())) == "RECOVERED  code 1003 was a new error for 1d; 5 errors affected."


def test_too_many_errors_are_too_many_whether_their_code_is_new_or_not() -> None:
    many = figures(lane(errors=600), groups=[group("1003", 600, HOUR)])
    assert ended(many, figures(lane())).endswith("had too many errors for 1d; 600 errors affected.")


def test_what_is_gone_says_which_code_it_was_while_it_rests() -> None:
    gone = readings(figures(lane()), wants(), ["new-code:code:1003"])["new-code:code:1003"]
    assert sentences([{"rule": "new-code", "subject": gone.subject, **gone.numbers}], UTC) == [
        "a new error, 1003: 0 open"
    ]


@pytest.mark.parametrize(
    ("zone", "since"),
    [
        ("UTC", "14:22 UTC"),
        ("Europe/Berlin", "15:22 UTC+1"),
        ("America/Sao_Paulo", "11:22 UTC-3"),
        ("Asia/Kolkata", "19:52 UTC+5:30"),
        ("America/St_Johns", "10:52 UTC-3:30"),
    ],
)
def test_times_name_their_zone_so_that_everybody_can_tell_which(zone: str, since: str) -> None:
    late = figures(own=Own(overdue_since=NOW - 10 * MINUTE))
    assert f"since {since}" in root(Telling(episode_of(late), NOW, ZoneInfo(zone))).text


def test_the_buttons_carry_the_words_one_could_have_typed() -> None:
    assert buttons(figures(lane(), groups=[group("1003", 12, HOUR)])) == {
        "Acknowledge": "alerts ack 7",
        "Snooze 1 h": "alerts snooze 7 1h",
        "Snooze until 09:00": "alerts snooze 7 tomorrow",
        "Show": "errors code:1003",
        "Retry": "retry code:1003",
        "Explain": "explain 1003",
    }


def test_retry_is_for_the_object_that_show_shows() -> None:
    of_leads = subscription(object="leads", what="errors", terms={"code": "1003"})
    offered = buttons(figures(lane(), groups=[group("1003", 12, HOUR)]), wants(of_leads))
    assert (offered["Show"], offered["Retry"]) == ("errors object:leads code:1003", "retry object:leads code:1003")


def test_where_anything_is_about_all_objects_both_are() -> None:
    everything = wants(subscription(id=1), subscription(object="leads", what="errors", terms={"code": "1003"}, id=2))
    offered = buttons(figures(lane(), groups=[group("1003", 12, HOUR)]), everything)
    assert (offered["Show"], offered["Retry"]) == ("errors code:1003", "retry code:1003")


def test_show_leads_to_the_object_that_is_behind_or_to_all_where_several_are() -> None:
    one, other = lane(waiting=20_000), lane("accounts", waiting=20_000)
    assert buttons(figures(one))["Show"] == "status leads"
    assert buttons(figures(one, other))["Show"] == "status"


def test_retry_is_offered_for_errors_only_and_explain_wherever_there_is_a_code() -> None:
    offered = buttons(figures(stopped("accounts", "1018")))
    assert offered["Explain"] == "explain 1018"
    assert "Retry" not in offered


def test_only_groups_and_people_can_be_called() -> None:
    assert mentions(["S0OPS", "U0ADMIN", "!channel", "<@U1>"]) == "<!subteam^S0OPS> <@U0ADMIN>"


def test_text_of_a_service_calls_nobody() -> None:
    said = root(Telling(episode_of(figures(stopped("leads", "<!channel>", held=True, stopped_message="<!here>"))), NOW))
    assert "<!" not in said.text
    assert all(block["type"] != "section" or block["text"]["type"] == "plain_text" for block in said.blocks)
