"""Words -> what is to be shared. Pure."""

from collections.abc import Callable

from bot.request import Misunderstood, Request, Share
from bot.words import NoSense, Token


def read_share(tokens: list[Token], parse: Callable[[str], Request | Misunderstood]) -> Share:
    """What stands behind `share` asks for what is shared; nothing is the overview."""
    asked = parse(" ".join(_typed(token) for token in tokens))
    if isinstance(asked, Misunderstood):
        raise NoSense(asked.sentence, asked.nearest)
    return asked if isinstance(asked, Share) else Share(asked)


def _typed(token: Token) -> str:
    """A token as somebody might have typed it."""
    value = f'"{token.value}"' if token.quoted or " " in token.value else token.value
    return f"{token.key.removeprefix('?')}:{value}" if token.key else value
