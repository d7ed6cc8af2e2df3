"""The Dataverse Web API on loopback: sign-in, limits, faults and routes around the operations.

Facts are those of Microsoft's documentation for Web API v9.2.
"""

import argparse
from urllib.parse import unquote
from uuid import uuid4

from aiohttp import web

from sandbox.dynamics import faults
from sandbox.dynamics.auth import Tokens, unauthorized
from sandbox.dynamics.batch import Batch
from sandbox.dynamics.calls import Answer, Call, refused
from sandbox.dynamics.controls import add_dynamics_controls
from sandbox.dynamics.limits import Protection
from sandbox.dynamics.loading import fill
from sandbox.dynamics.refusals import Refusal
from sandbox.dynamics.routing import answer, carry_out, kind_of
from sandbox.dynamics.store import Store
from sandbox.service import Handler, Surroundings, add_controls, hang_up, weather_middleware

API = "/api/data/"
LARGEST_BODY = 128 * 1024 * 1024
LONGEST_LINE = 64 * 1024


class Organization:
    """One Dynamics organisation: its rows, the tokens to it and the limits on its one user."""

    def __init__(self, around: Surroundings, arguments: argparse.Namespace) -> None:
        self.around = around
        self.store = Store(around.clock)
        self.tokens = Tokens(around.clock, arguments.client_id, arguments.client_secret, arguments.tenant)
        self.protection = Protection()
        fill(self.store, arguments.data, arguments.seed, arguments.client_id)

    async def token(self, request: web.Request) -> web.Response:
        """POST /{tenant}/oauth2/v2.0/token; when it fails by chance it does so with 503."""
        self.around.calls["token"] += 1
        if self.around.chance.random() < self.around.weather.faults:
            return web.Response(status=503)
        return respond(self.tokens.issue(request.match_info["tenant"], await request.text()))

    async def api(self, request: web.Request) -> web.Response:
        """Everything below /api/data/v9.2/."""
        call = call_from(request, await request.read())
        self.around.calls[kind_of(call.method, call.path)] += 1
        if not self.tokens.accepts(request.headers.get("Authorization", "")):
            self.around.refused["401"] += 1
            return respond(unauthorized(self.tokens.tenant, f"{request.scheme}://{request.host}"))
        done = self.carry_out(call)
        if isinstance(done.body, dict) and "error" in done.body:
            self.around.refused[done.body["error"]["code"] or str(done.status)] += 1
        return respond(done)

    def carry_out(self, call: Call) -> Answer:
        if call.path != "$batch" or call.method != "POST":
            return answer(self.store, call)
        try:
            return Batch(self.store, call, carry_out).answer()
        except Refusal as refusal:
            return refused(refusal)


ORGANIZATION = web.AppKey("organization", Organization)


def call_from(request: web.Request, content: bytes) -> Call:
    """The call's path keeps encoded slashes apart from real ones only within quotes, as Dataverse does."""
    base = f"{request.scheme}://{request.host}{API}{request.match_info['version']}"
    path = request.rel_url.raw_path.split("/", 4)[4]
    return Call(request.method, unquote(path), dict(request.rel_url.query), request.headers, content, base)


def respond(done: Answer) -> web.Response:
    """With the id by which Microsoft's support would find the call."""
    request_id = str(uuid4())
    headers = done.all_headers() | {"REQ_ID": request_id, "x-ms-service-request-id": request_id}
    return web.Response(status=done.status, body=done.content() or None, headers=headers)


def protection_middleware(organization: Organization) -> Handler:
    """429s, and on other answers what is left of the limits. `--limits none` turns it off."""
    around, protection = organization.around, organization.protection

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not around.weather.limits or not request.path.startswith(API):
            return await handler(request)
        try:
            protection.check()
        except Refusal as refusal:
            around.refused[refusal.code] += 1
            return respond(refused(refusal))
        began = protection.begin()
        try:
            response = await handler(request)
        finally:
            protection.end(began)
        response.headers.update(protection.headers())
        return response

    return middleware  # type: ignore[return-value]


def fault_middleware(organization: Organization) -> Handler:
    around = organization.around

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = faults.draw(around.chance, around.weather.faults) if request.path.startswith(API) else None
        if fault is None:
            return await handler(request)
        around.refused["fault"] += 1
        if fault.takes_effect:
            await handler(request)
        if fault.answer is None:
            hang_up(request)
            raise AssertionError("hang_up always raises")
        return respond(fault.answer)

    return middleware  # type: ignore[return-value]


def make_app(around: Surroundings, arguments: argparse.Namespace) -> web.Application:
    """`arguments` has client_id, client_secret, tenant, data (a folder or None) and seed."""
    organization = Organization(around, arguments)
    middlewares = [protection_middleware(organization), weather_middleware(around), fault_middleware(organization)]
    app = web.Application(
        middlewares=middlewares,  # type: ignore[arg-type]
        client_max_size=LARGEST_BODY,
        handler_args={"max_line_size": LONGEST_LINE, "max_field_size": LONGEST_LINE},
    )
    app.router.add_post("/{tenant}/oauth2/v2.0/token", organization.token)
    app.router.add_route("*", API + "{version:v9\\.[0-9]+}/{rest:.*}", organization.api)
    app[ORGANIZATION] = organization
    add_controls(app, around)
    add_dynamics_controls(app, organization.store, organization.tokens, organization.protection, around)
    return app
