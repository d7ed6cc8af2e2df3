"""The form that fills in the same words as one types behind /sync errors, and what comes back from it. Pure.

Limits are Slack's (docs.slack.dev/surfaces/modals): title and buttons 24 characters, private_metadata 3,000.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.figures import change, named, towards
from bot.form_parts import Block, box, choice, chosen, filled, plain
from bot.reading_errors import SORTS, STATES, moment
from bot.request import Errors, since_words
from bot.texts import _
from bot.words import NoSense
from storage.changes import DIRECTIONS, OPERATIONS

OPEN_FORM, FORM = "form.errors", "errors_form"


def form_button(request: Errors) -> Block:
    """Opens the form with what `request` says already."""
    return {
        "type": "button",
        "action_id": OPEN_FORM,
        "text": plain(_("Filter…")),
        "value": replace(request, page=1, csv=False).words,
        "accessibility_label": _("Filter the errors in a form"),
    }


def view(request: Errors, objects: Sequence[str], place: Mapping[str, str]) -> dict[str, Any]:
    """The form; `place` says where to answer, and comes back with it."""
    boxes = [
        box("words", _("Words"), _("Names, e-mails, ids or messages"), " ".join(_spoken(request))),
        choice("object", _("Object"), [(one, named(one)) for one in objects], request.object),
        box("code", _("Code"), _("Such as 1003"), request.code or ""),
        choice("direction", _("Direction"), [(one, towards(one)) for one in DIRECTIONS], request.direction),
        choice("operation", _("Operation"), [(one, change(one)) for one in OPERATIONS], request.operation),
        choice("state", _("State"), [(one, one) for one in STATES], request.state, optional=False),
        box("since", _("Since"), _("24h, 7d or 2026-11-01"), since_words(request.since) if request.since else ""),
        box("until", _("Until"), _("1h or 2026-11-01"), since_words(request.until) if request.until else ""),
        choice("sort", _("Sorted by"), [(one, one) for one in SORTS], request.sort or "newest", optional=False),
    ]
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain(_("Find errors")),
        "submit": plain(_("Find")),
        "close": plain(_("Cancel")),
        "private_metadata": json.dumps(dict(place)),
        "blocks": boxes,
    }


def read(values: Mapping[str, Mapping[str, Any]]) -> tuple[Errors, dict[str, str]]:
    """What was filled in, or what is wrong with it, by box."""
    typed = {name: filled(values, name) for name in ("words", "code", "since", "until")}
    picked = {name: chosen(values, name) for name in ("object", "direction", "operation", "state", "sort")}
    times: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name in ("since", "until"):
        try:
            times[name] = moment(typed[name], name) if typed[name] else None
        except NoSense as nonsense:
            wrong[name] = nonsense.misunderstood.sentence
    given: dict[str, Any] = {name: value for name, value in picked.items() if value}
    free = tuple(typed["words"].replace('"', " ").split())
    return Errors(code=typed["code"].replace('"', "") or None, free=free, **given, **times), wrong


def _spoken(request: Errors) -> list[str]:
    return [word for typed in request.free for word in typed.split()]
