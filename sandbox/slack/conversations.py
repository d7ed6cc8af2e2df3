"""conversations.open, .info, .members, .list."""

from sandbox.slack.call import Answer, Call, Method
from sandbox.slack.people import Channel, describe_channel
from sandbox.slack.refusals import SlackError

READ = ("channels:read", "groups:read", "im:read", "mpim:read")


def open_dm(call: Call) -> Answer:
    """Opens the DM with one person; `users` names them."""
    if call.text("channel"):
        return {"ok": True, "channel": {"id": _readable(call).id}}
    users = [name for name in call.need("users").split(",") if name]
    if any(name not in call.workspace.users for name in users):
        raise SlackError("user_not_found")
    if users in ([call.workspace.bot_user], ["USLACKBOT"]):
        raise SlackError("cannot_dm_bot")
    if any(call.workspace.users[name].deleted for name in users):
        raise SlackError("user_disabled")
    if len(users) > 1:
        raise SlackError("not_enough_users", ["the sandbox opens direct messages with one person only"])
    known = f"D{users[0][1:]}" in call.workspace.channels
    dm = call.workspace.dm_of(users[0])
    answer = {"ok": True, "no_op": known, "already_open": known, "channel": {"id": dm.id}}
    if call.flag("return_im"):
        answer["channel"] = _described(call, dm)
    return answer


def info(call: Call) -> Answer:
    return {"ok": True, "channel": _described(call, _readable(call))}


def members(call: Call) -> Answer:
    return {"ok": True, "members": _readable(call).members, "response_metadata": {"next_cursor": ""}}


def channels(call: Call) -> Answer:
    """All channels of the asked-for `types` (default public_channel)."""
    kinds = {"public_channel": "channels", "private_channel": "groups", "im": "im"}
    wanted = {kinds.get(name.strip(), "") for name in (call.text("types") or "public_channel").split(",")}
    archived_too = not call.flag("exclude_archived")
    found = [
        _described(call, each)
        for each in call.workspace.channels.values()
        if each.scope_kind in wanted and (archived_too or not each.is_archived)
    ]
    return {"ok": True, "channels": found, "response_metadata": {"next_cursor": ""}}


def _readable(call: Call) -> Channel:
    """The named channel, when the app may know of it: private ones only from inside, each kind with its scope."""
    channel, workspace = call.channel(), call.workspace
    if channel.is_private and workspace.bot_user not in channel.members:
        raise SlackError("channel_not_found")
    scope = f"{channel.scope_kind}:read"
    if scope not in workspace.scopes and call.method != "conversations.open":
        raise SlackError("missing_scope", needed=scope, provided=",".join(workspace.scopes))
    return channel


def _described(call: Call, channel: Channel) -> Answer:
    return describe_channel(channel, call.workspace.bot_user, call.workspace.team_id)


METHODS = {
    "conversations.open": Method(open_dm, ("im:write", "mpim:write", "channels:manage", "groups:write")),
    "conversations.info": Method(info, READ),
    "conversations.members": Method(members, READ, tier=4),
    "conversations.list": Method(channels, READ, tier=2),
}
