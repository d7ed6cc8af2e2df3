"""What Slack hands out with an interaction: a trigger (3 s, once) and a response_url (30 minutes, five times)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.slack.refusals import SlackError
from sandbox.slack.workspace import Workspace

TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_URL_LIFE = timedelta(minutes=30)
RESPONSE_URL_USES = 5


@dataclass
class Trigger:
    user: str
    born: datetime
    used: bool = False
    view: str = ""


@dataclass
class ResponseUrl:
    """Where an app may answer an interaction. `message` is what replace_original and delete_original mean."""

    interaction: str
    user: str
    channel: str
    born: datetime
    message: str = ""
    thread_ts: str = ""
    uses: int = 0


class Tickets:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}

    def trigger(self, user: str, view: str = "") -> str:
        """A new trigger_id; `view` is the modal it was pressed in."""
        name = f"{self._workspace.next_id('')}.{self._workspace.secret(12)}"
        self._triggers[name] = Trigger(user, self._workspace.clock.now(), view=view)
        return name

    def exchange(self, name: str) -> Trigger:
        """The trigger, now used. Raises invalid_trigger_id, exchanged_trigger_id or expired_trigger_id."""
        trigger = self._triggers.get(name)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._workspace.clock.now() - trigger.born > TRIGGER_LIFE:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def response_url(self, interaction: str, user: str, channel: str, message: str = "", thread_ts: str = "") -> str:
        """The path of a new response_url."""
        path = f"/{'actions' if message else 'commands'}/{self._workspace.team_id}/{self._workspace.secret()}"
        born = self._workspace.clock.now()
        self.response_urls[path] = ResponseUrl(interaction, user, channel, born, message, thread_ts)
        return path

    def use(self, path: str) -> ResponseUrl:
        """Counts one use. Raises expired_url or used_url (both HTTP 404)."""
        url = self.response_urls.get(path)
        if url is None or self._workspace.clock.now() - url.born > RESPONSE_URL_LIFE:
            raise SlackError("expired_url")
        if url.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url")
        url.uses += 1
        return url
