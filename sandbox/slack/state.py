"""All that the service is, in one value that its parts are handed."""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.service import Surroundings
from sandbox.slack.delivery import Delivery
from sandbox.slack.limits import Limits
from sandbox.slack.sockets import Sockets
from sandbox.slack.tickets import Tickets
from sandbox.slack.workspace import Workspace


@dataclass
class OrderedRefusal:
    """A refusal that a test asked for: the next `times` calls of `method` answer `error`."""

    method: str
    error: str
    times: int = 1


@dataclass
class Slack:
    around: Surroundings
    workspace: Workspace
    tickets: Tickets
    sockets: Sockets
    delivery: Delivery
    limits: Limits = field(default_factory=Limits)
    refusals: list[OrderedRefusal] = field(default_factory=list)
    blocks_not_taken: dict[str, list[str]] = field(default_factory=dict)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def ordered_refusal(self, method: str) -> str:
        """The error ordered for this call of `method`, if any; counts it down."""
        for ordered in self.refusals:
            if ordered.method == method and ordered.times > 0:
                ordered.times -= 1
                return ordered.error
        return ""


def new_slack(around: Surroundings) -> Slack:
    workspace = Workspace(around.clock, around.chance)
    sockets = Sockets(around.chance, around.weather, workspace.app_id)
    return Slack(around, workspace, Tickets(workspace), sockets, Delivery(sockets))


def base_of(request: web.Request) -> str:
    """Where this service was reached: `http://127.0.0.1:1234`."""
    return f"{request.scheme}://{request.host}"
