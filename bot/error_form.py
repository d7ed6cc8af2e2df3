"""The form that fills in the same words as one types behind /sync errors, and what comes back from it. Pure.

Limits are Slack's (docs.slack.dev/surfaces/modals): title and buttons 24 characters, private_metadata 3,000.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.figures import named, towards
from bot.reading_errors import SORTS, STATES, moment
from bot.request import Errors, since_words
from bot.safe import clean
from bot.texts import _
from bot.words import NoSense
from storage.changes import DIRECTIONS, OPERATIONS

OPEN_FORM, FORM = "form.errors", "errors_form"
ANY = "any"
Block = dict[str, Any]


def form_button(request: Errors) -> Block:
    """Opens the form with what `request` says already."""
    return {
        "type": "button",
        "action_id": OPEN_FORM,
        "text": _plain(_("Filter…")),
        "value": replace(request, page=1, csv=False).words,
        "accessibility_label": _("Filter the errors in a form"),
    }


def view(request: Errors, objects: Sequence[str], place: Mapping[str, str]) -> dict[str, Any]:
    """The form; `place` says where to answer, and comes back with it."""
    boxes = [
        _box("words", _("Words"), _("Names, e-mails, ids or messages"), " ".join(_spoken(request))),
        _choice("object", _("Object"), [(one, named(one)) for one in objects], request.object),
        _box("code", _("Code"), _("Such as 1003"), request.code or ""),
        _choice("direction", _("Direction"), [(one, towards(one)) for one in DIRECTIONS], request.direction),
        _choice("operation", _("Operation"), [(one, one) for one in OPERATIONS], request.operation),
        _choice("state", _("State"), [(one, one) for one in STATES], request.state, optional=False),
        _box("since", _("Since"), _("24h, 7d or 2026-11-01"), since_words(request.since) if request.since else ""),
        _box("until", _("Until"), _("1h or 2026-11-01"), since_words(request.until) if request.until else ""),
        _choice("sort", _("Sorted by"), [(one, one) for one in SORTS], request.sort or "newest", optional=False),
    ]
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": _plain(_("Find errors")),
        "submit": _plain(_("Find")),
        "close": _plain(_("Cancel")),
        "private_metadata": json.dumps(dict(place)),
        "blocks": boxes,
    }


def read(values: Mapping[str, Mapping[str, Any]]) -> tuple[Errors, dict[str, str]]:
    """What was filled in, or what is wrong with it, by box."""
    filled = {name: _filled(values, name) for name in ("words", "code", "since", "until")}
    chosen = {name: _chosen(values, name) for name in ("object", "direction", "operation", "state", "sort")}
    times: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name in ("since", "until"):
        try:
            times[name] = moment(filled[name], name) if filled[name] else None
        except NoSense as nonsense:
            wrong[name] = nonsense.misunderstood.sentence
    given: dict[str, Any] = {name: value for name, value in chosen.items() if value}
    free = tuple(filled["words"].replace('"', " ").split())
    return Errors(code=filled["code"].replace('"', "") or None, free=free, **given, **times), wrong


def _spoken(request: Errors) -> list[str]:
    return [word for typed in request.free for word in typed.split()]


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _box(name: str, label: str, hint: str, value: str) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": name, "placeholder": _plain(hint), "max_length": 200}
    if value:
        element["initial_value"] = value[:200]
    return {"type": "input", "block_id": name, "label": _plain(label), "element": element, "optional": True}


def _choice(
    name: str, label: str, choices: Sequence[tuple[str, str]], chosen: str | None, optional: bool = True
) -> Block:
    any_of = [(ANY, _("any"))] if optional else []
    options = [{"text": _plain(shown), "value": value} for value, shown in [*any_of, *choices]]
    first = next((option for option in options if option["value"] == (chosen or ANY)), options[0])
    element = {"type": "static_select", "action_id": name, "options": options, "initial_option": first}
    return {"type": "input", "block_id": name, "label": _plain(label), "element": element, "optional": optional}


def _filled(values: Mapping[str, Mapping[str, Any]], name: str) -> str:
    return clean(str(((values.get(name) or {}).get(name) or {}).get("value") or ""))


def _chosen(values: Mapping[str, Mapping[str, Any]], name: str) -> str | None:
    option = ((values.get(name) or {}).get(name) or {}).get("selected_option") or {}
    value = option.get("value")
    return None if value in (None, ANY) else str(value)
