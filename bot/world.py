"""Who asks, and what a command may use to answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Answer
from bot.links import Links, links_of
from bot.replica import Replica
from bot.settings import Settings
from bot.vitals import Pulse
from storage.database import Database
from storage.history import LaneName
from sync.engine import Engine
from sync.objects import Object, lanes_of


@dataclass(frozen=True, slots=True)
class Asker:
    """The person in Slack, with their own zone and language (`locale` as Slack spells it: "pt-BR").

    Guests never see people's data and are never operators, whatever the settings say. `is_operator` is who may change
    what the sync does, `is_colleague` who is known to be neither a guest nor a stranger. `channel` is where they ask,
    empty in direct messages; `outsiders` where some may read along there.
    """

    user_id: str
    zone: tzinfo = UTC
    may_see_people: bool = False
    is_operator: bool = False
    locale: str = "en-US"
    channel: str = ""
    is_colleague: bool = False
    outsiders: bool = False


async def _unnamed(user_id: str) -> str:
    return user_id


async def _nobody(answer: Answer) -> None:
    """Where nobody can be told how far something is."""


@dataclass(frozen=True, slots=True)
class World:
    """What there is. `help_texts` are the commands' docstrings by the name one types, `described` the objects' file.

    `engine` and `replica` are there where this process syncs, or could. `tell` shows the asker how far their request
    is, until its answer takes the place of that; three times at most, because Slack lets us answer five times.
    `pulse` is how this process fares. `name_of` is what a colleague with a Slack id is called.
    """

    settings: Settings
    database: Database
    now: Callable[[], datetime]
    slack: AsyncWebClient
    help_texts: Mapping[str, str]
    described: tuple[Object, ...]
    engine: Engine | None = None
    replica: Replica | None = None
    tell: Callable[[Answer], Awaitable[None]] = _nobody
    pulse: Pulse | None = None
    name_of: Callable[[str], Awaitable[str]] = _unnamed

    @property
    def objects(self) -> tuple[Object, ...]:
        """What is kept in step, in the order in which it is pushed: as it was fitted to both sides, where we sync."""
        return self.engine.objects if self.engine else self.described

    @property
    def lanes(self) -> tuple[LaneName, ...]:
        return lanes_of(self.objects)

    @property
    def links(self) -> Links:
        return links_of(self.objects, self.settings.dynamics_url)

    def object_named(self, name: str) -> Object | None:
        """None for one that is not kept in step any more; its past is still remembered."""
        return next((one for one in self.objects if one.name == name), None)
