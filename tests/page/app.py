"""A tiny Slack app, for what the page does with an app's modals, home tab and threads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

Json = dict[str, Any]


def text(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def option(words: str) -> Json:
    return {"text": text(words), "value": words.lower()}


def button(label: str, action_id: str = "press", **more: Any) -> Json:
    return {"type": "button", "text": text(label), "action_id": action_id, "value": label, **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def asked(block_id: str, label: str, element: Json, **more: Any) -> Json:
    named = {"action_id": block_id, **element}
    return {"type": "input", "block_id": block_id, "label": text(label), "element": named, **more}


OBJECTS = [option("Leads"), option("Contacts")]
FORM: Json = {
    "type": "modal",
    "callback_id": "search",
    "title": text("Search errors"),
    "submit": text("Search"),
    "close": text("Cancel"),
    "blocks": [
        asked("words", "Words", {"type": "plain_text_input"}),
        asked("object", "Object", {"type": "static_select", "options": OBJECTS}, optional=True),
        asked("since", "Since", {"type": "datepicker"}, optional=True),
        asked("sides", "Directions", {"type": "checkboxes", "options": [option("In"), option("Out")]}, optional=True),
    ],
}
HOME: Json = {
    "type": "home",
    "blocks": [{"type": "header", "text": text("Overview")}, actions(button("Refresh", "home"))],
}


@dataclass
class Listener:
    """What the app has heard."""

    submitted: list[Json] = field(default_factory=list)
    pressed: list[Json] = field(default_factory=list)


def _app(slack_url: str, heard: Listener) -> AsyncApp:
    app = AsyncApp(client=AsyncWebClient("xoxb-demo", base_url=f"{slack_url}/api/"))

    @app.command("/sync")
    async def open_form(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view("search")
    async def submit(ack: Any, view: Json) -> None:
        values = {name: value for each in view["state"]["values"].values() for name, value in each.items()}
        heard.submitted.append(values)
        wrong = values["words"]["value"] == "bad"
        await (ack(response_action="errors", errors={"words": "Nothing is called that"}) if wrong else ack())

    @app.action("press")
    async def press(ack: Any, action: Json) -> None:
        await ack()
        heard.pressed.append(action)

    @app.action("home")
    @app.event("app_home_opened")
    async def home(body: Json, client: Any, ack: Any) -> None:
        await ack()
        user = body["event"]["user"] if "event" in body else body["user"]["id"]
        heard.pressed += body.get("actions", [])
        shown = {
            **HOME,
            "blocks": [*HOME["blocks"], {"type": "section", "text": text(f"{len(heard.pressed)} presses")}],
        }
        await client.views_publish(user_id=user, view=shown)

    @app.event("app_mention")
    async def mention(event: Json, say: Any) -> None:
        await say(text="You called?", thread_ts=event.get("thread_ts") or event["ts"])

    return app


@asynccontextmanager
async def listening(slack_url: str) -> AsyncIterator[Listener]:
    """The app, connected until the end of the block."""
    heard = Listener()
    handler: Any = AsyncSocketModeHandler(_app(slack_url, heard), "xapp-demo")
    handler.client.web_client.base_url = f"{slack_url}/api/"
    await handler.connect_async()
    try:
        yield heard
    finally:
        await handler.close_async()
