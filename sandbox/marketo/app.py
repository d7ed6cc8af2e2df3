"""Marketo's REST API as an HTTP service: the gate (sizes, tokens, limits), the call, and the reply in its envelope."""

import argparse
import gzip
import json
import time
from email import message_from_bytes
from email.message import Message
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from sandbox.marketo.breaking import check_breaking
from sandbox.marketo.controls import add_instance_controls
from sandbox.marketo.envelope import Call, Json, Plain, Refusal, failed
from sandbox.marketo.faults import HTTP_503, MESSAGES, Fault, draw, dropped
from sandbox.marketo.identity import Unauthorized
from sandbox.marketo.instance import Instance
from sandbox.marketo.limits import UNCOUNTED
from sandbox.marketo.routes import Routes, make_routes
from sandbox.marketo.stamps import quota_day
from sandbox.service import Handler, Surroundings, add_controls, weather_middleware

MEGABYTE = 1024 * 1024
LONGEST_URI = 8 * 1024
ARRIVED = web.RequestKey("arrived", float)
FIRST_UNSEEN = web.RequestKey("first_unseen", int)


def make_app(around: Surroundings, arguments: argparse.Namespace) -> web.Application:
    """The service; `arguments` brings client_id and client_secret."""
    instance = Instance(around, arguments)
    door = Door(around, instance, make_routes())
    app = web.Application(
        middlewares=[door.gate, weather_middleware(around)],  # type: ignore[list-item]
        client_max_size=12 * MEGABYTE,
        handler_args={"max_line_size": 256 * 1024, "max_field_size": 64 * 1024},
    )
    app.router.add_route("*", "/identity/oauth/token", door.token)
    app.router.add_route("*", "/rest/{tail:.*}", door.execute)
    app.router.add_route("*", "/bulk/{tail:.*}", door.execute)
    add_controls(app, around)
    add_instance_controls(app, instance)
    return app


class Door:
    """Where calls come in and replies go out."""

    def __init__(self, around: Surroundings, instance: Instance, routes: Routes) -> None:
        self.around = around
        self.instance = instance
        self.routes = routes
        self._numbers = count(1)

    async def token(self, request: web.Request) -> web.Response:
        """GET or POST identity/oauth/token; the three values come in the query or in a form. Not counted anywhere."""
        self.around.calls["identity.token"] += 1
        if draw(self.around.chance, self.around.weather.faults):
            return web.Response(status=503, text="Service Unavailable")
        asked = {**dict(parse_qsl(await request.text())), **request.query}
        chosen = self.instance.new_guid()
        try:
            return web.json_response(self.instance.identity.token(asked, self.around.clock.now(), chosen))
        except Unauthorized as refused:
            self.around.refused["401"] += 1
            return web.json_response(refused.as_json, status=401)

    @web.middleware
    async def gate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Sizes, then the token, then the limits; what is refused here never waits out the latency."""
        if self.around.weather.down and not request.path.startswith("/sandbox/"):
            return dropped(request)
        if not request.path.startswith(("/rest/", "/bulk/")):
            return await handler(request)
        largest = MEGABYTE * (10 if request.path.startswith("/bulk/") else 1)
        if len(request.path_qs) > LONGEST_URI:
            return self._too_large(414, "Request-URI Too Long")
        if (request.content_length or 0) > largest:
            return self._too_large(413, "Request Entity Too Large")
        request[ARRIVED] = time.monotonic()
        request[FIRST_UNSEEN] = self.instance.people.next_id
        try:
            self._admit(request)
        except Refusal as refusal:
            return self._reply(request, failed(refusal))
        self.instance.limits.in_flight += 1
        try:
            return await handler(request)
        finally:
            self.instance.limits.in_flight -= 1

    def _too_large(self, status: int, text: str) -> web.Response:
        self.around.refused[str(status)] += 1
        return web.Response(status=status, text=text)

    def _admit(self, request: web.Request) -> None:
        now, instance = self.around.clock.now(), self.instance
        header = request.headers.get("Authorization", "")
        bearer = header[7:].strip() if header[:7].lower() == "bearer " else request.query.get("access_token")
        instance.identity.check(bearer, now)
        day = quota_day(now)
        if self.around.weather.limits:
            instance.limits.admit(request[ARRIVED], instance.usage.used(day))
        instance.usage.calls[day][instance.identity.user] += 1

    async def execute(self, request: web.Request) -> web.StreamResponse:
        """One call: read, perhaps spoiled by a fault, answered."""
        body = await request.read()
        if len(body) > MEGABYTE and request.path.startswith("/rest/"):
            return self._too_large(413, "Request Entity Too Large")
        fault = draw(self.around.chance, self.around.weather.faults)
        answer: Json | Plain
        try:
            if fault is None or fault.takes_effect:
                answer = self._answer(request, body)
            if fault is not None:
                return self._spoiled(request, fault)
        except Refusal as refusal:
            answer = failed(refusal)
        return self._reply(request, answer)

    def _spoiled(self, request: web.Request, fault: Fault) -> web.Response:
        """A fault's HTTP-level answer, or its Refusal; what the call answered is lost."""
        if fault.kind in MESSAGES:
            raise Refusal(fault.kind, MESSAGES[fault.kind])
        self.around.refused[fault.kind] += 1
        return web.Response(status=503, text="Service Unavailable") if fault.kind == HTTP_503 else dropped(request)

    def _answer(self, request: web.Request, body: bytes) -> Json | Plain:
        parameters = {name: ",".join(request.query.getall(name)) for name in request.query}
        form, parsed = _read_body(body, request)
        parameters.update(form)
        method = parameters.get("_method", request.method).upper() if request.method == "POST" else request.method
        if method == "GET" and isinstance(parsed, dict):
            parameters.update({name: str(value) for name, value in parsed.items() if isinstance(value, (str, int))})
        route, captured = self.routes.find(request.path, method)
        self.around.calls[route.kind] += 1
        if route.kind.endswith((".write", ".delete")):
            check_breaking(self.instance.breaking, parsed)
        call = Call(parameters, parsed, captured, self.around.clock.now(), request[FIRST_UNSEEN])
        return route.answer(self.instance, call)

    def _reply(self, request: web.Request, answer: Json | Plain) -> web.Response:
        if isinstance(answer, Plain):
            return web.Response(text=answer.text, content_type="text/csv") if answer.text else web.Response(status=404)
        if errors := answer.get("errors"):
            self._count_error(request, errors[0]["code"])
        moment = int(time.time() * 1000)
        body = json.dumps({"requestId": f"{next(self._numbers) & 0xFFFFF:x}#{moment:x}", **answer}).encode()
        headers = {"Content-Type": "application/json;charset=UTF-8"}
        if len(body) > 1024 and "gzip" in request.headers.get("Accept-Encoding", ""):
            body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        return web.Response(body=body, headers=headers)

    def _count_error(self, request: web.Request, code: str) -> None:
        day = quota_day(self.around.clock.now())
        self.around.refused[code] += 1
        self.instance.usage.errors[day][code] += 1
        if code in UNCOUNTED - {"601", "602"}:
            self.instance.limits.forget(request[ARRIVED])
            self.instance.usage.calls[day][self.instance.identity.user] -= 1


def _read_body(body: bytes, request: web.Request) -> tuple[dict[str, str], Any]:
    """A form as parameters, an uploaded file as text, or JSON as it is; 609, 612 and 613 for anything else."""
    if not body:
        return {}, None
    content_type = request.content_type
    if content_type == "multipart/form-data":
        return {}, _uploaded(body, request.headers["Content-Type"])
    if content_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True)), None
    if content_type != "application/json":
        raise Refusal("612", "Invalid Content Type")
    try:
        return {}, json.loads(body)
    except ValueError:
        raise Refusal("609", "Invalid JSON") from None


def _uploaded(body: bytes, content_type: str) -> str:
    """The text of the part called `file`."""
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    for part in message.get_payload() if message.is_multipart() else []:
        if isinstance(part, Message) and part.get_param("name", header="content-disposition") == "file":
            content = part.get_payload(decode=True)
            return content.decode(errors="replace") if isinstance(content, bytes) else ""
    raise Refusal("613", "Invalid Multipart Request")
