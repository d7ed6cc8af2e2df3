"""What it means that Slack does not take something: whose fault it is, and so who else is worth a try."""

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

FAILURES = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError)
# docs.slack.dev/reference/methods/chat.postMessage and conversations.open, under Errors
NO_CHANNEL = ("channel_not_found", "not_in_channel", "is_archived", "restricted_action", "no_permission")
PERSON_GONE = ("channel_not_found", "user_not_found", "user_disabled", "cannot_dm_bot", "messages_tab_disabled")


def is_out(failure: Exception) -> bool:
    """Whether one of the FAILURES is nobody's in particular, so that whoever else is tried now fails as well."""
    return not isinstance(failure, SlackApiError)
