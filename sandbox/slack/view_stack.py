"""Modals and home tabs: what is open, what is filled in, and what an app's answer does to it."""

import copy
from typing import Any

from sandbox.slack import elements
from sandbox.slack.elements import NotThere
from sandbox.slack.refusals import SlackError
from sandbox.slack.state import Slack
from sandbox.slack.view_rules import complaints_about_view, too_large

View = dict[str, Any]
DEEPEST = 3
KEPT_ASIDE = ("chosen", "trouble", "open", "for_user")


class ViewStack:
    """Reads and writes `slack.views` (modals by id) and `slack.homes` (home tabs by person)."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def make(self, given: View, user: str, previous: View | None = None) -> View:
        """A view of `given`, checked. Raises invalid_arguments saying what Slack does not take."""
        if too_large(given):
            raise SlackError("view_too_large")
        complaints = complaints_about_view(given)
        if complaints:
            raise SlackError("invalid_arguments", complaints)
        workspace = self._slack.workspace
        name = workspace.next_id("V")
        view: View = {
            "id": name,
            "team_id": workspace.team_id,
            "app_id": workspace.app_id,
            "bot_id": workspace.bot_id,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            **copy.deepcopy(given),
            "blocks": workspace.named(copy.deepcopy(given["blocks"])),
            "hash": f"{workspace.next_ts()}.{workspace.secret(8)}",
            "root_view_id": previous["root_view_id"] if previous else name,
            "previous_view_id": previous["id"] if previous else None,
            "for_user": user,
            "open": True,
            "chosen": {},
            "trouble": {},
        }
        return view

    def open(self, given: View, user: str) -> View:
        """Opens a modal; one that was open is gone."""
        view = self.make(given, user)
        self._add(view)
        return view

    def push(self, given: View, user: str, on: View) -> View:
        """Opens a modal on top of another. Raises push_limit_reached beyond three."""
        depth = sum(each["root_view_id"] == on["root_view_id"] and each["open"] for each in self._slack.views.values())
        if depth >= DEEPEST:
            raise SlackError("push_limit_reached")
        view = self.make(given, user, on)
        self._add(view)
        return view

    def replace(self, view: View, given: View) -> None:
        """Puts new content into an open modal, keeping what was typed into fields that stay."""
        fresh = self.make(given, view["for_user"])
        kept = {name: view[name] for name in ("id", "root_view_id", "previous_view_id", "chosen")}
        view.clear()
        view.update({**fresh, **kept})

    def publish(self, given: View, user: str) -> View:
        home = self.make(given, user)
        home["id"] = self._slack.homes.get(user, home)["id"]
        self._slack.homes[user] = home
        return home

    def shown(self, view: View) -> View:
        """A view as an app sees it, with the state of its fields."""
        seen = {name: value for name, value in view.items() if name not in KEPT_ASIDE}
        return {**seen, "state": {"values": elements.state_of(view["blocks"], view["chosen"])}}

    def fill(self, view: View, place: str, choice: dict[str, Any]) -> None:
        view["chosen"][place] = choice

    def fill_in(self, view: View, values: dict[str, Any]) -> None:
        """Sets fields by action_id or block_id. Raises NotThere for an unknown field or a required one left empty."""
        known = set()
        for block, element in elements.within(view["blocks"]):
            for name in ("action_id", "block_id"):
                named = (element if name == "action_id" else block).get(name, "")
                if named in values:
                    known.add(named)
                    choice = elements.choice(element, values[named])
                    self.fill(view, f"{block['block_id']}/{element['action_id']}", choice)
        if unknown := set(values) - known:
            raise NotThere(f"no such field: {', '.join(sorted(unknown))}")
        self._check_required(view)

    def close(self, view: View) -> None:
        view["open"] = False

    def obey(self, view: View, answer: dict[str, Any]) -> None:
        """Does what an app answered to a submission: response_action update, push, clear, errors, or nothing: close."""
        action, view["trouble"] = answer.get("response_action"), {}
        try:
            if action == "errors":
                view["trouble"] = dict(answer.get("errors") or {})
            elif action == "update":
                self.replace(view, answer.get("view") or {})
            elif action == "push":
                self.push(answer.get("view") or {}, view["for_user"], view)
            elif action == "clear":
                for each in self._slack.views.values():
                    each["open"] = each["open"] and each["root_view_id"] != view["root_view_id"]
            else:
                self.close(view)
        except SlackError as refusal:
            self._slack.around.refused[refusal.error] += 1
            view["trouble"] = {"": "We had some trouble connecting. Try again?"}

    def _add(self, view: View) -> None:
        external = view["external_id"]
        if external and any(each["external_id"] == external and each["open"] for each in self._slack.views.values()):
            raise SlackError("duplicate_external_id")
        self._slack.views[view["id"]] = view

    def _check_required(self, view: View) -> None:
        for block, element in elements.within(view["blocks"]):
            if block["type"] != "input" or block.get("optional"):
                continue
            said = {
                **elements.resting(element),
                **view["chosen"].get(f"{block['block_id']}/{element['action_id']}", {}),
            }
            if not any(value for name, value in said.items() if name != "type"):
                raise NotThere(f"please complete this required field: {block['block_id']}")
