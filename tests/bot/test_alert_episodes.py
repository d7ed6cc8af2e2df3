"""What becomes of an episode, given how everything in its family stands."""

from dataclasses import replace
from datetime import UTC
from typing import Any

from bot.alerts.episodes import Step, follow
from bot.alerts.members import sentences
from storage.alerting import Condition, Episode, Level
from tests.bot.watching import HOUR, MINUTE, NOW


def condition(subject: str, level: Level, rule: str = "backlog", affected: int = 10, **given: Any) -> Condition:
    detail = {"rule": rule, "subject": subject, "object": subject, "affected": affected, **given}
    return Condition("C0OPS", f"{rule}:{subject}", "backlog", level, NOW, detail=detail)


def followed(before: Episode | None, *conditions: Condition) -> Step:
    found = follow("C0OPS", "backlog", before, conditions, NOW + MINUTE)
    assert found is not None
    return found


def opened(*conditions: Condition) -> Episode:
    return followed(None, *conditions).episode


LEADS, ACCOUNTS = condition("leads", "warning"), condition("accounts", "critical", affected=7)


def test_where_all_is_well_there_is_no_episode() -> None:
    assert follow("C0OPS", "backlog", None, [condition("leads", "well")], NOW) is None


def test_all_that_is_bad_at_once_is_one_episode_as_bad_as_its_worst() -> None:
    found = followed(None, LEADS, ACCOUNTS)
    assert (found.turn, found.episode.level) == ("opened", "critical")
    assert list(found.episode.detail["members"]) == ["backlog:accounts", "backlog:leads"]
    assert found.episode.detail["affected"] == 17


def test_an_object_more_is_worse_and_an_object_less_is_better() -> None:
    more = followed(opened(LEADS), LEADS, condition("users", "warning"))
    assert (more.turn, more.detail and more.detail["worse"]) == ("worse", ["users"])
    less = followed(more.episode, LEADS, condition("users", "well"))
    assert (less.turn, less.detail and less.detail["gone"]) == ("better", ["users"])


def test_an_object_that_is_watched_no_more_is_not_called_well() -> None:
    less = followed(opened(LEADS, ACCOUNTS), LEADS)
    assert less.detail is not None
    assert (less.turn, less.detail["gone"], less.detail["dropped"]) == ("better", [], ["accounts"])


def test_what_cannot_be_known_now_has_no_numbers_and_harms_nobody() -> None:
    unknown = Condition("C0OPS", "growing:leads", "backlog", "well", NOW)
    assert followed(opened(LEADS), LEADS, unknown).turn is None


def test_a_higher_level_is_worse_and_a_lower_one_better() -> None:
    worse = followed(opened(LEADS), condition("leads", "critical"))
    assert (worse.turn, worse.episode.level) == ("worse", "critical")
    assert followed(worse.episode, LEADS).turn == "better"


def test_a_second_rule_about_the_same_object_is_no_turn() -> None:
    assert followed(opened(LEADS), LEADS, condition("leads", "warning", "oldest")).turn is None


def test_other_numbers_are_no_turn_and_are_kept() -> None:
    found = followed(opened(LEADS), condition("leads", "warning", affected=99))
    assert found.turn is None
    assert found.episode.detail["affected"] == 99


def test_the_records_affected_are_the_most_there_were_of_each_object() -> None:
    before = opened(LEADS, ACCOUNTS)
    later = followed(before, condition("leads", "warning", affected=3), condition("accounts", "well"))
    assert later.episode.detail["affected"] == 17


def test_what_was_in_an_episode_that_ended_just_now_reopens_it() -> None:
    ended = followed(opened(LEADS), condition("leads", "well")).episode
    again = follow("C0OPS", "backlog", None, [condition("leads", "critical", affected=99)], NOW + HOUR, [ended])
    assert again is not None and again.detail is not None
    assert (again.turn, again.detail["again"], again.detail["worse"]) == ("worse", True, ["leads"])
    assert (again.episode.level, again.episode.closed_at) == ("critical", None)
    assert (again.episode.detail["affected"], again.episode.detail["began"]) == (99, NOW.isoformat())
    assert "ended" not in again.episode.detail


def test_what_was_not_in_it_is_a_trouble_of_its_own() -> None:
    ended = followed(opened(LEADS), condition("leads", "well")).episode
    other = follow("C0OPS", "backlog", None, [ACCOUNTS], NOW + HOUR, [ended])
    assert other is not None
    assert (other.turn, list(other.episode.detail["ever"])) == ("opened", ["accounts"])


def test_where_all_is_well_again_it_has_recovered_when_the_last_was() -> None:
    found = followed(opened(LEADS), condition("leads", "well"))
    assert found.turn == "recovered"
    assert found.episode.closed_at == NOW + MINUTE
    assert found.episode.detail["ended"] == NOW.isoformat()


def test_what_is_watched_no_more_ends_and_nobody_says_that_it_is_well() -> None:
    assert followed(opened(LEADS)).episode.detail["ended"] is None


def test_what_is_better_is_not_told_while_all_the_rest_is_about_to_be() -> None:
    before = opened(LEADS, ACCOUNTS)
    heads = replace(LEADS, heading="well", heading_since=NOW)
    assert followed(before, heads, condition("accounts", "well")) == Step(before)
    assert followed(before, LEADS, condition("accounts", "well")).turn == "better"


def test_what_several_rules_count_is_counted_once() -> None:
    failing = condition("leads", "warning", "failures", 600)
    new = condition("code:1003", "warning", "new-code", 700, object=None)
    too_many = condition("all", "warning", "errors", 700, object=None)
    assert opened(failing, new, too_many).detail["affected"] == 700


def test_what_is_well_again_but_not_for_long_says_so() -> None:
    heads = replace(LEADS, heading="well", heading_since=NOW)
    members = followed(opened(LEADS), heads).episode.detail["members"].values()
    assert sentences(members, UTC) == ["Leads: well again since 14:32 UTC, and over if it stays so"]
