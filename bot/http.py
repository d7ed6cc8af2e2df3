"""/healthz and /metrics over HTTP, for whatever watches over processes. They say nothing about people."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot import metrics
from bot.vitals import Pulse
from storage.database import Database
from storage.history import LaneName


@asynccontextmanager
async def health_open(
    port: int | None, pulse: Pulse, database: Database, lanes: Sequence[LaneName]
) -> AsyncIterator[None]:
    """Answers on `port`, on every interface, until the end of the block; on none where there is no port."""
    if not port:
        yield
        return
    runner = web.AppRunner(make_health_app(pulse, database, lanes), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, port=port).start()
        yield
    finally:
        await runner.cleanup()


def make_health_app(pulse: Pulse, database: Database, lanes: Sequence[LaneName]) -> web.Application:
    """GET /healthz: 200 "ok", or 503 with a reason a line.  GET /metrics: Prometheus' text format, of `lanes`."""

    async def healthz(_: web.Request) -> web.Response:
        reasons = await pulse.reasons()
        return web.Response(status=503 if reasons else 200, text="\n".join(reasons) or "ok")

    async def figures(_: web.Request) -> web.Response:
        read = await metrics.read_figures(database, await pulse.take(), lanes)
        return web.Response(body=metrics.exposed(read), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/metrics", figures)
    return app
