"""Fields that are not kept in step, or not safely, in words: grouped by what is wrong with them. Pure."""

from collections.abc import Sequence

from bot.figures import count
from bot.texts import _, plural
from storage.changes import Finding

MOST_NAMES = 5


def told(findings: Sequence[Finding]) -> list[str]:
    """A sentence for each kind of finding there is, naming the first few fields; nothing where there is none."""
    sentences = {
        "unreadable": _("not to be read in Dynamics: {fields}"),
        "secured": _("under field-level security in Dynamics, to be granted to the sync's user: {fields}"),
        "unknown": _("lacking on a side, so left out: {fields}"),
        "read-only": _("not to be written on a side, so one-way: {fields}"),
        "blocked": _("blocked in Marketo: {fields}"),
        "owner": _("owners who cannot own in Dynamics, so that others are given: {fields}"),
        "too-short": _("shorter in Marketo, longer texts are refused: {fields}"),
    }
    grouped = {kind: [_name(one) for one in findings if one.kind == kind] for kind in sentences}
    return [sentences[kind].format(fields=_listed(names)) for kind, names in grouped.items() if names]


def _name(one: Finding) -> str:
    return f"{one.object}.{one.field}" if one.field else one.object


def _listed(names: Sequence[str]) -> str:
    """Identifiers are never cut: what does not fit is counted."""
    shown, left = ", ".join(names[:MOST_NAMES]), len(names) - MOST_NAMES
    if left <= 0:
        return shown
    more = plural("{count} more, told by python -m bot check", "{count} more, told by python -m bot check", left)
    return f"{shown}, {more.format(count=count(left))}"
