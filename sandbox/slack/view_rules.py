"""Which views Slack takes (docs.slack.dev/reference/views): pure."""

import json
from typing import Any

from sandbox.slack.block_rules import complaints_about
from sandbox.slack.place import Place

LARGEST = 250_000
COMMON = ("blocks", "private_metadata", "callback_id", "external_id")
OF_MODALS = ("title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled")


def complaints_about_view(view: Any) -> list[str]:
    """What Slack would say against a modal or a home tab; empty when it takes it."""
    found: list[str] = []
    place = Place(view, "/view", found)
    if not place.is_object() or not place.needs("blocks"):
        return found
    modal = view.get("type") == "modal"
    place.only(*COMMON, *(OF_MODALS if modal else ()))
    place.string("private_metadata", 3000, least=0)
    place.string("callback_id", 255, least=0)
    place.string("external_id", 255, least=0)
    if modal:
        place.text("title", 24, required=True)
        place.text("submit", 24)
        place.text("close", 24)
        _check_submit(place)
    found += complaints_about(view["blocks"], "modal" if modal else "home", "/view/blocks")
    return found


def too_large(view: Any) -> bool:
    """view_too_large: more than 250 kB of JSON."""
    return len(json.dumps(view)) > LARGEST


def _check_submit(place: Place) -> None:
    blocks = place.value["blocks"] if isinstance(place.value["blocks"], list) else []
    asks = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
    if asks and not place.has("submit"):
        place.complain("missing required field: submit")
