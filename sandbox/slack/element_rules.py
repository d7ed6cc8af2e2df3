"""Which interactive elements Slack takes (docs.slack.dev/reference/block-kit/block-elements): pure."""

from collections.abc import Callable
from typing import Any

from sandbox.slack.place import ANY_TEXT, Place

SELECT_KINDS = ("users_select", "conversations_select", "channels_select", "external_select")
MULTI_KINDS = tuple(f"multi_{kind}" for kind in SELECT_KINDS)
PICKERS = ("datepicker", "datetimepicker", "timepicker")
TYPED = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input")
MENUS = ("static_select", "multi_static_select", *SELECT_KINDS, *MULTI_KINDS)
CHOICES = ("checkboxes", "radio_buttons")
IN_ACTIONS = ("button", "overflow", "workflow_button", *MENUS, *CHOICES, *PICKERS)
IN_SECTION = ("button", "overflow", "workflow_button", "image", "datepicker", "timepicker", *MENUS, *CHOICES)
IN_INPUT = (*TYPED, *MENUS, *CHOICES, *PICKERS)


def check_element(place: Place, allowed: tuple[str, ...]) -> None:
    """Complains of one element, and of a kind that does not belong where it stands."""
    if not place.is_object() or not place.needs("type"):
        return
    kind = place.kind
    if kind not in allowed:
        place.complain(f"unsupported type: {kind}")
        return
    place.string("action_id", 255)
    if place.has("confirm"):
        check_confirm(place.at("confirm"))
    place.text("placeholder", 150)
    _RULES.get(kind, _anything)(place)


def check_confirm(place: Place) -> None:
    """A confirmation dialog."""
    if place.is_object():
        place.only("title", "text", "confirm", "deny", "style")
        place.text("title", 100, required=True)
        place.text("text", 300, ANY_TEXT, required=True)
        place.text("confirm", 30, required=True)
        place.text("deny", 30, required=True)
        place.one_of("style", ("primary", "danger"))


def check_image(place: Place) -> None:
    """An image element or block: described in words, and either a URL or a Slack file."""
    place.string("alt_text", 2000, required=True)
    if place.has("image_url") == place.has("slack_file"):
        place.complain("must define either `image_url` or `slack_file`")
    place.string("image_url", 3000)


def _button(place: Place) -> None:
    place.only("text", "action_id", "url", "value", "style", "confirm", "accessibility_label")
    place.text("text", 75, required=True)
    place.string("value", 2000)
    place.string("url", 3000)
    place.string("accessibility_label", 75)
    place.one_of("style", ("primary", "danger"))


def _static_select(place: Place) -> None:
    both = ("options", "option_groups")
    place.only(
        "action_id", *both, "initial_option", "initial_options", "confirm", "placeholder", "focus_on_load",
        "max_selected_items",
    )  # fmt: skip
    if place.has("options") == place.has("option_groups"):
        place.complain("must define either `options` or `option_groups`")
    for option in place.each("options", 100, required=False):
        _option(option)
    for group in place.each("option_groups", 100, required=False):
        if group.is_object():
            group.text("label", 75, required=True)
            for option in group.each("options", 100):
                _option(option)
    _check_initial(place)


def _check_initial(place: Place) -> None:
    """What is chosen from the start must be one of the options."""
    if place.has("initial_option") and place.value["initial_option"] not in _options_in(place.value):
        place.at("initial_option").complain("must be one of the provided options")


def _options_in(holder: Any) -> list[Any]:
    """All options of a menu, those in groups too."""
    if not isinstance(holder, dict):
        return []
    options, groups = holder.get("options"), holder.get("option_groups")
    own = options if isinstance(options, list) else []
    return [*own, *(option for group in groups for option in _options_in(group))] if isinstance(groups, list) else own


def _option(place: Place, kinds: tuple[str, ...] = ("plain_text",)) -> None:
    if place.is_object():
        place.only("text", "value", "description", "url")
        place.text("text", 75, kinds, required=True)
        place.string("value", 150, required=True)
        place.text("description", 75, kinds)


def _overflow(place: Place) -> None:
    place.only("action_id", "options", "confirm")
    for option in place.each("options", 5):
        _option(option)


def _choices(place: Place) -> None:
    place.only("action_id", "options", "initial_option", "initial_options", "confirm", "focus_on_load")
    for option in place.each("options", 10):
        _option(option, ANY_TEXT)
    _check_initial(place)


def _plain_text_input(place: Place) -> None:
    place.only(
        "action_id", "placeholder", "initial_value", "multiline", "min_length", "max_length",
        "dispatch_action_config", "focus_on_load",
    )  # fmt: skip
    place.number("min_length", 0, 3000)
    place.number("max_length", 1, 3000)
    place.string("initial_value", 3000, least=0)


def _anything(_: Place) -> None:
    """Kinds without limits of their own."""


_RULES: dict[str, Callable[[Place], None]] = {
    "button": _button,
    "static_select": _static_select,
    "multi_static_select": _static_select,
    "overflow": _overflow,
    "checkboxes": _choices,
    "radio_buttons": _choices,
    "plain_text_input": _plain_text_input,
    "image": check_image,
}
