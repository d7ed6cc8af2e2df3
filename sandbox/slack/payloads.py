"""The payloads Slack sends an app: pure readings of the workspace."""

from typing import Any

from sandbox.slack.escaping import escaped
from sandbox.slack.manifest import escapes
from sandbox.slack.messages import describe
from sandbox.slack.people import Channel
from sandbox.slack.workspace import Message, Workspace

Payload = dict[str, Any]


def command(workspace: Workspace, user: str, channel: Channel, typed: str, trigger: str, response_url: str) -> Payload:
    """A slash command; every value is text, as in the form Slack sends."""
    word, _, rest = typed.partition(" ")
    return {
        "token": workspace.verification_token,
        "team_id": workspace.team_id,
        "team_domain": workspace.team_domain,
        "channel_id": channel.id,
        "channel_name": "privategroup" if channel.is_private else channel.name,
        "user_id": user,
        "user_name": workspace.users[user].name,
        "command": word,
        "text": escaped(rest.strip(), workspace) if escapes(word) else rest.strip(),
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger,
    }


def event(workspace: Workspace, name: str, what: Payload) -> Payload:
    """An Events API callback around `what`."""
    authorization = {
        "enterprise_id": None,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": workspace.verification_token,
        "team_id": workspace.team_id,
        "api_app_id": workspace.app_id,
        "event": what,
        "type": "event_callback",
        "event_id": f"Ev{name}",
        "event_time": int(workspace.clock.now().timestamp()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
    }


def mention(workspace: Workspace, message: Message) -> Payload:
    what = {**describe(message, workspace), "type": "app_mention", "channel": message.channel, "event_ts": message.ts}
    return event(workspace, message.id, what)


def direct_message(workspace: Workspace, message: Message) -> Payload:
    """What was written to the app, as `message.im` (docs.slack.dev/reference/events/message.im)."""
    where = {"channel": message.channel, "channel_type": "im", "event_ts": message.ts}
    return event(workspace, message.id, {**describe(message, workspace), **where})


def home_opened(workspace: Workspace, name: str, user: str, view: Payload | None) -> Payload:
    what: Payload = {"type": "app_home_opened", "user": user, "channel": workspace.dm_of(user).id, "tab": "home"}
    if view is not None:
        what["view"] = view
    return event(workspace, name, {**what, "event_ts": workspace.next_ts()})


def interaction(workspace: Workspace, kind: str, user: str, trigger: str) -> Payload:
    """What all interactions say: who, where in the world, with which trigger."""
    name = workspace.users[user].name
    return {
        "type": kind,
        "user": {"id": user, "username": name, "name": name, "team_id": workspace.team_id},
        "api_app_id": workspace.app_id,
        "token": workspace.verification_token,
        "trigger_id": trigger,
        "team": {"id": workspace.team_id, "domain": workspace.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def in_message(workspace: Workspace, message: Message, state: Payload, response_url: str) -> Payload:
    """The part of block_actions that tells which message was pressed. Of a private one Slack sends no `message`."""
    channel = workspace.channels[message.channel]
    container = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
    part: Payload = {
        "container": {**container, "is_ephemeral": bool(message.only_for)},
        "channel": {"id": channel.id, "name": channel.name},
        "state": {"values": state},
        "response_url": response_url,
    }
    if message.thread_ts:
        part["container"]["thread_ts"] = message.thread_ts
    return part if message.only_for else {**part, "message": describe(message, workspace)}


def in_view(view: Payload) -> Payload:
    """The part of block_actions that tells which view was pressed."""
    return {"container": {"type": "view", "view_id": view["id"]}, "view": view}
