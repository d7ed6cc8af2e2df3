"""views.open, .push, .update, .publish."""

from typing import Any

from sandbox.slack.call import Answer, Call, Method
from sandbox.slack.refusals import SlackError
from sandbox.slack.view_stack import ViewStack


def open_view(call: Call) -> Answer:
    given = _given(call, "modal")
    trigger = call.slack.tickets.exchange(call.need("trigger_id"))
    return _answer(call, ViewStack(call.slack).open(given, trigger.user))


def push(call: Call) -> Answer:
    given = _given(call, "modal")
    trigger = call.slack.tickets.exchange(call.need("trigger_id"))
    on = call.slack.views.get(trigger.view)
    if on is None:
        raise SlackError("invalid_trigger_id")
    return _answer(call, ViewStack(call.slack).push(given, trigger.user, on))


def update(call: Call) -> Answer:
    """Changes an open modal, named by view_id or external_id; with `hash`, only if it is still that one."""
    given, views = _given(call, "modal"), call.slack.views
    external = call.text("external_id")
    by_external = (each for each in views.values() if external and each["external_id"] == external)
    view = views.get(call.text("view_id")) or next(by_external, None)
    if view is None or not view["open"]:
        raise SlackError("not_found")
    if call.text("hash") and call.text("hash") != view["hash"]:
        raise SlackError("hash_conflict")
    ViewStack(call.slack).replace(view, given)
    return _answer(call, view)


def publish(call: Call) -> Answer:
    given, user = _given(call, "home"), call.need("user_id")
    if user not in call.workspace.users:
        raise SlackError("user_not_found")
    home = call.slack.homes.get(user)
    if call.text("hash") and home and call.text("hash") != home["hash"]:
        raise SlackError("hash_conflict")
    return _answer(call, ViewStack(call.slack).publish(given, user))


def _given(call: Call, kind: str) -> dict[str, Any]:
    given = call.parsed("view")
    if not isinstance(given, dict) or given.get("type") != kind:
        raise SlackError("invalid_arguments", [f"must provide a {kind} [json-pointer:/view/type]"])
    return given


def _answer(call: Call, view: dict[str, Any]) -> Answer:
    return {"ok": True, "view": ViewStack(call.slack).shown(view)}


METHODS = {
    "views.open": Method(open_view, tier=4),
    "views.push": Method(push, tier=4),
    "views.update": Method(update, tier=4),
    "views.publish": Method(publish, tier=4),
}
