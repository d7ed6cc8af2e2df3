"""How the bot itself fares: Slack, both services, Marketo's quota, the database, alerts and jobs.

/sync health

Marketo's quota is counted for all its
integrations together, and anew at midnight
US Central. The same is told over HTTP on
HEALTH_PORT: /healthz and /metrics.
"""

from bot import health_report
from bot.answers import Answer
from bot.request import Health
from bot.vitals import Pulse
from bot.world import Asker, World


async def answer(request: Health, asker: Asker, world: World) -> Answer:
    pulse = world.pulse or Pulse(world.settings, world.database, world.now, world.engine, world.replica)
    return health_report.draw(await pulse.take(), asker.zone)
