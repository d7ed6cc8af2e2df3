"""/api/METHOD: tokens, scopes, limits and failures, before the method itself answers."""

from typing import NoReturn

from aiohttp import web

from sandbox.service import hang_up
from sandbox.slack import account, conversations, files, messages, users, views
from sandbox.slack.call import Answer, Call, Method, arguments_of
from sandbox.slack.refusals import RateLimited, SlackError
from sandbox.slack.state import Slack, base_of

METHODS: dict[str, Method] = {
    **account.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **messages.METHODS,
    **users.METHODS,
    **views.METHODS,
}
PASSING_FAULTS = ("ratelimited", "internal_error", "service_unavailable", "hang_up")
STATUS = {"ratelimited": 429, "internal_error": 500, "service_unavailable": 503}


class WebApi:
    """Answers every method; knows nothing of what they do."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def answer(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        self._slack.around.calls[name] += 1
        try:
            return self._reply(await self._try(request, name), name)
        except SlackError as refusal:
            return self._refuse(refusal, name)

    async def _try(self, request: web.Request, name: str) -> Answer:
        if ordered := self._slack.ordered_refusal(name):
            self._obey(ordered, request)
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        call = Call(self._slack, name, await arguments_of(request), base_of(request))
        self._check_token(request, call, method)
        if self._slack.around.weather.limits:
            self._slack.limits.method(name, method.tier)
        return self._weathered(request, call, method)

    def _obey(self, ordered: str, request: web.Request) -> NoReturn:
        """Fails as a test asked for: an error of Slack's, no answer, or one that a proxy cut short."""
        if ordered == "hang_up":
            self._slack.around.refused[ordered] += 1
            hang_up(request)
        if ordered == "not_json":
            self._slack.around.refused[ordered] += 1
            raise web.HTTPServiceUnavailable(text='{"ok": fal', content_type="application/json")
        raise RateLimited(1) if ordered == "ratelimited" else SlackError(ordered)

    def _weathered(self, request: web.Request, call: Call, method: Method) -> Answer:
        """Some calls fail for now; half of those have taken effect all the same, and lose the reply."""
        around = self._slack.around
        if not around.weather.faults or around.chance.random() >= around.weather.faults:
            return method.answer(call)
        if around.chance.random() < 0.5:
            method.answer(call)
            around.refused["hang_up"] += 1
            hang_up(request)
        fault = around.chance.choice(PASSING_FAULTS)
        if fault == "hang_up":
            around.refused[fault] += 1
            hang_up(request)
        raise RateLimited(1) if fault == "ratelimited" else SlackError(fault)

    def _check_token(self, request: web.Request, call: Call, method: Method) -> None:
        if method.token == "none":
            return
        header = request.headers.get("Authorization", "")
        token = header.removeprefix("Bearer ").strip() or call.text("token")
        if not token:
            raise SlackError("not_authed")
        workspace = self._slack.workspace
        if token not in (workspace.bot_token, workspace.app_token):
            raise SlackError("invalid_auth")
        call.app_level = token == workspace.app_token
        if method.token != "any" and call.app_level != (method.token == "app"):
            raise SlackError("not_allowed_token_type")
        self._check_scopes(method)

    def _check_scopes(self, method: Method) -> None:
        provided = self._slack.workspace.scopes
        if method.token == "bot" and method.scopes and not set(method.scopes) & set(provided):
            raise SlackError("missing_scope", needed=",".join(method.scopes), provided=",".join(provided))

    def _reply(self, answer: Answer, name: str, status: int = 200) -> web.Response:
        method = METHODS.get(name)
        scopes = ",".join(self._slack.workspace.scopes)
        headers = {"x-oauth-scopes": scopes, "x-accepted-oauth-scopes": ",".join(method.scopes if method else ())}
        return web.json_response(answer, status=status, headers=headers)

    def _refuse(self, refusal: SlackError, name: str) -> web.Response:
        self._slack.around.refused[refusal.error] += 1
        response = self._reply(refusal.body(), name, STATUS.get(refusal.error, 200))
        if isinstance(refusal, RateLimited):
            response.headers["Retry-After"] = str(refusal.retry_after)
        return response
