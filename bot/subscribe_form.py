"""The form that fills in the same words as one types behind /sync subscribe, and what comes back from it. Pure."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.alerts.asked import WHATS
from bot.alerts.in_words import weekday
from bot.figures import named
from bot.form_parts import Block, box, choice, chosen, filled, plain
from bot.request import Misunderstood
from bot.request_subscribing import DAYS, Digest, Subscribe, quoted
from bot.texts import _

OPEN_FORM, FORM = "form.subscribe", "subscribe_form"
MOST_OPTIONS = 99
BOXES = ("backlog", "oldest", "failures", "open", "code")


def form_button(label: str, request: Subscribe, instead: tuple[int, ...] = ()) -> Block:
    """Opens the form with what `request` says already; what it makes takes the place of `instead`."""
    return {
        "type": "button",
        "action_id": OPEN_FORM,
        "text": plain(label),
        "value": replace(request, instead=instead).words,
        "accessibility_label": _("Fill in what is to be heard here"),
    }


def view(
    request: Subscribe, objects: Sequence[str], groups: Mapping[str, str], place: Mapping[str, str]
) -> dict[str, Any]:
    """The form; `groups` are user groups' handles by their ids, `place` says where to answer and comes back with it."""
    said = dict(_typed(request))
    hints = {"backlog": "10000", "oldest": "2h", "failures": "20%", "open": "100", "code": "1003"}
    labels = {
        "backlog": _("More than so many waiting"),
        "oldest": _("One waiting longer than"),
        "failures": _("More than this share failing"),
        "open": _("More than so many open errors"),
        "code": _("Errors of this code"),
    }
    blocks = [
        choice("object", _("Object"), [(one, named(one)) for one in objects], request.object),
        _several("what", _("What"), [what for what in request.what if what not in request.terms.rules]),
        *(box(name, labels[name], hints[name], said.get(name, "")) for name in BOXES),
        _person(request.mention),
        *_group(request.mention, groups),
        choice("digest", _("Or a digest"), _digests(), _every(request.digest), unset=_("none")),
        box("at", _("Digest at"), "09:00", f"{request.digest.at:%H:%M}" if request.digest else ""),
    ]
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain(_("What is heard here")),
        "submit": plain(_("Subscribe")),
        "close": plain(_("Cancel")),
        "private_metadata": json.dumps({**place, "instead": ",".join(map(str, request.instead))}),
        "blocks": blocks,
    }


def _typed(request: Subscribe) -> list[tuple[str, str]]:
    """The thresholds as one would type them into their boxes."""
    words = [(word.split(">")[0], word.split(">")[1]) for word in request.terms.words if not word.startswith("code:")]
    return [*words, ("code", request.terms.code or "")]


def _several(name: str, label: str, given: Sequence[str]) -> Block:
    options = [{"text": plain(what), "value": what} for what in WHATS]
    element: Block = {"type": "multi_static_select", "action_id": name, "options": options}
    element["placeholder"] = plain(_("everything"))
    if first := [option for option in options if option["value"] in given]:
        element["initial_options"] = first
    return {"type": "input", "block_id": name, "label": plain(label), "element": element, "optional": True}


def _person(mention: str | None) -> Block:
    element: Block = {"type": "users_select", "action_id": "person", "placeholder": plain(_("nobody"))}
    if mention and not mention.startswith("S"):
        element["initial_user"] = mention
    label = plain(_("Called at the first critical one"))
    return {"type": "input", "block_id": "person", "label": label, "element": element, "optional": True}


def _group(mention: str | None, groups: Mapping[str, str]) -> list[Block]:
    options = [(number, handle[:75]) for number, handle in sorted(groups.items())][:MOST_OPTIONS]
    return [choice("group", _("Or a user group"), options, mention, unset=_("nobody"))] if options else []


def _digests() -> list[tuple[str, str]]:
    weekly = [(f"weekly {day}", _("every {day}").format(day=weekday(at))) for at, day in enumerate(DAYS)]
    return [("daily", _("every day")), *weekly]


def _every(digest: Digest | None) -> str | None:
    if digest is None:
        return None
    return "daily" if digest.weekday is None else f"weekly {DAYS[digest.weekday]}"


def words(values: Mapping[str, Mapping[str, Any]], instead: str = "") -> str:
    """What was filled in, as one would have typed it."""
    return " ".join(part for part in ("subscribe", *_parts(values), f"instead:{instead}" if instead else "") if part)


def wrong(values: Mapping[str, Mapping[str, Any]], parse: Callable[[str], object]) -> dict[str, str]:
    """What cannot be read of what was filled in, by box; `parse` reads words."""
    found = {name: parse(f"subscribe {said}") for name, said in box_words(values).items()}
    trouble = {name: read.sentence for name, read in found.items() if isinstance(read, Misunderstood)}
    whole = parse(words(values))
    at = "at" if filled(values, "at") and chosen(values, "digest") else "what"
    return trouble or ({at: whole.sentence} if isinstance(whole, Misunderstood) else {})


def _parts(values: Mapping[str, Mapping[str, Any]]) -> list[str]:
    parts = [chosen(values, "object") or "", *_all_chosen(values, "what"), *box_words(values).values()]
    mention = chosen(values, "group") or _selected(values, "person")
    parts.append(f"mention:{mention}" if mention else "")
    every = chosen(values, "digest")
    return [*parts, f"digest {every} {filled(values, 'at')}".strip() if every else ""]


def box_words(values: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The words of each threshold that was filled in, by its box."""
    given = {name: filled(values, name).replace('"', "") for name in BOXES}
    return {
        name: f"code:{quoted(value)}" if name == "code" else f"{name}>{value}" for name, value in given.items() if value
    }


def _all_chosen(values: Mapping[str, Mapping[str, Any]], name: str) -> list[str]:
    options = ((values.get(name) or {}).get(name) or {}).get("selected_options") or []
    return [str(one.get("value") or "") for one in options]


def _selected(values: Mapping[str, Mapping[str, Any]], name: str) -> str:
    return str(((values.get(name) or {}).get(name) or {}).get("selected_user") or "")
