"""A file brought to somebody's direct messages, in Slack's three steps; never into a channel."""

import os
from collections.abc import AsyncIterator
from typing import IO

import httpx
from slack_sdk.web.async_client import AsyncWebClient

CHUNK = 256 * 1024


class UploadRefused(Exception):
    """Slack did not take the bytes of a file."""


async def send_file(client: AsyncWebClient, user_id: str, file: IO[bytes], name: str, comment: str) -> None:
    """Sends `file` from its beginning, without ever holding it whole. `comment` is Slack's mrkdwn.

    Raises SlackApiError or UploadRefused.
    """
    length = file.seek(0, os.SEEK_END)
    opened = await client.conversations_open(users=user_id)
    place = await client.files_getUploadURLExternal(filename=name, length=length)
    await _upload(str(place["upload_url"]), file, length)
    await client.files_completeUploadExternal(
        files=[{"id": str(place["file_id"]), "title": name}],
        channel_id=str((opened["channel"] or {})["id"]),
        initial_comment=comment,
    )


async def _upload(url: str, file: IO[bytes], length: int) -> None:
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(length)}
    async with httpx.AsyncClient(timeout=60) as http:
        taken = await http.post(url, content=_pieces(file), headers=headers)
    if taken.status_code != 200:
        raise UploadRefused(f"HTTP {taken.status_code}: {taken.text[:200]}")


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    file.seek(0)
    while piece := file.read(CHUNK):
        yield piece
