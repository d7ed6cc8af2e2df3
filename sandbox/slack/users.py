"""users.info, users.list, usergroups.list, usergroups.users.list."""

from sandbox.slack.call import Answer, Call, Method
from sandbox.slack.people import describe_user
from sandbox.slack.refusals import SlackError


def info(call: Call) -> Answer:
    workspace = call.workspace
    user = workspace.users.get(call.need("user"))
    if user is None:
        raise SlackError("user_not_found")
    now = workspace.clock.now()
    return {"ok": True, "user": describe_user(user, workspace.team_id, now, call.flag("include_locale"))}


def everyone(call: Call) -> Answer:
    workspace, locale = call.workspace, call.flag("include_locale")
    now = workspace.clock.now()
    members = [describe_user(user, workspace.team_id, now, locale) for user in workspace.users.values()]
    more = {"cache_ts": int(now.timestamp()), "response_metadata": {"next_cursor": ""}}
    return {"ok": True, "members": members, **more}


def groups(call: Call) -> Answer:
    found = [
        {"id": group.id, "handle": group.handle, "name": group.handle, "is_usergroup": True, "users": group.users}
        for group in call.workspace.usergroups.values()
    ]
    return {"ok": True, "usergroups": found}


def group_members(call: Call) -> Answer:
    group = call.workspace.usergroups.get(call.need("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"ok": True, "users": group.users}


METHODS = {
    "users.info": Method(info, ("users:read",), tier=4),
    "users.list": Method(everyone, ("users:read",), tier=2),
    "usergroups.list": Method(groups, ("usergroups:read",), tier=2),
    "usergroups.users.list": Method(group_members, ("usergroups:read",), tier=2),
}
