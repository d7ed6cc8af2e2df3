"""What a channel can ask to hear of. Pure."""

from typing import Literal, get_args

What = Literal[
    "backlog",
    "oldest",
    "growing",
    "stalled",
    "failures",
    "new-code",
    "errors",
    "refused",
    "native-sync",
    "schema",
    "quota",
    "throttled",
    "down",
    "brake",
    "undelivered",
]
WHATS: tuple[What, ...] = get_args(What)
# What only the sync as a whole can have.
OF_THE_SYNC: tuple[What, ...] = ("quota", "throttled", "down", "undelivered")
# What each object has for itself; of the others, the whole sync has one too.
OF_EACH_OBJECT: tuple[What, ...] = ("backlog", "oldest", "growing", "stalled", "failures", "new-code", "brake")
