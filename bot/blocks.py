"""Slack blocks, and nothing else. Pure. Untrusted text goes into rich text and plain_text only: neither is parsed.

Limits are Slack's (docs.slack.dev/reference/block-kit): 75 characters on a button, 2,000 in its value, 150 in an
option's value, 3,000 in a section.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]
ACTION = "words"


@dataclass(frozen=True, slots=True)
class Button:
    """`words` are what one could have typed behind /sync."""

    label: str
    words: str
    described: str = ""


def plain(text: str, accessory: Block | None = None) -> Block:
    """Text that is shown as it is."""
    block: Block = {"type": "section", "text": {"type": "plain_text", "text": text[:3000], "emoji": False}}
    return {**block, "accessory": accessory} if accessory else block


def small(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "plain_text", "text": text[:2000], "emoji": False}]}


def preformatted(table: str) -> Block:
    """A table drawn with letters: it lines up on every surface."""
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": table}]}],
    }


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere: `url` begins with https:// and is ours but for an id in it."""

    text: str
    url: str

    @property
    def is_safe(self) -> bool:
        """Whether the url stays one within mrkdwn and within Slack's limit for links."""
        return bool(self.url) and len(self.url) <= 2000 and not set(self.url) & set("<>| \n")


Word = str | tuple[str, str] | Link


def lines(*each: Sequence[Word]) -> Block:
    """Lines of words; a pair is (words, style): bold, italic or code; a Link leads somewhere."""
    elements: list[Block] = []
    for line in each:
        elements += [{"type": "text", "text": "\n"}] if elements else []
        elements += [_word(word) for word in line if unstyled(word)]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def unstyled(word: Word) -> str:
    """The word alone."""
    return word if isinstance(word, str) else word.text if isinstance(word, Link) else word[0]


def _word(word: Word) -> Block:
    if isinstance(word, Link):
        link = {"type": "link", "url": word.url, "text": word.text}
        return link if word.is_safe else {"type": "text", "text": word.text}
    if isinstance(word, str):
        return {"type": "text", "text": word}
    return {"type": "text", "text": word[0], "style": {word[1]: True}}


def actions(buttons: Iterable[Button]) -> Block:
    """A row of buttons; each tells a screen reader what it will ask."""
    return {"type": "actions", "elements": [_button(at, button) for at, button in enumerate(buttons)]}


def _button(at: int, button: Button) -> Block:
    return {
        "type": "button",
        "action_id": f"{ACTION}.{at}",
        "text": {"type": "plain_text", "text": button.label[:75], "emoji": False},
        "value": button.words[:2000],
        "accessibility_label": (button.described or button.label)[:75],
    }


def menu(name: str, choices: Sequence[tuple[str, str]], chosen: str) -> Block:
    """A menu of (label, words); `chosen` are the words of what is shown."""
    options = [{"text": {"type": "plain_text", "text": label}, "value": words[:150]} for label, words in choices]
    return {
        "type": "static_select",
        "action_id": f"{ACTION}.menu",
        "placeholder": {"type": "plain_text", "text": name},
        "options": options,
        "initial_option": next(option for option in options if option["value"] == chosen),
    }
