"""What no real Slack has: people who can be made to type and press, and a view of everything they see.

    POST /sandbox/say       {"user", "channel", "text", "thread_ts"?, "wait"?}    "/sync …", "@Sync …" or words
    POST /sandbox/press     {"user", "message": id or ts | "view": id | "home": true,
                                                   "action_id" (and "block_id") | "text", "value"?}
    POST /sandbox/submit    {"user", "view", "values": {action_id or block_id: value}, "wait"?}
    POST /sandbox/close     {"user", "view"}              closes a modal
    POST /sandbox/home      {"user"}                      opens the home tab
    GET  /sandbox/messages?user=&channel=&since=          what that person sees, in order; since: a ts, edits included
    DELETE /sandbox/messages                              forgets them all
    GET  /sandbox/files, /sandbox/files/ID                all files; one file's bytes
    GET  /sandbox/views, /sandbox/homes/USER
    GET  /sandbox/workspace
    POST /sandbox/workspace {"users": […], "channels": […], "usergroups": […], "scopes": […], "commands": […]}
    GET  /sandbox/sockets; POST /sandbox/sockets {"disconnect": "warning"|"refresh_requested"|"link_disabled"|"kill"}
                                               {"mute": true}   open, but silent
    POST /sandbox/delivery  {"request_url": URL or null, "signing_secret": "demo"}     HTTP mode, or back
    POST /sandbox/refuse    {"method": "chat.postMessage" | "response_url", "error", "times"}
                                    error: Slack's, or of a method "hang_up", "not_json" (HTTP 503, cut short)
    POST /sandbox/blocks    {"refuse": ["table"], "where": "ephemeral"|"everywhere"}
    GET  /sandbox/acknowledgements; DELETE                how long each payload took to be acknowledged (ms)

say, press, submit answer at once {"ok", "id", "trigger_id"}; with "wait" after the acknowledgement, adding "outcome".
Messages carry "answers": the id of the interaction they came from.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox.slack import plain
from sandbox.slack.elements import NotThere
from sandbox.slack.http_delivery import HttpDelivery
from sandbox.slack.interactions import Interactions, Sent
from sandbox.slack.manifest import commands_in
from sandbox.slack.people import Channel, User, Usergroup
from sandbox.slack.state import OrderedRefusal, Slack, base_of
from sandbox.slack.view_stack import ViewStack
from sandbox.slack.workspace import Message, Workspace

Answer = dict[str, Any]
Control = Callable[[web.Request], Awaitable[Answer]]


class Controls:
    def __init__(self, slack: Slack, interactions: Interactions) -> None:
        self._slack, self._workspace, self._people = slack, slack.workspace, interactions

    def add_to(self, app: web.Application) -> None:
        posts: dict[str, Control] = {
            "say": self.say,
            "press": self.press,
            "submit": self.submit,
            "close": self.close,
            "home": self.home,
            "workspace": self.set_workspace,
            "sockets": self.set_sockets,
            "delivery": self.set_delivery,
            "refuse": self.refuse,
            "blocks": self.set_blocks,
        }
        for name, control in posts.items():
            app.router.add_post(f"/sandbox/{name}", _answering(control))
        gets: dict[str, Control] = {
            "messages": self.messages,
            "files": self.files,
            "views": self.views,
            "homes/{user}": self.home_of,
            "workspace": self.workspace,
            "sockets": self.sockets,
            "acknowledgements": self.acknowledgements,
        }
        for name, control in gets.items():
            app.router.add_get(f"/sandbox/{name}", _answering(control))
        app.router.add_get("/sandbox/files/{file}", self.file)
        app.router.add_delete("/sandbox/acknowledgements", _answering(self.forget_acknowledgements))
        app.router.add_delete("/sandbox/messages", _answering(self.forget_messages))

    async def say(self, request: web.Request) -> Answer:
        asked = await request.json()
        thread, where = str(asked.get("thread_ts") or ""), str(asked.get("channel") or "")
        sent = self._people.say(asked["user"], where, asked["text"], thread, base_of(request))
        return await _sent(sent, asked)

    async def press(self, request: web.Request) -> Answer:
        asked = await request.json()
        user, named, label = asked["user"], str(asked.get("action_id") or ""), str(asked.get("text") or "")
        value, block = asked.get("value"), str(asked.get("block_id") or "")
        if "message" not in asked:
            view = self._slack.homes.get(user) if asked.get("home") else self._slack.views.get(str(asked.get("view")))
            if view is None or view["for_user"] != user or not view["open"]:
                raise NotThere("no such view")
            return await _sent(self._people.press_in_view(user, view, named, label, value, block), asked)
        message = self._workspace.find(str(asked["message"]), str(asked.get("channel") or ""))
        if message is None:
            raise NotThere("no such message")
        return await _sent(self._people.press(user, message, named, label, value, base_of(request), block), asked)

    async def submit(self, request: web.Request) -> Answer:
        asked = await request.json()
        return await _sent(self._people.submit(asked["user"], self._open_view(asked), asked.get("values") or {}), asked)

    async def close(self, request: web.Request) -> Answer:
        asked = await request.json()
        return await _sent(self._people.close(asked["user"], self._open_view(asked)), asked)

    async def home(self, request: web.Request) -> Answer:
        asked = await request.json()
        if asked["user"] not in self._workspace.users:
            raise NotThere(f"no such person: {asked['user']}")
        return await _sent(self._people.open_home(asked["user"]), asked)

    async def messages(self, request: web.Request) -> Answer:
        user, channel, since = (request.query.get(name, "") for name in ("user", "channel", "since"))
        seen = [
            describe(message, self._workspace)
            for message in self._workspace.seen_by(user)
            if (not channel or message.channel == channel) and max(message.ts, message.edited) > since
        ]
        return {"ok": True, "messages": seen}

    async def forget_messages(self, _: web.Request) -> Answer:
        self._workspace.messages.clear()
        return {"ok": True}

    async def files(self, _: web.Request) -> Answer:
        shown = ("id", "name", "title", "length", "user", "channels", "completed")
        return {
            "ok": True,
            "files": [{name: vars(file)[name] for name in shown} for file in self._workspace.files.values()],
        }

    async def file(self, request: web.Request) -> web.Response:
        file = self._workspace.files.get(request.match_info["file"])
        if file is None or file.content is None:
            raise web.HTTPNotFound
        kept_as = {"Content-Disposition": f'attachment; filename="{file.name.replace(chr(34), "")}"'}
        return web.Response(body=file.content, content_type="application/octet-stream", headers=kept_as)

    async def views(self, request: web.Request) -> Answer:
        user = request.query.get("user", "")
        views = [view for view in self._slack.views.values() if view["for_user"] == (user or view["for_user"])]
        return {"ok": True, "views": views}

    async def home_of(self, request: web.Request) -> Answer:
        home = self._slack.homes.get(request.match_info["user"])
        plainly = plain.of_message("", home["blocks"], []) if home else ""
        return {"ok": True, "view": ViewStack(self._slack).shown(home) if home else None, "plain": plainly}

    async def workspace(self, _: web.Request) -> Answer:
        workspace = self._workspace
        return {
            "ok": True,
            "users": [asdict(user) for user in workspace.users.values()],
            "channels": [asdict(channel) for channel in workspace.channels.values()],
            "usergroups": [asdict(group) for group in workspace.usergroups.values()],
            "scopes": workspace.scopes,
            "commands": workspace.commands,
            "hints": commands_in(),
            "team": workspace.team_name,
            "bot": workspace.bot_user,
        }

    async def set_workspace(self, request: web.Request) -> Answer:
        """People, channels and groups are added, or changed by id; scopes and commands are replaced."""
        asked, workspace = await request.json(), self._workspace
        for given in asked.get("users", []):
            user = workspace.users.get(given["id"], User(given["id"], given["id"].lower(), given["id"]))
            workspace.users[user.id] = User(**{**asdict(user), **given})
        for given in asked.get("channels", []):
            channel = workspace.channels.get(given["id"], Channel(given["id"], given["id"].lower()))
            workspace.channels[channel.id] = Channel(**{**asdict(channel), **given})
        for given in asked.get("usergroups", []):
            workspace.usergroups[given["id"]] = Usergroup(given["id"], given.get("handle", given["id"]), given["users"])
        workspace.scopes = asked.get("scopes", workspace.scopes)
        workspace.commands = asked.get("commands", workspace.commands)
        return {"ok": True}

    async def sockets(self, _: web.Request) -> Answer:
        return {"ok": True, "open": self._slack.sockets.count, "mute": self._slack.sockets.mute}

    async def set_sockets(self, request: web.Request) -> Answer:
        asked = await request.json()
        self._slack.sockets.mute = asked.get("mute", self._slack.sockets.mute)
        told = await self._slack.sockets.disconnect(asked["disconnect"]) if "disconnect" in asked else 0
        return {"ok": True, "told": told}

    async def set_delivery(self, request: web.Request) -> Answer:
        asked = await request.json()
        url, secret = asked.get("request_url"), asked.get("signing_secret", "demo")
        self._slack.delivery.http = HttpDelivery(url, secret) if url else None
        verified = bool(url) and await HttpDelivery(url, secret).verify()
        return {"ok": True, "verified": verified}

    async def refuse(self, request: web.Request) -> Answer:
        asked = await request.json()
        self._slack.refusals.append(OrderedRefusal(asked["method"], asked["error"], asked.get("times", 1)))
        return {"ok": True}

    async def set_blocks(self, request: web.Request) -> Answer:
        asked = await request.json()
        self._slack.blocks_not_taken[asked.get("where", "everywhere")] = list(asked["refuse"])
        return {"ok": True}

    async def acknowledgements(self, _: web.Request) -> Answer:
        return {"ok": True, "acknowledgements": self._slack.delivery.report()}

    async def forget_acknowledgements(self, _: web.Request) -> Answer:
        self._slack.delivery.acknowledgements.clear()
        return {"ok": True}

    def _open_view(self, asked: Answer) -> dict[str, Any]:
        view = self._slack.views.get(str(asked.get("view")))
        if view is None or view["for_user"] != asked["user"] or not view["open"]:
            raise NotThere("no such view")
        return view


def describe(message: Message, workspace: Workspace) -> Answer:
    """A message as a person sees it, with `plain`, its text read aloud."""
    known = {name: workspace.files[name] for name in message.files if name in workspace.files}
    files: list[Answer] = [
        {"id": name, "name": file.name, "title": file.title, "size": file.length} for name, file in known.items()
    ]
    shown = ("id", "ts", "channel", "user", "text", "blocks", "thread_ts", "edited", "mentions", "answers", "mrkdwn")
    return {
        **{name: vars(message)[name] for name in shown},
        "attachments": message.attachments,
        "ephemeral": bool(message.only_for),
        "only_for": message.only_for,
        "files": files,
        "plain": plain.of_message(message.text, message.blocks, [file["name"] for file in files]),
    }


async def _sent(sent: Sent, asked: Answer) -> Answer:
    answer: Answer = {"ok": True, "id": sent.id, "trigger_id": sent.trigger_id}
    if asked.get("wait") and sent.done is not None:
        answer["outcome"] = (await sent.done).state
    return answer


def _answering(control: Control) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The answer as JSON; what cannot be done as HTTP 400 with a sentence."""

    async def handler(request: web.Request) -> web.Response:
        try:
            return web.json_response(await control(request))
        except NotThere as problem:
            return web.json_response({"ok": False, "error": str(problem)}, status=400)
        except (KeyError, TypeError, ValueError) as problem:
            return web.json_response({"ok": False, "error": f"cannot be understood: {problem!r}"}, status=400)

    return handler
