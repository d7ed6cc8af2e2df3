"""Every rule, on numbers alone: where it enters a level, and where it leaves it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts.figures import Own
from bot.alerts.readings import ELSEWHERE, UNKNOWN, Band, Reading
from storage.changes import Finding
from storage.episodes import Undelivered
from storage.history import Service
from sync.quota import Allowance, plan
from tests.bot.watching import (
    CRITICAL,
    HOUR,
    MINUTE,
    NOW,
    OWN,
    WARNING,
    WELL,
    band,
    down,
    figures,
    group,
    lane,
    read,
    stopped,
    subscription,
    wants,
)

LEAVING = Band("well", "warning")  # below where it enters, not yet below where it leaves


@pytest.mark.parametrize(
    ("waiting", "expected"),
    [
        (8_000, WELL),
        (8_001, LEAVING),
        (10_000, LEAVING),
        (10_001, WARNING),
        (80_001, Band("warning", "critical")),
        (100_001, CRITICAL),
    ],
)
def test_a_backlog_enters_above_its_threshold_and_leaves_clearly_below_it(waiting: int, expected: Band) -> None:
    assert band("backlog:leads", figures(lane(waiting=waiting))) == expected


@pytest.mark.parametrize(("number", "expected"), [(1, WARNING), (10, Band("warning", "critical")), (11, CRITICAL)])
def test_where_any_is_too_many_ten_times_as_many_are_more_than_ten(number: int, expected: Band) -> None:
    any_backlog = wants(subscription(what="backlog", terms={"backlog": 0}))
    any_error = wants(subscription(what="errors", terms={"open": 0}))
    assert band("backlog:leads", figures(lane(waiting=number)), any_backlog) == expected
    assert band("errors:all", figures(lane(errors=number)), any_error) == expected


def test_both_directions_of_an_object_are_one_backlog() -> None:
    both = figures(lane(waiting=6_000), lane(waiting=6_000, direction="to-dynamics"))
    assert band("backlog:leads", both) == WARNING


@pytest.mark.parametrize(
    ("age", "expected"),
    [(95, WELL), (97, LEAVING), (120, LEAVING), (121, WARNING), (481, CRITICAL)],
)
def test_the_oldest_change_may_wait_two_hours_and_eight_are_critical(age: int, expected: Band) -> None:
    assert band("oldest:leads", figures(lane(waiting=1, age=age * MINUTE))) == expected


@pytest.mark.parametrize(
    ("waiting", "before", "expected"),
    [
        (900, 100, LEAVING),
        (1_001, 900, LEAVING),
        (1_300, 1_000, WARNING),
        (1_100, 1_000, LEAVING),
        (1_000, 1_000, WELL),
        (800, 100, WELL),
    ],
)
def test_a_backlog_worth_the_name_that_is_above_its_value_of_six_hours_ago_grows(
    waiting: int, before: int, expected: Band
) -> None:
    assert band("growing:leads", figures(lane(waiting=waiting, before=before))) == expected


def test_where_nobody_looked_six_hours_ago_nobody_knows_whether_it_grows() -> None:
    assert band("growing:leads", figures(lane(waiting=5_000))) is UNKNOWN


def test_few_do_not_grow_whatever_was_before() -> None:
    assert band("growing:leads", figures(lane(waiting=800))) == WELL


QUEUED = {"queued_since": {"leads": NOW - 31 * MINUTE}}


def test_an_object_that_could_be_written_and_is_not_for_half_an_hour_is_stalled() -> None:
    assert band("stalled:leads", figures(lane(waiting=5), **QUEUED)) == CRITICAL
    assert band("stalled:leads", figures(lane(waiting=5), queued_since={"leads": NOW - 29 * MINUTE})) == WELL


def test_what_is_synced_at_all_is_not_stalled() -> None:
    assert band("stalled:leads", figures(lane(waiting=5), synced_at={"leads": NOW - 29 * MINUTE}, **QUEUED)) == WELL


def test_it_is_stalled_since_anything_was_synced_however_long_the_first_in_line_waits() -> None:
    found = figures(queued_since={"leads": NOW - 5 * HOUR}, synced_at={"leads": NOW - 31 * MINUTE})
    reading = read(replace(found, lanes=(lane(waiting=200_000),)))["stalled:leads"]
    assert (reading.band, reading.numbers["value"]) == (CRITICAL, 31 * 60)


def test_what_a_service_that_is_down_or_the_quota_holds_up_is_told_by_their_own_rules() -> None:
    assert band("stalled:leads", figures(lane(), services=[down("marketo", "614")], **QUEUED)) == WELL
    assert band("stalled:leads", figures(lane(), own=Own(used=0.8, may_call=False), **QUEUED)) == WELL


@pytest.mark.parametrize(
    ("failed", "synced", "expected"),
    [
        (19, 0, WELL),
        (20, 80, LEAVING),
        (21, 79, WARNING),
        (51, 49, CRITICAL),
    ],
)
def test_the_share_of_the_last_hour_that_failed_counts_where_enough_failed(
    failed: int, synced: int, expected: Band
) -> None:
    found = figures(lane(), failed={"leads": failed}, synced={"leads": synced})
    assert band("failures:leads", found) == expected


def test_a_code_whose_errors_are_all_of_the_last_day_is_new() -> None:
    found = figures(lane(), groups=[group("1003", 4, HOUR), group("1006", 9, 25 * HOUR)])
    assert band("new-code:code:1003", found) == WARNING
    assert band("new-code:code:1006", found) == WELL


def test_a_new_code_waits_a_minute_for_others_and_is_not_new_again_within_a_day() -> None:
    reading = read(figures(lane(), groups=[group("1003", 4, HOUR)]))["new-code:code:1003"]
    assert (reading.held_for, reading.again_after) == (MINUTE, timedelta(days=1))


@pytest.mark.parametrize(("errors", "expected"), [(400, WELL), (401, LEAVING), (501, WARNING), (5_001, CRITICAL)])
def test_open_errors_are_counted_over_all_objects(errors: int, expected: Band) -> None:
    assert band("errors:all", figures(lane(errors=errors - 100), lane("users", errors=100))) == expected


def test_the_open_errors_of_an_object_are_watched_only_where_they_were_asked_for() -> None:
    found = figures(lane(errors=600))
    assert not [key for key in read(found, wants(subscription(object="leads"))) if key.startswith("errors")]
    assert band("errors:leads", found, wants(subscription(object="leads", what="errors"))) == WARNING


@pytest.mark.parametrize("ids", [(1, 2), (2, 1)])
def test_of_two_subscriptions_to_open_errors_the_more_exact_brings_the_threshold(ids: tuple[int, int]) -> None:
    exact = subscription(what="errors", terms={"open": 50}, id=ids[0])
    asked = sorted([exact, subscription(id=ids[1])], key=lambda one: one.id)
    assert band("errors:all", figures(lane(errors=60)), wants(*asked)) == WARNING


def test_any_open_error_of_the_code_that_was_asked_for_speaks() -> None:
    asked = wants(subscription(what="errors", terms={"code": "1003"}))
    assert band("errors:code:1003", figures(groups=[group("1003", 1, HOUR)]), asked) == WARNING
    assert band("errors:code:1003", figures(groups=[group("1003", 11, HOUR)]), asked) == CRITICAL
    assert band("errors:code:1003", figures(groups=[group("1006", 9, HOUR)]), asked) == WELL


def test_who_asked_about_an_object_hears_how_many_errors_of_a_code_are_its_own() -> None:
    found = figures(lane(), groups=[group("1003", 700, HOUR, contacts=695)])
    of_code = wants(subscription(object="leads", what="errors", terms={"code": "1003"}))
    assert read(found, of_code)["errors:leads code:1003"].numbers["value"] == 5
    new = read(found, wants(subscription(object="leads")))["new-code:code:1003"]
    assert (new.numbers["value"], new.affected, new.numbers["objects"]) == (5, 5, ["leads"])


def test_errors_of_a_code_are_critical_at_ten_times_as_many_or_where_they_are_counted_no_further() -> None:
    asked = wants(subscription(what="errors", terms={"code": "1003", "open": 2_000}))
    assert band("errors:code:1003", figures(groups=[group("1003", 7_000, HOUR)]), asked) == WARNING
    assert band("errors:code:1003", figures(groups=[group("1003", 10_001, HOUR)]), asked) == CRITICAL


@pytest.mark.parametrize("code", ["http-401", "601", "603", "0x80042f09"])
def test_a_service_that_refuses_us_is_critical(code: str) -> None:
    found = figures(services=[down("marketo", code)])
    assert band("refused:marketo", found) == CRITICAL
    assert band("down:marketo", found) == WELL


def test_an_object_stopped_by_a_permission_is_critical() -> None:
    assert band("refused:leads", figures(stopped("leads", "0x80040220"))) == CRITICAL
    assert band("refused:leads", figures(lane())) == WELL


def test_native_sync_that_is_on_is_critical_and_no_matter_of_permission() -> None:
    found = figures(stopped("accounts", "1018"))
    assert band("native-sync:accounts", found) == CRITICAL
    assert band("refused:accounts", found) == WELL


@pytest.mark.parametrize("code", ["schema", "1006", "0x8006088a"])
def test_a_mistake_in_the_schema_is_critical_and_no_matter_of_permission(code: str) -> None:
    found = figures(stopped("leads", code))
    assert band("schema:leads", found) == CRITICAL
    assert band("refused:leads", found) == WELL


def test_a_field_that_is_there_no_more_is_a_warning() -> None:
    found = figures(lane(), lost_fields=[Finding("unknown", "leads", "score", "-", NOW)])
    assert band("schema:fields of leads", found) == WARNING
    assert band("schema:fields of leads", figures(lane())) == WELL


@pytest.mark.parametrize(
    ("used", "expected"),
    [(30_000, WELL), (31_000, LEAVING), (32_000, WARNING), (38_400, Band("warning", "critical")), (40_000, CRITICAL)],
)
def test_the_quota_speaks_at_80_and_at_100_per_cent_of_what_is_not_left_to_others(used: int, expected: Band) -> None:
    allowance = Allowance(50_000, 0.2)
    planned = plan(used, allowance, 1, 60, NOW)
    own = Own(used=planned.used, stops_at=allowance.share, may_call=planned.calls)
    assert band("quota:marketo", figures(own=own)) == expected
    assert own.may_call is (expected != CRITICAL)


def test_what_only_another_process_knows_stays_as_it_was() -> None:
    found = figures(services=[Service("marketo", NOW)], own=None)
    assert {key for key, one in read(found).items() if one.band is ELSEWHERE} == {
        "quota:marketo",
        "throttled:marketo",
        "down:sync",
    }


def test_what_only_the_process_that_syncs_knows_stays_as_it_was_where_another_one_looks() -> None:
    answers = Own(may_call=None, throttled=None)
    found = figures(lane(waiting=5), services=[Service("marketo", NOW)], own=answers, **QUEUED)
    assert {key for key, one in read(found).items() if one.band is ELSEWHERE} == {
        "quota:marketo",
        "throttled:marketo",
        "stalled:leads",
        "down:sync",
    }
    assert band("stalled:leads", figures(lane(waiting=5), own=answers)) == WELL


def test_where_the_process_that_syncs_cannot_say_that_no_pass_ends_another_one_does() -> None:
    answers = Own(overdue_since=NOW - HOUR, may_call=None, throttled=None)
    assert band("down:sync", figures(own=answers)) == CRITICAL


def test_early_on_a_new_day_nobody_knows_how_much_of_the_quota_is_used() -> None:
    assert band("quota:marketo", figures(own=Own(used=None))) is UNKNOWN


def test_passes_that_end_too_late_again_and_again_are_one_trouble() -> None:
    assert read(figures(own=OWN))["down:sync"].rests_for == 10 * MINUTE


def test_a_service_that_slows_us_down_again_and_again_is_throttled() -> None:
    services = [Service("marketo", NOW)]
    assert band("throttled:marketo", figures(services=services, own=Own(throttled={"marketo": 31}))) == WARNING
    assert band("throttled:marketo", figures(services=services, own=Own(throttled={"marketo": 24}))) == WELL
    assert band("throttled:marketo", figures(services=[down("marketo", "606")])) == WARNING


def test_throttling_is_told_only_once_it_is_long() -> None:
    assert read(figures(services=[down("marketo", "606")]))["throttled:marketo"].held_for == 15 * MINUTE


def test_a_service_out_of_reach_is_down_and_critically_so_after_an_hour() -> None:
    assert band("down:marketo", figures(services=[down("marketo", "connection")])) == WARNING
    assert band("down:marketo", figures(services=[down("marketo", "connection", 61 * MINUTE)])) == CRITICAL
    assert band("down:marketo", figures(services=[Service("marketo", NOW)])) == WELL


def test_no_pass_that_ended_in_time_is_critical() -> None:
    assert band("down:sync", figures(own=Own(overdue_since=NOW - 6 * MINUTE))) == CRITICAL
    assert band("down:sync", figures(own=OWN)) == WELL


AWAY = {"services": [down("dynamics", "http-503", 6 * MINUTE)]}
TO_DYNAMICS = lane(waiting=200_000, age=9 * HOUR, before=0, direction="to-dynamics")


@pytest.mark.parametrize(("rule", "keeps"), [("backlog", "critical"), ("oldest", "critical"), ("growing", "warning")])
def test_what_waits_for_a_service_that_is_out_of_reach_is_not_late_too_but_stays_so_where_it_was(
    rule: str, keeps: str
) -> None:
    held_up = band(f"{rule}:leads", figures(TO_DYNAMICS, **AWAY))
    assert (held_up.enters, held_up.keeps) == ("well", keeps)


@pytest.mark.parametrize("code", ["http-401", "schema", "0x80072321"])
def test_nor_is_what_waits_for_a_service_that_fails_in_another_way_that_is_told(code: str) -> None:
    away = [down("dynamics", code, 16 * MINUTE)]
    assert band("oldest:leads", figures(TO_DYNAMICS, services=away)).enters == "well"


def test_what_waits_for_the_other_service_is_late_all_the_same() -> None:
    assert band("oldest:leads", figures(TO_DYNAMICS, lane(age=3 * HOUR), **AWAY)) == Band("warning", "critical")


def test_while_no_more_calls_are_made_what_waits_for_marketo_is_not_late_too() -> None:
    stopped_at = {"own": Own(used=0.8, stops_at=0.8, may_call=False)}
    assert band("oldest:leads", figures(lane(waiting=5, age=3 * HOUR), **stopped_at)) == LEAVING
    assert band("oldest:leads", figures(TO_DYNAMICS, **stopped_at)) == CRITICAL


def test_a_service_that_failed_just_now_excuses_nothing_for_that_is_not_told_yet() -> None:
    assert band("oldest:leads", figures(TO_DYNAMICS, services=[down("dynamics", "http-503")])) == CRITICAL


def test_who_hears_of_lateness_alone_hears_of_it_whatever_the_cause() -> None:
    late = wants(subscription(what="oldest"))
    assert band("oldest:leads", figures(TO_DYNAMICS, **AWAY), late) == CRITICAL


def test_who_is_to_be_called_for_lateness_alone_is_called_whatever_the_cause() -> None:
    called = wants(subscription(id=1), subscription(what="oldest", mention="S0OPS", id=2))
    assert band("oldest:leads", figures(TO_DYNAMICS, **AWAY), called) == CRITICAL
    by_all = wants(subscription(mention="S0OPS", id=1), subscription(what="oldest", mention="S0OPS", id=2))
    assert band("oldest:leads", figures(TO_DYNAMICS, **AWAY), by_all).enters == "well"


def test_a_brake_that_holds_an_object_is_critical_and_is_no_permission() -> None:
    found = figures(stopped("leads", "brake-deletes", held=True, waiting=412))
    assert band("brake:leads", found) == CRITICAL
    assert read(found)["brake:leads"].affected == 412
    assert "refused:leads" in read(found) and band("refused:leads", found) == WELL


def test_what_slack_does_not_take_for_another_channel_speaks_after_ten_minutes() -> None:
    def other(channel: str, minutes: int) -> dict[str, Reading]:
        return read(figures(undelivered=[Undelivered(channel, NOW - minutes * MINUTE, "channel_not_found")]))

    assert other("C0SALES", 10)["undelivered:C0SALES"].band == WARNING
    assert other("C0SALES", 9)["undelivered:C0SALES"].band == WELL
    assert "undelivered:C0OPS" not in other("C0OPS", 60)


def test_paused_lanes_and_lanes_that_are_not_live_never_speak() -> None:
    paused = lane(waiting=1_000_000, age=9 * HOUR, paused=True)
    silent = figures(paused, lane("accounts", waiting=1_000_000, age=9 * HOUR, live=False))
    assert not [key for key in read(silent) if key.endswith((":leads", ":accounts"))]


def test_what_passes_away_by_itself_is_well_when_it_is_gone() -> None:
    found = read(figures(lane()), known=("new-code:code:1003", "backlog:gone"))
    assert found["new-code:code:1003"].band == WELL
    assert "backlog:gone" not in found


def test_a_channel_hears_of_its_object_and_its_threshold_only() -> None:
    asked = wants(subscription(object="leads", what="backlog", terms={"backlog": 50}))
    found = read(figures(lane(waiting=51), lane("accounts", waiting=51)), asked)
    assert {key: one.band.enters for key, one in found.items()} == {"backlog:leads": "warning"}


def test_the_subscription_that_names_the_object_brings_the_threshold() -> None:
    asked = wants(subscription(), subscription(object="leads", what="backlog", terms={"backlog": 50}))
    found = figures(lane(waiting=51), lane("accounts", waiting=51))
    assert band("backlog:leads", found, asked) == WARNING
    assert band("backlog:accounts", found, asked) == WELL


def test_while_slack_itself_is_out_of_reach_no_channel_is_to_blame() -> None:
    away = Undelivered("C0SALES", NOW - HOUR, "unreachable")
    assert "undelivered:C0SALES" not in read(figures(undelivered=[away]))
