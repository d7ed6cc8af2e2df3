"""response_url: where an app answers an interaction, up to five times in thirty minutes.

Private by default; `response_type: in_channel`, `replace_original`, `delete_original` as documented under "Handling
user interaction". Refused content is answered with HTTP 400 and {"ok": false, "error": …}; Slack's own status for it is
not documented. A url that has served its turn answers HTTP 404 with used_url or expired_url.
"""

from typing import Any

from aiohttp import web

from sandbox.slack.content import checked
from sandbox.slack.refusals import SlackError
from sandbox.slack.state import Slack
from sandbox.slack.tickets import ResponseUrl
from sandbox.slack.workspace import Message


async def receive(slack: Slack, request: web.Request) -> web.Response:
    """One POST to a response_url."""
    slack.around.calls["response_url"] += 1
    try:
        if ordered := slack.ordered_refusal("response_url"):
            raise SlackError(ordered)
        given = await _body(request)
        answer_with(slack, slack.tickets.use(request.path), given)
    except SlackError as refusal:
        slack.around.refused[refusal.error] += 1
        return web.json_response(refusal.body(), status=404 if refusal.error in ("used_url", "expired_url") else 400)
    return web.Response(text="ok")


def answer_with(slack: Slack, url: ResponseUrl, given: dict[str, Any]) -> None:
    """Does what the app's answer says. Raises what Slack answers when it does not take it."""
    original = slack.workspace.messages.get(url.message)
    if _yes(given, "delete_original"):
        if original is not None:
            del slack.workspace.messages[original.id]
        return
    in_channel = given.get("response_type") == "in_channel"
    if _yes(given, "replace_original") and original is not None:
        text, blocks = checked(slack, given, ephemeral=bool(original.only_for))
        slack.workspace.edit(original, text, blocks, given.get("mrkdwn", True))
        return
    posted = _post(slack, url, given, in_channel)
    url.message = url.message or posted.id


def _post(slack: Slack, url: ResponseUrl, given: dict[str, Any], in_channel: bool) -> Message:
    text, blocks = checked(slack, given, ephemeral=not in_channel)
    return slack.workspace.post(
        url.channel,
        slack.workspace.bot_user,
        text,
        blocks,
        only_for="" if in_channel else url.user,
        thread_ts=str(given.get("thread_ts") or url.thread_ts),
        answers=url.interaction,
        mrkdwn=given.get("mrkdwn", True),
    )


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError as broken:
        raise SlackError("invalid_payload") from broken
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    return body


def _yes(given: dict[str, Any], name: str) -> bool:
    return str(given.get(name, "")).lower() == "true"
