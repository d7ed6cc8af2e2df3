"""What the bot can do: one module each, whose docstring is its help text."""

from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

from bot.answers import Answer
from bot.commands import (
    activity,
    alerts,
    audit,
    compare,
    errors,
    explain,
    health,
    ignore,
    match,
    pause,
    quiet,
    record,
    reopen,
    resume,
    retry,
    run,
    share,
    status,
    subscribe,
    unsubscribe,
)
from bot.commands import help as help_
from bot.world import Asker, World


class Command(Protocol):
    """A module with `answer`; `request` is the value of bot.request that bears its name."""

    __doc__: str | None

    def answer(self, request: Any, asker: Asker, world: World) -> Awaitable[Answer]: ...


COMMANDS: Mapping[str, Command] = {
    "status": status,
    "errors": errors,
    "explain": explain,
    "help": help_,
    "health": health,
    "record": record,
    "activity": activity,
    "share": share,
    "retry": retry,
    "ignore": ignore,
    "reopen": reopen,
    "match": match,
    "run": run,
    "pause": pause,
    "resume": resume,
    "audit": audit,
    "compare": compare,
    "subscribe": subscribe,
    "unsubscribe": unsubscribe,
    "alerts": alerts,
    "quiet": quiet,
}
