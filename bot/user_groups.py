"""The workspace's user groups, as far as Slack tells."""

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient


async def user_groups(client: AsyncWebClient) -> dict[str, str]:
    """Their handles by their ids; empty where Slack does not tell (no usergroups:read)."""
    try:
        told = await client.usergroups_list()
    except (SlackClientError, aiohttp.ClientError, TimeoutError):
        return {}
    return {str(one["id"]): str(one.get("handle") or one["id"]) for one in told.get("usergroups") or ()}
