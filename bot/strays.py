"""What nobody else listens to: buttons of an older version, forms nobody waits for. Acknowledged all the same."""

import re
from collections.abc import Mapping
from typing import Any, Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

ANY = re.compile(r".*", re.DOTALL)


class Desk(Protocol):
    async def attend(self, words: str, user_id: str, respond: AsyncRespond | None, replace: bool) -> None: ...


def add_strays(app: AsyncApp, desk: Desk) -> None:
    """To be called after everything else was added: Bolt takes the first listener that fits.

    Whoever presses what is no longer known is shown the overview, beside the message.
    """

    @app.action(ANY)
    async def press(ack: AsyncAck, respond: AsyncRespond, body: Mapping[str, Any]) -> None:
        await ack()
        await desk.attend("", body["user"]["id"], respond if body.get("response_url") else None, replace=False)

    @app.view_submission(ANY)
    async def submitted(ack: AsyncAck) -> None:
        await ack()

    @app.view_closed(ANY)
    async def closed(ack: AsyncAck) -> None:
        await ack()
