"""A file brought to somebody's direct messages, in Slack's three steps; never into a channel. It is deleted in time."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, tzinfo
from typing import IO, Any

import httpx
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.refusals import FAILURES, error_of, is_out
from storage.database import Database
from storage.files import expired_files, file_is_gone, note_file, put_off
from storage.ledger.readings import record_act

log = logging.getLogger(__name__)
CHUNK = 256 * 1024
PERSONAL_DATA_KEPT_FOR = timedelta(days=7)
LOOKS, BETWEEN_LOOKS = 4, 0.5
AT_ONCE = 20
HOUR = timedelta(hours=1)
GONE = ("file_not_found", "file_deleted")


class UploadRefused(Exception):
    """Slack did not take the bytes of a file."""


def file_name(what: str, now: datetime, zone: tzinfo) -> str:
    """`sync-errors-2026-11-22-220000.csv`, by the clock of who asked for it; the times in the file stay in UTC."""
    return f"sync-{what}-{now.astimezone(zone):%Y-%m-%d-%H%M%S}.csv"


async def send_personal_file(
    client: AsyncWebClient,
    database: Database,
    user_id: str,
    file: IO[bytes],
    name: str,
    comment: str,
    words: str,
    now: datetime,
    kept_for: timedelta = PERSONAL_DATA_KEPT_FOR,
) -> bool:
    """Sends a file with people's data, which Slack is to keep for so long; whether it was seen to arrive.

    `file` is sent from its beginning, without ever being held whole; `comment` is Slack's mrkdwn. It is remembered
    before anybody can read it, so that no crash leaves one behind, and audited with the `words` that asked for it: a
    command first, and nobody's name. Raises SlackApiError or UploadRefused.
    """
    opened = await client.conversations_open(users=user_id)
    file_id = await _uploaded(client, file, name)
    async with database.write() as connection:
        await note_file(connection, file_id, words.split()[0], now, now + kept_for)
        await record_act(connection, user_id, "csv", now, detail=words)
    await _share(client, file_id, str((opened["channel"] or {})["id"]), name, comment)
    return await _has_arrived(client, file_id)


async def delete_expired_files(database: Database, client: AsyncWebClient, now: datetime) -> int:
    """Deletes from Slack what should be gone by `now`, a few at a time; returns how many.

    The others wait; what Slack does not delete is tried again in an hour, so that it is in nobody's way.
    """
    async with database.read() as connection:
        due = await expired_files(connection, now, AT_ONCE)
    deleted = 0
    for number, file_id in due:
        try:
            is_gone = await _delete(client, file_id)
        except FAILURES as failure:
            log.warning("expired files cannot be deleted yet: %s", failure)
            break
        async with database.write() as connection:
            await (file_is_gone(connection, number, now) if is_gone else put_off(connection, number, now + HOUR))
        deleted += is_gone
    return deleted


async def _delete(client: AsyncWebClient, file_id: str) -> bool:
    """Whether Slack has it no more. Raises where Slack itself fails."""
    try:
        await client.files_delete(file=file_id)
    except SlackApiError as refused:
        if is_out(refused):
            raise
        if (error := error_of(refused)) not in GONE:
            log.warning("Slack does not delete the expired file %s: %s", file_id, error)
            return False
    return True


async def _uploaded(client: AsyncWebClient, file: IO[bytes], name: str) -> str:
    """Slack's id for the file, whose bytes it has now; nobody sees it yet."""
    length = file.seek(0, os.SEEK_END)
    place = await client.files_getUploadURLExternal(filename=name, length=length)
    await _upload(str(place["upload_url"]), file, length)
    return str(place["file_id"])


async def _share(client: AsyncWebClient, file_id: str, channel: str, name: str, comment: str) -> None:
    await client.files_completeUploadExternal(
        files=[{"id": file_id, "title": name}], channel_id=channel, initial_comment=comment
    )


async def _has_arrived(client: AsyncWebClient, file_id: str) -> bool:
    """Slack works on a file after it took it: a few looks, then we are not sure (or lack files:read)."""
    for look in range(LOOKS):
        try:
            told = await client.files_info(file=file_id)
        except SlackApiError as refused:
            log.warning("Slack does not tell whether the file %s arrived: %s", file_id, error_of(refused))
            return False
        if _is_shared(told.get("file") or {}):
            return True
        await asyncio.sleep(BETWEEN_LOOKS * 2**look)
    return False


def _is_shared(file: dict[str, Any]) -> bool:
    return bool(file.get("shares") or file.get("ims") or file.get("channels") or file.get("groups"))


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
