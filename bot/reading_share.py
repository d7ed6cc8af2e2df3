"""Words -> what is to be shared. Pure."""

from collections.abc import Callable

from bot.request import Misunderstood, Request, Share
from bot.words import NoSense, Token, typed


def read_share(tokens: list[Token], parse: Callable[[str], Request | Misunderstood]) -> Share:
    """What stands behind `share` asks for what is shared; nothing is the overview."""
    asked = parse(" ".join(typed(token) for token in tokens))
    if isinstance(asked, Misunderstood):
        raise NoSense(asked.sentence, asked.nearest)
    return asked if isinstance(asked, Share) else Share(asked)
