"""What it means that Slack does not take something: what it says, whose fault it is, and so who else is worth a try."""

from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

FAILURES = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError)
# docs.slack.dev/reference/methods/chat.postMessage and conversations.open, under Errors
NO_CHANNEL = ("channel_not_found", "not_in_channel", "is_archived", "restricted_action", "no_permission")
PERSON_GONE = ("channel_not_found", "user_not_found", "user_disabled", "cannot_dm_bot", "messages_tab_disabled")
# Slack's own trouble, its limits, and our standing there: in whatever channel, the answer is the same
OF_NOBODY = (
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "ratelimited",
    "account_inactive",
    "access_denied",
    "accesslimited",
    "ekm_access_denied",
    "invalid_auth",
    "not_authed",
    "org_login_required",
    "team_access_not_granted",
    "team_added_to_org",
    "token_expired",
    "token_revoked",
    "two_factor_setup_required",
)
_HTTP = "HTTP"


def body_of(refused: SlackApiError) -> dict[str, Any]:
    """Slack's answer; where another answered in its place, as a proxy does, {"error": "HTTP 503"}.

    Where a body that is labelled JSON is none, the SDK hands over aiohttp's response instead of its own.
    """
    told = refused.response.data if isinstance(refused.response, AsyncSlackResponse) else None
    return told if isinstance(told, dict) and told.get("error") else {"error": f"{_HTTP} {_status(refused)}"}


def error_of(refused: SlackApiError) -> str:
    """Slack's name for what is wrong, or `HTTP 503`."""
    return str(body_of(refused)["error"])


def is_out(failure: Exception) -> bool:
    """Whether one of the FAILURES is nobody's in particular, so that whoever else is tried now fails as well."""
    if not isinstance(failure, SlackApiError):
        return True
    error = error_of(failure)
    return error in OF_NOBODY or error.startswith(_HTTP) or _status(failure) >= 500


def asked_to_wait(failure: Exception) -> timedelta:
    """For how long Slack wants to hear nothing; no time where it does not say."""
    said = failure.response.headers.get("Retry-After", "") if isinstance(failure, SlackApiError) else ""
    return timedelta(seconds=int(said) if said.isdecimal() else 0)


def _status(refused: SlackApiError) -> int:
    response: AsyncSlackResponse | aiohttp.ClientResponse = refused.response
    return response.status_code if isinstance(response, AsyncSlackResponse) else response.status
