"""What a channel hears, in words, with the thresholds that hold. Pure."""

from collections.abc import Sequence
from datetime import timedelta

from bot import durations
from bot.alerts.asked import OF_EACH_OBJECT, OF_THE_SYNC, WHATS
from bot.alerts.wants import Defaults
from bot.figures import count
from bot.request_subscribing import Digest, Subscribe, Thresholds
from bot.texts import _


def told(request: Subscribe, defaults: Defaults, zone: str, called: str = "") -> str:
    """`leads: more than 10,000 waiting, or one waiting longer than 2h`; `called` is who is mentioned."""
    if request.digest:
        return _digest(request.digest, zone)
    said = _("{what}: {rules}").format(what=_subject(request), rules=_listed(_rules(request), request.terms, defaults))
    return _("{said}; {name} is called at the first critical one").format(said=said, name=called) if called else said


def _subject(request: Subscribe) -> str:
    if request.object:
        return request.object
    if not request.what:
        return _("everything")
    return _("all objects") if set(request.what) <= set(OF_EACH_OBJECT) else _("the sync")


def _rules(request: Subscribe) -> Sequence[str]:
    """Of an object, the number of its open errors counts only where it is asked for."""
    ours = [what for what in WHATS if what not in (*OF_THE_SYNC, "errors")]
    return request.what or (ours if request.object else WHATS)


def _listed(rules: Sequence[str], terms: Thresholds, defaults: Defaults) -> str:
    said = [rule(what, terms, defaults) for what in rules]
    return said[0] if len(said) == 1 else _("{many}, or {last}").format(many=", ".join(said[:-1]), last=said[-1])


def rule(what: str, terms: Thresholds, defaults: Defaults) -> str:
    """One rule, with its threshold where it has one."""
    backlog = defaults.backlog if terms.backlog is None else terms.backlog
    failures = defaults.failures if terms.failures is None else terms.failures
    sentences = {
        "backlog": _("more than {count} waiting").format(count=count(backlog)),
        "oldest": _("one waiting longer than {span}").format(span=_span(terms.oldest or defaults.oldest)),
        "growing": _("growing for 6 hours"),
        "stalled": _("waiting, and nothing synced for 30 minutes"),
        "failures": _("more than {share} % failing").format(share=failures),
        "new-code": _("a new error code"),
        "errors": _errors(terms, defaults),
        "refused": _("sign-in or permission refused"),
        "native-sync": _("Marketo's native sync switched on"),
        "schema": _("a mistake in the schema"),
        "quota": _("80 % and 100 % of our share of the day's API calls used"),
        "throttled": _("throttled for long"),
        "down": _("no pass finished in time"),
        "brake": _("a brake that stopped it"),
        "undelivered": _("messages of mine that Slack did not take"),
    }
    return sentences[what]


def _span(span: timedelta) -> str:
    return durations.spell(span)


def _errors(terms: Thresholds, defaults: Defaults) -> str:
    if terms.code and not terms.open:
        return _("any open error {code}").format(code=terms.code)
    if terms.code:
        return _("more than {count} open errors {code}").format(count=count(terms.open or 0), code=terms.code)
    most = defaults.open if terms.open is None else terms.open
    return _("more than {count} open errors").format(count=count(most))


def _digest(digest: Digest, zone: str) -> str:
    at = f"{digest.at:%H:%M}"
    if digest.weekday is None:
        return _("a digest every day at {time} ({zone})").format(time=at, zone=zone)
    return _("a digest every {day} at {time} ({zone})").format(day=weekday(digest.weekday), time=at, zone=zone)


def weekday(number: int) -> str:
    """Monday is 0."""
    days = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return days[number]
