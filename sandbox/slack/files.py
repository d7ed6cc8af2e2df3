"""Files in Slack's three steps: files.getUploadURLExternal, the bytes, files.completeUploadExternal."""

from typing import Any

from aiohttp import web

from sandbox.slack.call import Answer, Call, Method
from sandbox.slack.content import checked
from sandbox.slack.refusals import SlackError
from sandbox.slack.state import Slack
from sandbox.slack.workspace import File


def upload_url(call: Call) -> Answer:
    """A url for one file of exactly `length` bytes."""
    name = call.need("filename")
    if not call.need("length").isdigit() or int(call.text("length")) < 1:
        raise SlackError("invalid_arguments", ["length must be more than 0"])
    workspace = call.workspace
    ticket = workspace.secret()
    file = File(
        workspace.next_id("F"), name, int(call.text("length")), workspace.bot_user, ticket, workspace.clock.now()
    )
    workspace.files[file.id] = file
    return {"ok": True, "upload_url": f"{call.base}/upload/v1/{ticket}", "file_id": file.id}


async def receive(slack: Slack, request: web.Request) -> web.Response:
    """The bytes, raw or as a form's file. HTTP 400 when they are not as many as announced."""
    slack.around.calls["upload"] += 1
    ticket = request.match_info["ticket"]
    file = next((each for each in slack.workspace.files.values() if each.ticket == ticket), None)
    if file is None or file.content is not None:
        return web.Response(status=404, text="not found")
    content = await _bytes(request)
    if len(content) != file.length:
        return web.Response(status=400, text="the length is not the announced one")
    file.content = content
    return web.Response(text=f"OK - {len(content)}")


def complete(call: Call) -> Answer:
    """Makes uploaded files real, and shares them where `channel_id` says; a person's id is no channel here."""
    files = _uploaded(call)
    channel = call.channel("channel_id") if call.text("channel_id") else None
    if channel is not None:
        if channel.is_archived:
            raise SlackError("is_archived")
        if call.workspace.bot_user not in channel.members:
            raise SlackError("not_in_channel")
        given = {"text": call.text("initial_comment"), "blocks": call.given.get("blocks")}
        text, blocks = checked(call.slack, given, ephemeral=False, file=True)
        names, thread = [file.id for file in files], call.text("thread_ts")
        call.workspace.post(channel.id, call.workspace.bot_user, text, blocks, files=names, thread_ts=thread)
    for file in files:
        file.completed = True
        file.channels += [channel.id] if channel else []
    return {"ok": True, "files": [describe(file, call.workspace.team_id, call.base) for file in files]}


def info(call: Call) -> Answer:
    return {"ok": True, "file": describe(_known(call), call.workspace.team_id, call.base), "comments": []}


def delete(call: Call) -> Answer:
    """Deletes a file; messages that held it stay, without it."""
    file = _known(call)
    del call.workspace.files[file.id]
    for message in call.workspace.messages.values():
        if file.id in message.files:
            message.files.remove(file.id)
            message.edited = call.workspace.next_ts()
    return {"ok": True}


def describe(file: File, team: str, base: str) -> dict[str, Any]:
    """The file object of files.info."""
    kind = file.name.rpartition(".")[2] if "." in file.name else "text"
    private = f"{base}/files-pri/{team}-{file.id}/{file.name}"
    return {
        "id": file.id,
        "created": int(file.created.timestamp()),
        "timestamp": int(file.created.timestamp()),
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": {"csv": "text/csv", "txt": "text/plain", "png": "image/png"}.get(kind, "application/octet-stream"),
        "filetype": kind,
        "user": file.user,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "is_public": any(name.startswith("C") for name in file.channels),
        "url_private": private,
        "url_private_download": private,
        "permalink": f"{base}/files/{file.user}/{file.id}/{file.name}",
        "channels": [name for name in file.channels if name.startswith("C")],
        "ims": [name for name in file.channels if name.startswith("D")],
        "groups": [],
        "shares": {},
    }


def _uploaded(call: Call) -> list[File]:
    asked = call.parsed("files")
    if not isinstance(asked, list) or not asked:
        raise SlackError("invalid_arguments", ["missing required field: files"])
    files = []
    for each in asked:
        file = call.workspace.files.get(str(each.get("id", ""))) if isinstance(each, dict) else None
        if file is None or file.content is None or file.completed:
            raise SlackError("file_not_found")
        file.title = str(each.get("title") or file.name)
        files.append(file)
    return files


def _known(call: Call) -> File:
    file = call.workspace.files.get(call.need("file"))
    if file is None or not file.completed:
        raise SlackError("file_not_found")
    return file


async def _bytes(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            return part.file.read()
    return b""


METHODS = {
    "files.getUploadURLExternal": Method(upload_url, ("files:write",), tier=4),
    "files.completeUploadExternal": Method(complete, ("files:write",), tier=4),
    "files.info": Method(info, ("files:read",), tier=4),
    "files.delete": Method(delete, ("files:write",)),
}
