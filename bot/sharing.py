"""What of an answer may be posted into a channel: counts, codes, names of fields and internal ids. Pure.

The one place that decides. A shared answer is asked for anew, by somebody who may see nobody's data.
"""

import re
from dataclasses import fields, replace
from datetime import tzinfo

from bot.answers import Answer, Block
from bot.blocks import ACTION, small
from bot.explanations import explained
from bot.request import Request
from bot.safe import clean, for_mrkdwn
from bot.texts import _

SHAREABLE = frozenset({"Status", "Errors", "Activity", "Explain", "Health", "Help"})
TIMELESS = frozenset({"Explain", "Help"})
# The parts of a request that hold one word out of a closed list; any other text may be somebody's name.
CLOSED = frozenset(
    {"object", "direction", "operation", "outcome", "state", "view", "field", "reason", "sort", "order", "command"}
)
CODE = re.compile(r"0x[0-9a-f]{8}|[0-9]{3,4}|http-[0-9]{3}", re.IGNORECASE)
LONGEST = 400
MOST_ELEMENTS = 25
MOST_BLOCKS = 48


def why_not(request: Request) -> str:
    """Why a request's answer may not be posted where everybody reads it; empty where it may."""
    if type(request).__name__ not in SHAREABLE:
        return _("That is not for a channel: I share status, errors, activity, explanations, health and help.")
    if getattr(request, "csv", False):
        return _("A file is not for a channel: it comes to you, in our direct messages.")
    if not all(_closed(each.name, getattr(request, each.name)) for each in fields(request)):
        return _("The words you search for may be somebody's name, and are not for a channel. Share it without them.")
    return ""


def _closed(name: str, value: object) -> bool:
    if isinstance(value, str) and value:
        return name in CLOSED or (name == "code" and (explained(value) is not None or bool(CODE.fullmatch(value))))
    return not isinstance(value, (tuple, list, frozenset, dict)) or not value


def offered(answer: Answer, request: Request, channel: str) -> Answer:
    """`answer` with a button to share it, where it was asked for in a channel and may be shared."""
    if not channel or why_not(request) or len(request.words) > LONGEST or not answer.blocks:
        return answer
    drawn, button = list(answer.blocks), _button(f"share {request.words}")
    last = drawn[-1]
    if last["type"] == "actions" and len(last["elements"]) < MOST_ELEMENTS:
        drawn[-1] = {**last, "elements": [*last["elements"], button]}
    else:
        drawn.append({"type": "actions", "elements": [button]})
    return replace(answer, blocks=drawn)


def _button(words: str) -> Block:
    return {
        "type": "button",
        "action_id": f"{ACTION}.share",
        "text": {"type": "plain_text", "text": _("Share"), "emoji": False},
        "value": words,
        "accessibility_label": _("Post this answer into the channel"),
    }


def signed(answer: Answer, name: str, request: Request, zone: tzinfo) -> Answer:
    """The answer as it is posted: it says who shared it, in letters that call nobody, and in which zone its times are.

    Whoever reads it may live in another one.
    """
    said = _("Shared by {name}: /sync {words}").format(name=clean(name), words=clean(request.words))
    if type(request).__name__ not in TIMELESS:
        said = f"{said} · {_('times in {zone}').format(zone=zone)}"
    native = {at + 1: block for at, block in answer.native.items()}
    drawn = [small(said), *list(answer.blocks)[:MOST_BLOCKS]]
    return Answer(f"{for_mrkdwn(said)}\n{answer.text}", drawn, native)
