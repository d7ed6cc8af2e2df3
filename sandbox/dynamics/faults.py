"""Failures that pass: what kind the next call meets, drawn from the sandbox's seeded chance.

Half of the failed calls take effect all the same and lose their reply, so that the caller cannot know.
"""

import random
from dataclasses import dataclass

from sandbox.dynamics.calls import Answer, refused
from sandbox.dynamics.refusals import Refusal


@dataclass(frozen=True)
class Fault:
    """`answer` is None when the connection is dropped; `takes_effect` means the call is carried out before."""

    takes_effect: bool
    answer: Answer | None


def throttled() -> Answer:
    said = "Number of requests exceeded the limit of 6000 over time window of 300 seconds."
    return refused(Refusal(429, "0x80072322", said, {"Retry-After": "1"}))


def sql_timeout() -> Answer:
    return refused(Refusal(500, "0x80044151", "SQL timeout expired."))


def draw(chance: random.Random, rate: float) -> Fault | None:
    """None for a call that is let through. A throttled call never takes effect."""
    if rate <= 0 or chance.random() >= rate:
        return None
    unavailable = Answer(503)
    if chance.random() < 0.5:
        return Fault(True, chance.choice([unavailable, sql_timeout(), None]))
    return Fault(False, chance.choice([throttled(), unavailable, sql_timeout(), None]))
