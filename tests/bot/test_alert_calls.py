"""Who is called on an episode, and when."""

from collections.abc import Mapping

from bot.alerts.calls import calling
from bot.alerts.episodes import Step, follow
from bot.alerts.wants import Wants
from storage.alerting import Condition, Episode, Level
from tests.bot.test_alert_episodes import condition
from tests.bot.watching import NOW, subscription, wants

ALL = subscription(id=1)
OPS = subscription(object="leads", what="oldest", mention="S0OPS", id=2)
MANY, LATE = condition("leads", "critical"), condition("leads", "critical", "oldest")
Told = Mapping[str, object]


def after(wanted: Wants, before: Episode | None, *conditions: Condition) -> Step:
    found = follow("C0OPS", "backlog", before, conditions, NOW)
    assert found is not None
    return calling(wanted, before, found)


def told(step: Step) -> Told:
    assert step.detail is not None
    return step.detail


def test_who_asked_about_a_rule_is_called_though_another_one_said_before_that_its_object_is_critical() -> None:
    wanted = wants(ALL, OPS)
    first = after(wanted, None, MANY)
    assert "mention" not in told(first)
    then = after(wanted, first.episode, MANY, LATE)
    assert (then.turn, told(then)["mention"], told(then)["worse"]) == ("worse", ["S0OPS"], ["leads"])


def test_without_anybody_to_call_a_second_rule_about_the_same_object_is_no_turn() -> None:
    first = after(wants(), None, MANY)
    assert after(wants(), first.episode, MANY, LATE).turn is None


def test_who_asks_while_it_is_critical_already_is_not_called_out_of_the_blue() -> None:
    first = after(wants(), None, MANY, LATE)
    assert after(wants(ALL, OPS), first.episode, MANY, LATE).turn is None


def test_each_is_called_once_for_what_they_asked_about() -> None:
    wanted = wants(subscription(what="backlog", mention="S0MAIL", id=1), OPS)
    first = after(wanted, None, MANY)
    assert told(first)["mention"] == ["S0MAIL"]
    both = after(wanted, first.episode, MANY, LATE)
    assert told(both)["mention"] == ["S0OPS"]
    better = after(wanted, both.episode, condition("leads", "warning"), LATE)
    assert "mention" not in told(after(wanted, better.episode, MANY, LATE))


def test_who_asked_about_a_code_is_not_called_for_another_one() -> None:
    wanted = wants(subscription(what="errors", terms={"code": "1003"}, mention="S0MAIL", id=1), ALL)

    def called(level: Level, code: str | None) -> object:
        return told(after(wanted, None, condition("all", level, "errors", code=code))).get("mention")

    assert called("critical", None) is None
    assert called("critical", "611") is None
    assert called("critical", "1003") == ["S0MAIL"]
    assert called("warning", "1003") is None
