"""What it means that Slack does not take something: what it says, and whose fault it is."""

from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.refusals import NO_CHANNEL, PERSON_GONE, asked_to_wait, error_of, is_out


def refused(data: Any, status: int = 200, **headers: str) -> SlackApiError:
    about: dict[str, Any] = {"client": AsyncWebClient(), "http_verb": "POST", "api_url": "", "req_args": {}}
    return SlackApiError("", AsyncSlackResponse(**about, data=data, headers=headers, status_code=status))  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("error", ["internal_error", "ratelimited", "invalid_auth", "account_inactive"])
def test_of_slacks_own_trouble_and_of_our_token_no_channel_is_to_blame(error: str) -> None:
    assert is_out(refused({"ok": False, "error": error}))


@pytest.mark.parametrize("error", [*NO_CHANNEL, *PERSON_GONE, "invalid_blocks", "msg_too_long", "missing_scope"])
def test_everything_else_that_slack_names_is_about_what_was_asked(error: str) -> None:
    failure = refused({"ok": False, "error": error})
    assert not is_out(failure)
    assert error_of(failure) == error


@pytest.mark.parametrize("said", [{}, "down", ["down"], {"ok": False}])
def test_an_answer_that_names_nothing_is_not_slacks(said: Any) -> None:
    failure = refused(said, 502)
    assert is_out(failure)
    assert error_of(failure) == "HTTP 502"


def test_a_lost_connection_is_nobodys_fault() -> None:
    assert is_out(ClientError())
    assert is_out(TimeoutError())


def test_how_long_slack_wants_to_hear_nothing() -> None:
    assert asked_to_wait(refused({"error": "ratelimited"}, 429, **{"Retry-After": "30"})) == timedelta(seconds=30)
    assert asked_to_wait(refused({}, 503, **{"Retry-After": "Mon, 23 Nov 2026 14:00:00 GMT"})) == timedelta()
    assert asked_to_wait(ClientError()) == timedelta()
