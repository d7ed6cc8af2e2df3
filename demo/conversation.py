"""Talking to the bot through the sandbox's Slack, as a person in the workspace would."""

import asyncio
import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

PERSON = "U0OPS"
CHANNEL = "C0OPS"
ANSWER_WITHIN_SECONDS = 120.0


def as_read(text: str) -> str:
    """A message's text as Slack shows it: links by their words, entities as characters."""
    return html.unescape(re.sub(r"<(?:https?://[^|>]*)\|([^>]*)>", r"\1", text))


@dataclass(slots=True)
class Conversation:
    """One person's end. Files that arrive are saved in `folder`."""

    slack: str
    http: httpx.AsyncClient
    folder: Path

    async def ask(self, words: str) -> str:
        """Says `words` in the channel and returns all that this person receives in answer, as plain text."""
        asked = {"user": PERSON, "channel": CHANNEL, "text": words}
        said = (await self.http.post(f"{self.slack}/sandbox/say", json=asked)).json()
        if not said.get("ok"):
            return f"(Slack refused that: {said.get('error')})"
        end = asyncio.get_running_loop().time() + ANSWER_WITHIN_SECONDS
        while asyncio.get_running_loop().time() < end:
            answers = [each for each in await self._messages() if each.get("answers") == said["id"]]
            if answers:
                return "\n".join([as_read(answers[-1]["text"]), *await self._files()])
            await asyncio.sleep(0.05)
        return f"(no answer within {ANSWER_WITHIN_SECONDS:.0f} s)"

    async def hears(self, seconds: float) -> bool:
        """Whether the bot has opened its socket to Slack within so many seconds."""
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            if (await self.http.get(f"{self.slack}/sandbox/sockets")).json()["open"]:
                return True
            await asyncio.sleep(0.1)
        return False

    async def _messages(self) -> list[dict[str, Any]]:
        seen = await self.http.get(f"{self.slack}/sandbox/messages", params={"user": PERSON})
        messages: list[dict[str, Any]] = seen.json()["messages"]
        return messages

    async def _files(self) -> list[str]:
        """Saves what has arrived as a file, and says where."""
        saved = []
        for file in (await self.http.get(f"{self.slack}/sandbox/files")).json()["files"]:
            path = self.folder / f"{file['id']}-{Path(file['name']).name}"
            if file["completed"] and not path.exists():
                path.write_bytes((await self.http.get(f"{self.slack}/sandbox/files/{file['id']}")).content)
                saved.append(f"(file saved as {path})")
        return saved
