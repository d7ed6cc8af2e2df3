"""The Slack stand-in: SLACK_API_URL is http://127.0.0.1:PORT/api/, its page is at /."""

import argparse
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Middleware

from sandbox.service import Handler, Surroundings, add_controls, weather_middleware
from sandbox.slack import files, response_urls, screen
from sandbox.slack.controls import Controls
from sandbox.slack.interactions import Interactions
from sandbox.slack.state import Slack, new_slack
from sandbox.slack.web_api import WebApi

PAGE = Path(__file__).parent / "page"
POLICY = "default-src 'self'; img-src 'self' data: http: https:; base-uri 'none'; form-action 'none'"
LARGEST_UPLOAD = 1024**3  # docs.slack.dev/messaging/working-with-files: 1 GB


def make_app(around: Surroundings, arguments: argparse.Namespace) -> web.Application:
    """A workspace with one app in it; the app's tokens are `xoxb-demo` and `xapp-demo`."""
    slack = new_slack(around)
    app = web.Application(middlewares=[_weather(around)], client_max_size=LARGEST_UPLOAD)
    interactions = Interactions(slack)
    add_controls(app, around)
    Controls(slack, interactions).add_to(app)
    _add_what_slack_has(app, slack)
    screen.add_to(app, slack)
    app.router.add_get("/", _page)
    app.router.add_get("/page/{name}", _page)
    app.cleanup_ctx.append(_life(slack, interactions))
    return app


def _add_what_slack_has(app: web.Application, slack: Slack) -> None:
    async def respond(request: web.Request) -> web.Response:
        return await response_urls.receive(slack, request)

    async def upload(request: web.Request) -> web.Response:
        return await files.receive(slack, request)

    api = WebApi(slack)
    app.router.add_route("*", "/api/{method}", api.answer)
    app.router.add_get("/link/", slack.sockets.connect)
    app.router.add_post("/upload/v1/{ticket}", upload)
    app.router.add_post("/commands/{team}/{secret}", respond)
    app.router.add_post("/actions/{team}/{secret}", respond)


def _weather(around: Surroundings) -> Middleware:
    """The weather of everything but the page that people look at."""
    shared = weather_middleware(around)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == "/" or request.path.startswith("/page/"):
            return await handler(request)
        return await shared(request, handler)

    return middleware


async def _page(request: web.Request) -> web.StreamResponse:
    """The page and its parts, from this service alone: no script of anybody else's runs in it."""
    path = PAGE / request.match_info.get("name", "index.html")
    if path.parent != PAGE or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": "no-store", "Content-Security-Policy": POLICY})


def _life(slack: Slack, interactions: Interactions) -> Callable[[web.Application], AsyncIterator[None]]:
    async def life(app: web.Application) -> AsyncIterator[None]:
        async def end(_: web.Application) -> None:
            await slack.sockets.close()

        app.on_shutdown.append(end)
        yield
        await interactions.rest()

    return life
