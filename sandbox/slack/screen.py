"""What the page of the workspace asks for, again and again: one person's screen.

GET /sandbox/screen?user=&since=   {"messages": new and edited since that ts, "ids": all that there are,
                                    "home": the home tab, "views": the open modals, the undermost first}
"""

from typing import Any

from aiohttp import web

from sandbox.slack.controls import describe
from sandbox.slack.state import Slack

View = dict[str, Any]


def add_to(app: web.Application, slack: Slack) -> None:
    """Adds the address of the module's docstring."""

    async def screen(request: web.Request) -> web.Response:
        return web.json_response(seen_by(slack, request.query.get("user", ""), request.query.get("since", "")))

    app.router.add_get("/sandbox/screen", screen)


def seen_by(slack: Slack, user: str, since: str) -> dict[str, Any]:
    """The screen of `user`, without what they had already seen at `since`."""
    workspace = slack.workspace
    messages = list(workspace.seen_by(user)) if user in workspace.users else []
    new = [describe(each, workspace) for each in messages if max(each.ts, each.edited) > since]
    views = [view for view in slack.views.values() if view["for_user"] == user and view["open"]]
    return {
        "ok": True,
        "messages": new,
        "ids": [each.id for each in messages],
        "home": slack.homes.get(user),
        "views": views,
    }
