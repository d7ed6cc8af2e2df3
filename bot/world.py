"""Who asks, and what a command may use to answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Asker:
    """The person in Slack, with their own zone. Guests never see people's data, whatever the settings say."""

    user_id: str
    zone: tzinfo = UTC
    may_see_people: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """What there is. `help_texts` are the commands' docstrings by the name one types."""

    settings: Settings
    database: Database
    now: Callable[[], datetime]
    slack: AsyncWebClient
    help_texts: Mapping[str, str]
