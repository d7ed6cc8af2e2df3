"""Which blocks Slack takes, and where: pure. Limits from docs.slack.dev/reference/block-kit/blocks.

Complaints read as Slack's do: `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`.
"""

from collections.abc import Callable
from typing import Any

from sandbox.slack.data_rules import characters, check_chart, check_data_table, check_table
from sandbox.slack.element_rules import IN_ACTIONS, IN_INPUT, IN_SECTION, check_element, check_image
from sandbox.slack.place import ANY_TEXT, Place
from sandbox.slack.rich_text_rules import check_rich_text

Blocks = list[dict[str, Any]]
MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MOST_MARKDOWN = 12_000
PER_BLOCK = 30
MESSAGES_ONLY = ("data_visualization", "container", "carousel", "markdown", "plan", "task_card", "context_actions")
NOT_IN = {
    "message": ("alert",),
    "modal": ("table", "data_table", "card", *MESSAGES_ONLY),
    "home": ("alert", *MESSAGES_ONLY),
}
IN_CONTAINER = (
    "actions", "context", "divider", "file", "header", "image", "input", "rich_text", "section", "table", "video",
)  # fmt: skip


def complaints_about(blocks: Any, surface: str, pointer: str = "/blocks") -> list[str]:
    """What Slack would say against `blocks` on a `surface` (message, modal, home); empty when it takes them."""
    found: list[str] = []
    place = Place(blocks, pointer, found)
    if not isinstance(blocks, list):
        place.complain("must provide an array")
        return found
    if len(blocks) > MOST_BLOCKS[surface]:
        place.complain(f"no more than {MOST_BLOCKS[surface]} items allowed")
    for index in range(len(blocks)):
        _check(place.at(index), surface)
    if not found:
        _check_together(place, blocks)
    return found


def not_taken(blocks: Blocks, refused: list[str]) -> list[str]:
    """Complaints about blocks of the `refused` kinds: what a workspace answers that does not have them yet."""
    found: list[str] = []
    for index, block in enumerate(blocks):
        if block.get("type") in refused:
            Place(block, f"/blocks/{index}", found).complain(f"unsupported type: {block['type']}")
    return found


def characters_in(blocks: Blocks) -> int:
    """How many characters all blocks hold together, with a few for each block around them.

    Slack counts "text characters with a buffer for block containers" (bolt-js#2509) and does not say how.
    """
    return characters(blocks) + PER_BLOCK * len(blocks)


def _check(place: Place, surface: str) -> None:
    if not place.is_object() or not place.needs("type"):
        return
    kind = place.kind
    rule = _RULES.get(kind)
    if rule is None or kind in NOT_IN[surface]:
        place.complain(f"unsupported type: {kind}")
        return
    place.string("block_id", 255)
    rule(place)


def _check_together(place: Place, blocks: Blocks) -> None:
    """What holds for all blocks of one payload."""
    _check_unique(place, [block.get("block_id") for block in blocks], "block_id")
    charts = [block for block in blocks if block["type"] == "data_visualization"]
    if len(charts) > 2:
        place.found.append("too many data_visualization blocks")
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MOST_MARKDOWN:
        place.complain(f"must be less than {MOST_MARKDOWN + 1} characters")


def _check_unique(place: Place, names: list[Any], what: str) -> None:
    for index, name in enumerate(names):
        if name is not None and name in names[:index]:
            place.at(index).complain(f'`{what}` "{name}" already exists')


def _section(place: Place) -> None:
    place.only("block_id", "text", "fields", "accessory", "expand")
    if not place.has("text") and not place.has("fields"):
        place.complain("must define either `text` or `fields`")
    place.text("text", 3000, ANY_TEXT)
    for field in place.each("fields", 10, required=False):
        field.is_text(2000, ANY_TEXT)
    if place.has("accessory"):
        check_element(place.at("accessory"), IN_SECTION)


def _header(place: Place) -> None:
    place.only("block_id", "text", "level")
    place.text("text", 150, required=True)
    place.number("level", 1, 4)


def _context(place: Place) -> None:
    place.only("block_id", "elements")
    for element in place.each("elements", 10):
        if element.kind == "image":
            check_image(element)
        else:
            element.is_text(3000, ANY_TEXT)


def _actions(place: Place) -> None:
    place.only("block_id", "elements")
    elements = list(place.each("elements", 25))
    for element in elements:
        check_element(element, IN_ACTIONS)
    names = [element.value.get("action_id") for element in elements if isinstance(element.value, dict)]
    if len(names) == len(elements) > 0:
        _check_unique(place.at("elements"), names, "action_id")


def _input(place: Place) -> None:
    place.only("block_id", "label", "element", "dispatch_action", "hint", "optional")
    place.text("label", 2000, required=True)
    place.text("hint", 2000)
    if place.needs("element"):
        check_element(place.at("element"), IN_INPUT)


def _image(place: Place) -> None:
    place.only("block_id", "alt_text", "image_url", "slack_file", "title")
    check_image(place)
    place.text("title", 2000)


def _rich_text(place: Place) -> None:
    place.only("block_id", "elements")
    check_rich_text(place)


def _markdown(place: Place) -> None:
    place.only("block_id", "text")
    place.string("text", MOST_MARKDOWN, required=True)


def _alert(place: Place) -> None:
    place.only("block_id", "text", "level")
    place.text("text", 200, ANY_TEXT, required=True)
    place.one_of("level", ("default", "info", "warning", "error", "success"))


def _card(place: Place) -> None:
    place.only("block_id", "hero_image", "icon", "title", "subtitle", "body", "actions")
    if not any(place.has(name) for name in ("hero_image", "title", "actions", "body")):
        place.complain("must define one of `hero_image`, `title`, `actions`, `body`")
    for name, most in (("title", 150), ("subtitle", 150), ("body", 200)):
        place.text(name, most, ANY_TEXT)
    for button in place.each("actions", 2, required=False):
        check_element(button, ("button",))


def _carousel(place: Place) -> None:
    place.only("block_id", "elements")
    for card in place.each("elements", 10):
        if card.is_object():
            _card(card)


def _container(place: Place) -> None:
    place.only(
        "block_id", "title", "rich_text_title", "subtitle", "icon", "width", "is_collapsible", "default_collapsed",
        "child_blocks",
    )  # fmt: skip
    if not place.has("rich_text_title"):
        place.text("title", 150, required=True)
    for child in place.each("child_blocks", 10):
        if child.is_object() and child.kind not in IN_CONTAINER:
            child.complain(f"unsupported type: {child.value.get('type')}")
        else:
            _check(child, "message")


def _divider(place: Place) -> None:
    place.only("block_id")


def _unchecked(_: Place) -> None:
    """Blocks this app has no use for; taken as they are."""


_RULES: dict[str, Callable[[Place], None]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "divider": _divider,
    "rich_text": _rich_text,
    "markdown": _markdown,
    "alert": _alert,
    "card": _card,
    "carousel": _carousel,
    "container": _container,
    "table": check_table,
    "data_table": check_data_table,
    "data_visualization": check_chart,
    "video": _unchecked,
    "plan": _unchecked,
    "task_card": _unchecked,
    "context_actions": _unchecked,
}
