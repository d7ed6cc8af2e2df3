"""How the bot fares, in words: what the report says of what was read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.answers import Answer
from bot.health_report import draw
from bot.hearing import Hearing
from bot.quota import Quota, Used
from bot.texts import speaking
from bot.vitals import Vitals
from storage.changes import Finding
from storage.episodes import Undelivered
from storage.health import HeldLane, JobState, Stored, Untold
from storage.history import Service
from sync.errors import Later
from sync.quota import Plan
from tests.bot.clock import Clock

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
BEFORE = NOW - timedelta(hours=3, minutes=12)


def vitals(**given: object) -> Vitals:
    hearing = Hearing(lambda: BEFORE)
    hearing.opened()
    usual = Vitals(
        now=NOW,
        started_at=BEFORE,
        hearing=hearing,
        services=[Service("dynamics", NOW), Service("marketo", NOW)],
        jobs=[JobState("sync", NOW, NOW, NOW + timedelta(minutes=1))],
        held=[],
        untold=Untold(),
        stored=Stored("sqlite", 12_345_678, "0003"),
        quota=Used(12_345, NOW),
    )
    return replace(usual, **given)  # type: ignore[arg-type]


def verdict(answer: Answer) -> str:
    return str(answer.blocks[0]["text"]["text"])


def test_a_bot_that_fares_well_says_so_first() -> None:
    assert verdict(draw(vitals(), UTC)).startswith("HEALTHY")


def test_the_age_of_the_socket_the_database_and_the_quota_are_told() -> None:
    said = draw(vitals(), UTC).text
    assert "socket open for 3h 12m" in said
    assert "SQLite, 12.3 MB, schema 0003" in said
    assert "12,345 used of 50,000" in said


def test_the_quota_is_counted_anew_at_midnight_in_chicago_in_the_readers_zone() -> None:
    assert "counted anew 24 Nov 06:00" in draw(vitals(), UTC).text
    assert "counted anew 24 Nov 03:00" in draw(vitals(), ZoneInfo("America/Sao_Paulo")).text


def test_where_marketo_does_not_tell_the_quota_used_our_own_calls_are_told() -> None:
    mute = vitals(quota=Used(None, NOW), plan=Plan(0.8, retries=False, calls=False))
    assert "at least 40,000 used of 50,000; counted anew 24 Nov 06:00; nothing is read" in draw(mute, UTC).text
    assert "Marketo does not tell now" in draw(vitals(quota=Used(None, NOW)), UTC).text


def test_what_is_held_back_for_the_quotas_sake_is_told_in_words() -> None:
    assert "wait until" not in draw(vitals(), UTC).text
    said = draw(vitals(plan=Plan(0.76, retries=False, stretch=4)), UTC).text
    assert "retries wait until then: 76 % of the day's calls are used" in said
    assert "passes are 4.0 times as far apart as usual" in said
    said = draw(vitals(plan=Plan(0.8, retries=False, calls=False)), UTC).text
    assert "nothing is read or written until then: 80 % are used" in said


def test_a_service_that_is_down_comes_first_and_the_rest_is_counted() -> None:
    down = [Service("dynamics", NOW), Service("marketo", BEFORE, BEFORE, "601")]
    jobs = [JobState("alerts", NOW, BEFORE, NOW, "SlackApiError: not_in_channel")]
    said = verdict(draw(vitals(services=down, jobs=jobs), UTC))
    assert said == "UNWELL  Marketo is down since 11:20: 601 (and 1 more)"


def test_a_service_whose_last_call_got_no_answer_is_told_at_once_and_once() -> None:
    assert verdict(draw(vitals(failing={"marketo": "http-503"}), UTC)) == "UNWELL  Marketo does not answer: http-503"
    down = [Service("dynamics", NOW), Service("marketo", BEFORE, BEFORE, "http-503")]
    said = verdict(draw(vitals(services=down, failing={"marketo": "http-503"}), UTC))
    assert said == "UNWELL  Marketo is down since 11:20: http-503"


def test_a_dead_socket_is_told_with_when_it_died() -> None:
    clock = Clock(BEFORE)
    hearing = Hearing(clock)
    hearing.opened()
    hearing.found(is_open=False)
    clock.at = NOW
    assert verdict(draw(vitals(hearing=hearing), UTC)) == "UNWELL  no socket to Slack since 11:20"


def test_a_lane_that_stopped_is_trouble_and_a_paused_one_is_not() -> None:
    paused = HeldLane("leads", "to-marketo", paused=True)
    stopped = HeldLane("accounts", "to-marketo", stopped_at=BEFORE, stopped_code="1018")
    assert verdict(draw(vitals(held=[paused]), UTC)).startswith("HEALTHY")
    said = draw(vitals(held=[paused, stopped]), UTC)
    assert verdict(said) == "UNWELL  Accounts to Marketo stopped 11:20: 1018"
    assert "Leads to Marketo paused" in said.text


def test_of_several_processes_the_report_names_the_one_that_answers() -> None:
    assert "Process:" not in draw(vitals(), UTC).text
    assert "Process: This process syncs and answers." in draw(vitals(role="syncs"), UTC).text
    assert "Process: This process only answers; another one syncs." in draw(vitals(role="answers"), UTC).text
    with speaking("pt-BR"):
        assert "Processo: Este processo só responde; outro sincroniza." in draw(vitals(role="answers"), UTC).text


def test_throttling_is_counted_by_code() -> None:
    said = draw(vitals(throttled={"marketo": {"606": 1200, "615": 3}, "dynamics": {}}), UTC).text
    assert "slowed down since 11:20 (606: 1,200, 615: 3)" in said


def test_alerts_that_wait_are_trouble_after_five_minutes() -> None:
    fresh, old = Untold(1, NOW - timedelta(minutes=1)), Untold(2, BEFORE)
    assert verdict(draw(vitals(untold=fresh), UTC)).startswith("HEALTHY")
    said = draw(vitals(untold=old), UTC)
    assert verdict(said) == "UNWELL  alerts wait to be told since 11:20"
    assert "2 untold since 11:20" in said.text


def test_why_a_job_died_stays_in_the_log_because_it_may_name_people() -> None:
    died = [JobState("sync", NOW, BEFORE, NOW, "Never: Ada Lovelace <ada@example.com>")]
    said = draw(vitals(jobs=died), UTC)
    assert verdict(said) == "UNWELL  the job sync died"
    assert "Lovelace" not in f"{said.text} {said.blocks}"


def test_channels_that_slack_takes_nothing_for_are_listed_with_its_error() -> None:
    assert "Not delivered" not in draw(vitals(), UTC).text
    said = draw(vitals(undelivered=[Undelivered("C0GONE", BEFORE, "channel_not_found")]), UTC)
    assert verdict(said) == "UNWELL  alerts cannot be told in C0GONE"
    assert "Not delivered: C0GONE since 11:20: channel_not_found" in said.text


async def test_the_quota_is_asked_once_in_five_minutes() -> None:
    clock, asked = Clock(NOW), []

    async def ask() -> int:
        asked.append(clock.at)
        return 100 + len(asked)

    quota = Quota(ask, clock)
    assert [(await quota.used()).calls for _ in range(3)] == [101, 101, 101]
    clock.pass_by(minutes=5)
    assert (await quota.used()).calls == 102


async def test_a_marketo_that_does_not_tell_is_asked_again_in_a_minute() -> None:
    clock, asked = Clock(NOW), []

    async def ask() -> int:
        asked.append(clock.at)
        raise Later("timeout", "no answer")

    quota = Quota(ask, clock)
    assert (await quota.used()).calls is None
    await quota.used()
    clock.pass_by(minutes=1)
    await quota.used()
    assert len(asked) == 2


def test_fields_that_do_not_fit_are_told_by_what_is_wrong_with_them() -> None:
    unfit = [Finding("unknown", "leads", name, "-") for name in "abcdefg"] + [Finding("blocked", "contacts", "x", "-")]
    said = draw(vitals(unfit=unfit), UTC).text
    assert "blocked in Marketo: contacts.x" in said
    assert "left out: leads.a, leads.b, leads.c, leads.d, leads.e, 2 more, told by python -m bot check" in said


def test_where_every_field_fits_nothing_is_said_of_fields() -> None:
    assert "Fields" not in draw(vitals(), UTC).text
