"""What Slack makes of the text behind a slash command whose manifest says `should_escape`: pure.

Channels, people, user groups and links come as `<#C…|name>`, `<@U…|name>`, `<!subteam^S…|@name>` and `<https://…>`
(docs.slack.dev/interactivity/implementing-slash-commands); `&`, `<` and `>` as in any message.
"""

import re

from sandbox.slack.workspace import Workspace

_NAMED = re.compile(r"(?<![\w.])([@#])([\w.-]*\w)")
_MAIL = re.compile(r"(?<![\w.@:])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WEB = re.compile(r"https?://[^\s<>|]+")


def escaped(text: str, workspace: Workspace) -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    linked = _WEB.sub(r"<\g<0>>", _MAIL.sub(r"<mailto:\g<0>|\g<0>>", safe))
    return _NAMED.sub(lambda found: _called(found[1], found[2], workspace) or found[0], linked)


def _called(mark: str, name: str, workspace: Workspace) -> str:
    """The mention that a name is; empty where nobody is called so."""
    if mark == "#":
        return next((f"<#{each.id}|{name}>" for each in workspace.channels.values() if each.name == name), "")
    if name in ("channel", "here", "everyone"):
        return f"<!{name}>"
    groups = (f"<!subteam^{each.id}|@{name}>" for each in workspace.usergroups.values() if each.handle == name)
    people = (f"<@{each.id}|{name}>" for each in workspace.users.values() if each.name == name)
    return next(groups, "") or next(people, "")
