"""chat.postMessage, chat.postEphemeral, chat.update, chat.delete."""

from typing import Any

from sandbox.slack.call import Answer, Call, Method
from sandbox.slack.content import checked
from sandbox.slack.people import Channel
from sandbox.slack.refusals import SlackError
from sandbox.slack.workspace import Message, Workspace


def describe(message: Message, workspace: Workspace) -> dict[str, Any]:
    """A message as Slack shows it to an app."""
    described: dict[str, Any] = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": workspace.team_id,
    }
    if message.user == workspace.bot_user:
        described |= {"bot_id": workspace.bot_id, "app_id": workspace.app_id}
    if message.blocks:
        described["blocks"] = message.blocks
    if message.thread_ts:
        described["thread_ts"] = message.thread_ts
    if message.edited:
        described["edited"] = {"user": message.user, "ts": message.edited}
    return described


def target(call: Call) -> Channel:
    """The channel to post in: by id, by #name, or a person's id for their DM. Raises what Slack answers otherwise."""
    workspace, named = call.workspace, call.text("channel")
    if named in workspace.users and named not in (workspace.bot_user, "USLACKBOT"):
        return workspace.dm_of(named)
    by_name = [each for each in workspace.channels.values() if not each.im_with and named.lstrip("#") == each.name]
    channel = by_name[0] if by_name else call.channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    public = not channel.is_private and "chat:write.public" in workspace.scopes
    if workspace.bot_user not in channel.members and not public:
        raise SlackError("not_in_channel")
    return channel


def post_message(call: Call) -> Answer:
    channel = target(call)
    text, blocks = checked(call.slack, call.given, ephemeral=False)
    if call.slack.around.weather.limits:
        call.slack.limits.message(channel.id)
    thread = call.text("thread_ts")
    mrkdwn = call.flag("mrkdwn", True)
    message = call.workspace.post(
        channel.id, call.workspace.bot_user, text, blocks, thread_ts=thread, mrkdwn=mrkdwn, attachments=_attached(call)
    )
    return {"ok": True, "channel": channel.id, "ts": message.ts, "message": describe(message, call.workspace)}


def post_ephemeral(call: Call) -> Answer:
    channel, user = target(call), call.need("user")
    if user not in call.workspace.users:
        raise SlackError("user_not_found")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    text, blocks = checked(call.slack, call.given, ephemeral=True)
    thread = call.text("thread_ts")
    message = call.workspace.post(
        channel.id,
        call.workspace.bot_user,
        text,
        blocks,
        only_for=user,
        thread_ts=thread,
        attachments=_attached(call),
    )
    return {"ok": True, "message_ts": message.ts}


def update(call: Call) -> Answer:
    message = _own(call, "cant_update_message")
    text, blocks = checked(call.slack, {"blocks": message.blocks, **call.given}, ephemeral=False)
    if call.text("text") and "blocks" not in call.given:
        blocks = []
    call.workspace.edit(message, text, blocks)
    answer = {"ok": True, "channel": message.channel, "ts": message.ts, "text": message.text}
    return {**answer, "message": describe(message, call.workspace)}


def delete(call: Call) -> Answer:
    message = _own(call, "cant_delete_message")
    del call.workspace.messages[message.id]
    return {"ok": True, "channel": message.channel, "ts": message.ts}


def _own(call: Call, complaint: str) -> Message:
    """The app's own message that `channel` and `ts` name; private ones cannot be reached this way."""
    channel = call.channel()
    message = call.workspace.find(call.need("ts"), channel.id)
    if message is None or message.only_for or message.id == call.text("ts"):
        raise SlackError("message_not_found")
    if message.user != call.workspace.bot_user:
        raise SlackError(complaint)
    return message


def _attached(call: Call) -> list[dict[str, Any]]:
    attached = call.parsed("attachments", "invalid_attachments_format")
    return attached if isinstance(attached, list) else []


METHODS = {
    "chat.postMessage": Method(post_message, ("chat:write",), tier=0),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",), tier=4),
    "chat.update": Method(update, ("chat:write",)),
    "chat.delete": Method(delete, ("chat:write",)),
}
