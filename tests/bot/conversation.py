"""People in the sandbox's Slack talking with the real bot."""

import csv
import io
from dataclasses import dataclass
from typing import Any

import httpx

from tests.bot.every_message import order_refusal
from tests.waiting import until


@dataclass
class Conversation:
    """What people type, press and then read."""

    url: str
    http: httpx.AsyncClient
    channel: str = "C0OPS"

    async def control(self, control: str, **asked: Any) -> dict[str, Any]:
        order_refusal(self.url, control, asked)
        answer = await self.http.post(f"{self.url}/sandbox/{control}", json=asked)
        answer.raise_for_status()
        return dict(answer.json())

    async def messages(self, user: str = "", **filters: str) -> list[dict[str, Any]]:
        answer = await self.http.get(f"{self.url}/sandbox/messages", params={"user": user, **filters})
        return list(answer.json()["messages"])

    async def calls(self) -> dict[str, int]:
        """How often each method was called."""
        return dict((await self.http.get(f"{self.url}/sandbox/calls")).json()["by_kind"])

    async def say(self, text: str, user: str = "U0ADMIN") -> dict[str, Any]:
        """The message that answers what `user` typed."""
        said = await self.control("say", user=user, channel=self.channel, text=text)
        return await self._answer_to(said["id"], user)

    async def press(self, message: dict[str, Any], label: str, user: str = "U0ADMIN") -> dict[str, Any]:
        """Presses a button or chooses an option; the message as it is after that, or the new one."""
        before = next(one for one in await self.messages(user) if one["id"] == message["id"])
        pressed = await self.control("press", user=user, message=message["id"], text=label)

        async def changed() -> dict[str, Any] | None:
            for one in await self.messages(user):
                if one["id"] == message["id"] and one["edited"] != before["edited"]:
                    return one
                if one["answers"] == pressed["id"]:
                    return one
            return None

        return dict(await until(changed))

    async def csv(self, file: str) -> list[dict[str, str]]:
        """The rows of a file that was sent."""
        content = (await self.http.get(f"{self.url}/sandbox/files/{file}")).content
        return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))

    async def reach(self, address: str, secret: str) -> None:
        """Has Slack call the bot over HTTP, once it answers there."""

        async def verified() -> bool:
            answer = await self.control("delivery", request_url=address, signing_secret=secret)
            return bool(answer["verified"])

        await until(verified)

    async def _answer_to(self, interaction: str, user: str) -> dict[str, Any]:
        async def answered() -> dict[str, Any] | None:
            return next((one for one in await self.messages(user) if one["answers"] == interaction), None)

        return dict(await until(answered))
