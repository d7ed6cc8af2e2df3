"""Publishes the home tab to whoever opens it."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from bot import home_tab
from bot.acting import who_may
from bot.askers import OUT_OF_REACH, Askers
from bot.home_tab import HomeTab
from bot.standing import Picture
from bot.texts import speaking
from bot.world import Asker, World
from storage import history
from storage.episodes import read_open_episodes
from storage.error_groups import open_groups
from storage.ledger.subscribing import read_subscriptions
from sync.backlog import Thresholds

log = logging.getLogger(__name__)


def add_home(app: AsyncApp, world: World, askers: Askers) -> None:
    """Draws the home tab anew whenever it is opened, and when Refresh is pressed in it."""

    @app.event("app_home_opened")
    async def opened(event: Mapping[str, Any]) -> None:
        if event.get("tab", "home") == "home":
            await publish(str(event["user"]), world, askers)

    @app.action(home_tab.REFRESH)
    async def refresh(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        await publish(str(body["user"]["id"]), world, askers)


async def publish(user_id: str, world: World, askers: Askers) -> None:
    """Shows one person their home tab; where Slack refuses it, they keep the one they have."""
    asker = await askers.asker(user_id)
    with speaking(asker.locale):
        view = await _view(asker, world)
    try:
        await world.slack.views_publish(user_id=user_id, view=view)
    except (SlackApiError, *OUT_OF_REACH) as refusal:
        log.warning("Slack did not take the home tab of %s: %s", user_id, refusal)


async def _view(asker: Asker, world: World) -> dict[str, Any]:
    try:
        return home_tab.draw(await read_home(asker, world))
    except (SQLAlchemyError, OSError, TimeoutError):
        log.exception("the home tab could not be read")
        return home_tab.unread()


async def read_home(asker: Asker, world: World) -> HomeTab:
    now, settings = world.now(), world.settings
    async with world.database.read() as connection:
        picture = Picture(
            now=now,
            zone=asker.zone,
            lanes=await history.read_lanes(connection, world.lanes, now),
            services=await history.read_services(connection),
            feeds=await history.read_feeds(connection),
            last_pass=await history.read_pass(connection),
            hours=await history.read_hours(connection, now),
            thresholds=Thresholds(settings.alert_backlog, settings.alert_oldest),
        )
        groups = await open_groups(connection, now - timedelta(days=1))
        standing = await read_open_episodes(connection)
        told = settings.alert_channel is not None or bool(await read_subscriptions(connection))
    return HomeTab(picture, groups, standing, asker, await who_may(world), told)
