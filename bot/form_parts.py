"""The parts of a form: boxes and menus, and what was filled into them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.safe import clean
from bot.texts import _

ANY = "any"
Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def box(name: str, label: str, hint: str, value: str) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": name, "placeholder": plain(hint), "max_length": 200}
    if value:
        element["initial_value"] = value[:200]
    return {"type": "input", "block_id": name, "label": plain(label), "element": element, "optional": True}


def choice(
    name: str,
    label: str,
    choices: Sequence[tuple[str, str]],
    chosen: str | None,
    optional: bool = True,
    unset: str = "",
) -> Block:
    """A menu; where it is optional, its first choice stands for none: any, unless it is called otherwise."""
    any_of = [(ANY, unset or _("any"))] if optional else []
    options = [{"text": plain(shown), "value": value} for value, shown in [*any_of, *choices]]
    first = next((option for option in options if option["value"] == (chosen or ANY)), options[0])
    element = {"type": "static_select", "action_id": name, "options": options, "initial_option": first}
    return {"type": "input", "block_id": name, "label": plain(label), "element": element, "optional": optional}


def filled(values: Mapping[str, Mapping[str, Any]], name: str) -> str:
    return clean(str(((values.get(name) or {}).get(name) or {}).get("value") or ""))


def chosen(values: Mapping[str, Mapping[str, Any]], name: str) -> str | None:
    option = ((values.get(name) or {}).get(name) or {}).get("selected_option") or {}
    value = option.get("value")
    return None if value in (None, ANY) else str(value)
