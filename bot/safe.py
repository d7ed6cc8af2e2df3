"""Untrusted text made harmless: names and messages that come from records and from other services. Pure."""

import re
import unicodedata

from bot.texts import _, grouped

# Control characters, and the marks that turn the direction of writing (they could make an id read backwards).
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
_CALLS = re.compile(r"(?<!\w)@(?=(?:channel|here|everyone)\b)", re.IGNORECASE)


def clean(text: str) -> str:
    """One line without control or direction characters; what is left may still be mrkdwn."""
    return _UNSEEN.sub(" ", unicodedata.normalize("NFC", text)).strip()


def cut(text: str, longest: int) -> str:
    """`longest` characters, and then how many are left, where saying so is shorter. Never for identifiers."""
    left = _("… and {count} more characters").format(count=grouped(f"{len(text) - longest:,}"))
    return f"{text[:longest].rstrip()}{left}" if len(text) - longest > len(left) else text


def for_mrkdwn(text: str) -> str:
    """Text that Slack will parse, such as a message's `text`: it can mention nobody, link nowhere, and fence nothing.

    `&`, `<` and `>` are Slack's control characters (docs.slack.dev, formatting message text); backticks cannot be
    escaped, so they become apostrophes.
    """
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("`", "'")
    return _CALLS.sub("\uff20", escaped)
