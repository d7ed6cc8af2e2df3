"""Who is in the workspace and where they talk."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass
class User:
    """A member of the workspace; `is_restricted` marks a guest."""

    id: str
    name: str
    real_name: str
    tz: str = "Europe/Berlin"
    locale: str = "en-US"
    is_admin: bool = False
    is_restricted: bool = False
    is_bot: bool = False
    deleted: bool = False

    def offset(self, now: datetime) -> int:
        """Seconds the user's zone is ahead of UTC at `now`."""
        ahead = now.astimezone(ZoneInfo(self.tz)).utcoffset()
        return int(ahead.total_seconds()) if ahead else 0


@dataclass
class Channel:
    """A channel, or the direct messages of one person with the app (`im_with`)."""

    id: str
    name: str
    members: list[str] = field(default_factory=list)
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    im_with: str = ""

    @property
    def scope_kind(self) -> str:
        """The part of the scope that speaks of this kind: `channels`, `groups` or `im`."""
        if self.im_with:
            return "im"
        return "groups" if self.is_private else "channels"


@dataclass
class Usergroup:
    id: str
    handle: str
    users: list[str] = field(default_factory=list)


def first_users() -> list[User]:
    return [
        User("U0ADMIN", "ada", "Ada Admin", is_admin=True),
        User("U0OPS", "otto", "Otto Ops", tz="America/New_York"),
        User("U0READER", "rita", "Rita Reader", tz="America/Sao_Paulo", locale="pt-BR"),
        User("U0GUEST", "gus", "Gus Guest", tz="Asia/Kolkata", is_restricted=True),
        User("U0BOT", "sync", "Sync", tz="Etc/UTC", is_bot=True),
        User("USLACKBOT", "slackbot", "Slackbot", tz="Etc/UTC"),
    ]


def first_channels() -> list[Channel]:
    people = ["U0ADMIN", "U0OPS", "U0READER"]
    return [
        Channel("C0OPS", "crm-sync", [*people, "U0GUEST", "U0BOT"]),
        Channel("C0GENERAL", "general", [*people]),
        Channel("C0SHARED", "partner-shared", [*people, "U0BOT"], is_ext_shared=True),
    ]


def first_usergroups() -> list[Usergroup]:
    return [Usergroup("S0OPS", "crm-ops", ["U0OPS"])]


def describe_user(user: User, team: str, now: datetime, include_locale: bool) -> dict[str, Any]:
    """The user object of users.info; `locale` only when asked for, as Slack does."""
    profile = {"real_name": user.real_name, "display_name": user.name, "team": team}
    described = {
        "id": user.id,
        "team_id": team,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": user.offset(now),
        "profile": profile,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": int(now.timestamp()),
    }
    return {**described, "locale": user.locale} if include_locale else described


def describe_channel(channel: Channel, bot: str, team: str) -> dict[str, Any]:
    """The conversation object of conversations.info."""
    if channel.im_with:
        return {"id": channel.id, "is_im": True, "user": channel.im_with, "is_archived": False, "is_open": True}
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_member": bot in channel.members,
        "context_team_id": team,
        "num_members": len(channel.members),
    }
