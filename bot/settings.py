"""Every setting, read once: from the environment, or from a file named .env beside where the bot is started."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot import durations


def _web_address(value: Any) -> str:
    address = str(value).strip().rstrip("/")
    if not re.fullmatch(r"https?://[^\s/]+\S*", address):
        raise ValueError("it must be a web address that begins with https://")
    return address


def _with_slash(value: Any) -> str:
    return _web_address(value) + "/"


def _span(value: Any) -> timedelta:
    span = value if isinstance(value, timedelta) else durations.parse(str(value))
    if not span:
        raise ValueError("it must be a span of time such as 2h, 90m or 1d")
    return span


def _share(value: Any) -> Any:
    return value.strip().removesuffix("%").rstrip() if isinstance(value, str) else value


def _listed(value: Any) -> frozenset[str]:
    names = re.split(r"[,\s]+", value) if isinstance(value, str) else value
    return frozenset(name for name in names if name)


def _database_address(value: Any) -> str:
    if not re.match(r"(sqlite|postgres(ql)?)(\+\w+)?://", str(value)):
        raise ValueError("it must begin with sqlite:/// or postgresql://")
    return str(value)


Address = Annotated[str, BeforeValidator(_web_address)]
Positive = Annotated[int, Field(gt=0)]
Days = Annotated[int, Field(gt=7, le=36_500)]  # a weekly digest looks back on seven
Share = Annotated[int, BeforeValidator(_share), Field(gt=0, le=100)]


class Settings(BaseSettings):
    """What the process is told from outside. Names are those of the environment, in lower case."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    slack_bot_token: SecretStr = Field(description="the bot's token, xoxb-… (OAuth & Permissions in the Slack app)")
    slack_app_token: SecretStr | None = Field(
        None,
        validate_default=True,
        description="the app-level token, xapp-…, with connections:write: Socket Mode, no open port",
    )
    slack_signing_secret: SecretStr | None = Field(
        None,
        validate_default=True,
        description="in place of SLACK_APP_TOKEN: Slack calls us over HTTP, and we check its signature",
    )
    port: int = Field(3000, gt=0, lt=65536, description="where we listen when Slack calls us over HTTP")
    health_port: int | None = Field(
        None,
        ge=0,
        lt=65536,
        description="where /healthz and /metrics (Prometheus) answer over HTTP; none or 0: nowhere",
    )
    slack_api_url: Annotated[str, BeforeValidator(_with_slash)] = Field(
        "https://slack.com/api/", description="Slack's Web API"
    )
    slack_tables: Literal["auto", "native", "text"] = Field(
        "auto",
        description="Slack's own tables and charts: `auto` tries them and remembers for an hour where Slack refuses, "
        "`native` tries them always, `text` draws with letters",
    )

    dynamics_url: Address = Field(description="the Dynamics environment, such as https://contoso.crm.dynamics.com")
    dynamics_tenant_id: str = Field(description="the Microsoft Entra tenant of the app registration")
    dynamics_client_id: str = Field(description="the app registration's client id; it must be an application user")
    dynamics_client_secret: SecretStr = Field(description="the app registration's client secret")
    dynamics_authority: Address = Field("https://login.microsoftonline.com", description="where Dynamics signs in")

    marketo_url: Address = Field(description="the Marketo instance, such as https://123-ABC-456.mktorest.com")
    marketo_client_id: str = Field(description="the client id of Marketo's API-only user (LaunchPoint)")
    marketo_client_secret: SecretStr = Field(description="its client secret")
    marketo_calls_per_20s: Positive = Field(
        50,
        description="our share of the instance's 100 calls in any 20 seconds; the rest is for its other integrations",
    )
    marketo_in_flight: Positive = Field(5, description="our share of the 10 calls that may be under way at once")
    marketo_settle_seconds: int = Field(
        90, ge=0, description="how long to wait before looking up a batch whose reply was lost"
    )

    marketo_daily_calls: Positive = Field(50_000, description="the calls a day that Marketo's contract allows")
    marketo_reserved_share: int = Field(
        20, ge=0, lt=100, description="in per cent, how much of them is left to the instance's other integrations"
    )

    sync_objects: Path | None = Field(
        None, description="a file that says what is kept in step, in place of the packaged `sync/objects.toml`"
    )
    database_url: Annotated[str, BeforeValidator(_database_address)] = Field(
        "sqlite:///sync.db", description="what is remembered: one SQLite file, or postgresql://…"
    )
    sync_every_seconds: Positive = Field(55, description="a pass begins this often")

    sync_brake_deleted: Share = Field(
        10, description="more than this share of an object deleted in one reading, in per cent, waits for a person"
    )
    sync_brake_changed: Share = Field(
        50,
        description="the same for changes; 100 never brakes. Up to 1,000 changes never do, nor up to 100 deletes, "
        "unless they are all there was (10 or more)",
    )

    alert_channel: str | None = Field(
        None,
        description="the id of the channel (C…) that hears of everything that is wrong, until it subscribes itself; "
        "invite the bot; none: no such channel",
    )
    alert_backlog: Positive = Field(10_000, description="an object with more waiting changes than this is behind")
    alert_oldest: Annotated[timedelta, BeforeValidator(_span)] = Field(
        timedelta(hours=2), description="an object whose oldest change has waited longer is behind (2h, 90m, 1d)"
    )
    alert_hold: Annotated[timedelta, BeforeValidator(_span)] = Field(
        timedelta(minutes=5),
        description="what is wrong for less long is not told; it must be well for twice as long to have recovered",
    )
    sync_people_readers: Annotated[frozenset[str], NoDecode, BeforeValidator(_listed)] = Field(
        frozenset(),
        description="Slack ids of people (U…) and user groups (S…), separated by commas, who may be shown names, "
        "messages and exports",
    )
    sync_operators: Annotated[frozenset[str], NoDecode, BeforeValidator(_listed)] = Field(
        frozenset(),
        description="Slack ids of people (U…) and user groups (S…), separated by commas, who may retry, ignore, "
        "reopen and match errors, run, pause and resume, compare and repair, and set quiet times; none: the "
        "workspace's admins",
    )

    keep_samples_days: Days = Field(30, description="for how many days backlogs, and what was synced, are remembered")
    keep_errors_days: Days = Field(30, description="the same for resolved errors, and for what comparisons found")
    keep_activity_days: Days = Field(90, description="the same for what the sync did, record by record")
    keep_audit_days: Days = Field(365, description="the same for who did what")

    @field_validator("slack_signing_secret")
    @classmethod
    def _hears_slack_somehow(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """A field's own rule, or it would be told only once all others are kept."""
        if secret is None and info.data.get("slack_app_token", "wrong itself") is None:
            raise ValueError(
                "SLACK_APP_TOKEN is missing: set it for Socket Mode, or SLACK_SIGNING_SECRET to listen on PORT."
            )
        return secret

    @field_validator("slack_app_token")
    @classmethod
    def _each_token_in_its_place(cls, token: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        bot = info.data.get("slack_bot_token")
        bots_is_apps = bot is not None and bot.get_secret_value().startswith("xapp-")
        apps_is_bots = token is not None and token.get_secret_value().startswith("xoxb-")
        if bots_is_apps and apps_is_bots:
            raise ValueError("SLACK_BOT_TOKEN and SLACK_APP_TOKEN are swapped: the bot's begins with xoxb-.")
        if bots_is_apps:
            raise ValueError("SLACK_BOT_TOKEN holds an app-level token (xapp-…): the bot's begins with xoxb-.")
        if apps_is_bots:
            raise ValueError("SLACK_APP_TOKEN holds a bot's token (xoxb-…): the app-level one begins with xapp-.")
        return token


def read_settings(env_file: str | None = ".env", **given: Any) -> Settings:
    """The settings; `given` goes before the environment, and that before `env_file`.

    Raises pydantic's ValidationError, which `mistakes` puts into words.
    """
    options: dict[str, Any] = {"_env_file": env_file, **given}
    return Settings(**options)


def mistakes(error: ValidationError) -> list[str]:
    """One sentence for each mistake, naming the setting; never its value, which may be a secret."""
    return [_sentence(each) for each in error.errors(include_url=False, include_context=False, include_input=False)]


def _sentence(mistake: ErrorDetails) -> str:
    reason = mistake["msg"].removeprefix("Value error, ")
    if reason.startswith("SLACK_"):  # about two settings: it names them itself
        return reason
    name = str(mistake["loc"][0])
    if mistake["type"] == "missing":
        return f"{name.upper()} is missing: {Settings.model_fields[name].description}."
    return f"{name.upper()} cannot be used: {reason[0].lower()}{reason[1:]}."


def settings_table() -> str:
    """The README's table of settings, in Markdown."""
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "**required**" if field.is_required() else _shown(field.default)
        lines.append(f"| `{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


def _shown(default: Any) -> str:
    if default is None or isinstance(default, (frozenset, Mapping)):
        return ""
    return f"`{durations.spell(default) if isinstance(default, timedelta) else default}`"


if __name__ == "__main__":
    print(settings_table())
