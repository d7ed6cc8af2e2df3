"""api.test, auth.test, apps.connections.open and blocks.validate."""

from sandbox.slack import block_rules
from sandbox.slack.call import Answer, Call, Method
from sandbox.slack.refusals import SlackError


def api_test(call: Call) -> Answer:
    given = {name: value for name, value in call.given.items() if name != "token"}
    if call.text("error"):
        raise SlackError(call.text("error"), args=given)
    return {"ok": True, "args": given}


def auth_test(call: Call) -> Answer:
    workspace = call.workspace
    if call.app_level:
        return {"ok": True, "app_name": "Sync", "app_id": workspace.app_id}
    return {
        "ok": True,
        "url": f"{call.base}/",
        "team": workspace.team_name,
        "user": workspace.users[workspace.bot_user].name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(call: Call) -> Answer:
    host = call.base.replace("http", "ws", 1)
    return {"ok": True, "url": f"{host}/link/?ticket={call.slack.sockets.ticket()}&app_id={call.workspace.app_id}"}


def blocks_validate(call: Call) -> Answer:
    """Says of blocks whether a message would take them; needs no token."""
    blocks = call.parsed("blocks", "invalid_blocks_format")
    complaints = block_rules.complaints_about(blocks or [], "message")
    if complaints:
        raise SlackError("invalid_blocks", complaints, errors=complaints)
    return {"ok": True}


METHODS = {
    "api.test": Method(api_test, tier=4, token="none"),
    "auth.test": Method(auth_test, tier=0, token="any"),
    "apps.connections.open": Method(connections_open, ("connections:write",), tier=1, token="app"),
    "blocks.validate": Method(blocks_validate, token="none"),
}
