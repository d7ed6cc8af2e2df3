"""The things in a message that a person can press, choose or fill in: pure."""

from collections.abc import Iterator
from typing import Any

Element = dict[str, Any]
SINGLE = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
}
ONE_OPTION = ("static_select", "external_select", "overflow", "radio_buttons")
MANY_OPTIONS = ("multi_static_select", "multi_external_select", "checkboxes")
INITIAL = {"selected_option": "initial_option", "selected_options": "initial_options", "value": "initial_value"}


class NotThere(Exception):
    """A person tried something that is not on the screen."""


def within(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Element]]:
    """Each element with the block that holds it, in order."""
    for block in blocks:
        if block.get("type") == "actions":
            yield from ((block, element) for element in block["elements"])
        for name in ("accessory", "element"):
            if isinstance(block.get(name), dict):
                yield block, block[name]
        if block.get("type") == "container":
            yield from within(block.get("child_blocks") or [])


def pressed(
    blocks: list[dict[str, Any]], action_id: str, label: str, block_id: str = ""
) -> tuple[dict[str, Any], Element, str]:
    """Block, element and chosen value that an action_id or a visible label mean. Raises NotThere.

    An action_id is one of its block's only; `block_id` says which block is meant.
    """
    for block, element in within(blocks):
        if block_id and block.get("block_id") != block_id:
            continue
        if action_id and element.get("action_id") == action_id:
            return block, element, ""
        if label and label_of(element) == label:
            return block, element, ""
        for option in options_of(element):
            if label and not action_id and option["text"]["text"] == label:
                return block, element, option["value"]
    raise NotThere(f"nothing here is called {action_id or label!r}")


def label_of(element: Element) -> str:
    """What stands on a button; empty for anything else."""
    text = element.get("text") if element.get("type") == "button" else None
    return str(text.get("text", "")) if isinstance(text, dict) else ""


def options_of(element: Element) -> list[dict[str, Any]]:
    grouped = [option for group in element.get("option_groups") or [] for option in group.get("options", [])]
    return [*(element.get("options") or []), *grouped]


def choice(element: Element, value: Any) -> dict[str, Any]:
    """What Slack reports of an element set to `value` (an option's value or label). Raises NotThere."""
    kind = element.get("type", "")
    if kind in ONE_OPTION:
        return {"selected_option": _option(element, value) if value else None}
    if kind in MANY_OPTIONS:
        wanted = value if isinstance(value, list) else [value] if value else []
        return {"selected_options": [_option(element, each) for each in wanted]}
    return {SINGLE[kind]: value if value != "" else None} if kind in SINGLE else {}


def resting(element: Element) -> dict[str, Any]:
    """What an element says of itself before anyone has touched it."""
    kind = element.get("type", "")
    if kind == "button" or kind == "overflow":
        return {}
    named = _name_of_value(kind)
    if not named:
        return {}
    initial = element.get(INITIAL.get(named, named.replace("selected", "initial")))
    return {"type": kind, named: initial if initial is not None else [] if kind in MANY_OPTIONS else None}


def _name_of_value(kind: str) -> str:
    if kind in ONE_OPTION:
        return "selected_option"
    return "selected_options" if kind in MANY_OPTIONS else SINGLE.get(kind, "")


def state_of(blocks: list[dict[str, Any]], chosen: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """`state.values`: block_id -> action_id -> what stands there now; `chosen` by action_id."""
    values: dict[str, dict[str, Any]] = {}
    for block, element in within(blocks):
        said = resting(element)
        if said:
            name = element["action_id"]
            values.setdefault(block["block_id"], {})[name] = {**said, **chosen.get(f"{block['block_id']}/{name}", {})}
    return values


def _option(element: Element, value: Any) -> dict[str, Any]:
    for option in options_of(element):
        if value in (option.get("value"), option["text"]["text"]):
            return option
    raise NotThere(f"{value!r} is not among the options")
