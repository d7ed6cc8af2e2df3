"""Bringing a payload to the app, over whichever road is open, and keeping how long it took to answer."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

ACKNOWLEDGED, TIMED_OUT, NOBODY = "acknowledged", "operation_timeout", "dispatch_failed"
PATIENCE = 3.0


@dataclass
class Outcome:
    """What became of a payload; `answer` is what the app sent back with its acknowledgement."""

    state: str
    answer: Any = None


@dataclass
class Acknowledgement:
    """One payload's way to the app: `ms` until it was acknowledged, None when it never was."""

    id: str
    kind: str
    user: str
    state: str
    ms: float | None = None


class Road(Protocol):
    async def carry(self, kind: str, payload: dict[str, Any], retry: int) -> Outcome:
        """Hands over one payload of `kind` slash_commands, interactive or events_api; waits at most PATIENCE."""


@dataclass
class Delivery:
    """Socket Mode until a request URL has been set."""

    sockets: Road
    http: Road | None = None
    acknowledgements: list[Acknowledgement] = field(default_factory=list)

    async def deliver(self, name: str, kind: str, user: str, payload: dict[str, Any], retry: int = 0) -> Outcome:
        began = time.perf_counter()
        outcome = await (self.http or self.sockets).carry(kind, payload, retry)
        took = (time.perf_counter() - began) * 1000 if outcome.state == ACKNOWLEDGED else None
        self.acknowledgements.append(Acknowledgement(name, kind, user, outcome.state, took))
        return outcome

    def report(self) -> list[dict[str, Any]]:
        return [asdict(each) for each in self.acknowledgements]
