"""Records that break a service down: whichever call holds one fails, as though the service itself were ill.

The service does not say which record it was. So those whose calls broke down again and again go in ever smaller calls,
and one is to blame that goes on to break down alone after others of its lane got through. While nothing of the lane
gets through the service is ill, and nobody is to blame. All this is kept in memory: a new process counts anew.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from storage.changes import Change, Direction
from sync.dynamics import codes as dynamics
from sync.errors import Never, SyncFailure
from sync.marketo import codes as marketo
from sync.outcomes import Outcome, Written
from sync.wire import chunks_of

T = TypeVar("T")
Lane = tuple[str, Direction]

FEW = 3  # breakdowns in a row, after which a change goes in smaller calls
STRIKES = 8  # breakdowns alone, after which it is parked
SMALL_CALLS = 10  # at most, in a round: while Marketo itself is ill they are in vain
MOST = 10_000  # suspects; of more at once, the service is ill


class Suspect(NamedTuple):
    """A change whose last tries all broke the service down.

    `through` is how many others of its lane had got through when it did so last. `strikes` are its breakdowns alone,
    from the first one on since whose predecessor others got through.
    """

    breakdowns: int = 0
    through: int | None = None
    strikes: int = 0

    def broke_down(self, alone: bool, through: int) -> "Suspect":
        proven = self.strikes > 0 or (self.through is not None and through > self.through)
        return Suspect(self.breakdowns + 1, through, self.strikes + (alone and proven))


class Suspects:
    """Who is suspected, by the id of the change."""

    def __init__(self) -> None:
        self._held: dict[int, Suspect] = {}
        self._through: Counter[Lane] = Counter()

    def breakdowns(self, change: Change) -> int:
        """How often in a row its calls broke down."""
        return self._held.get(change.id, Suspect()).breakdowns

    def judge(self, changes: Sequence[Change], outcomes: Sequence[Outcome]) -> list[Outcome]:
        """The outcomes of what a round sent, in which a breakdown becomes a Never where its change is to blame.

        A failure that several share was that of the call that held them all.
        """
        shared = Counter(map(id, outcomes))
        pairs = list(zip(changes, outcomes, strict=True))
        judged = [self._judge(change, outcome, shared[id(outcome)] == 1) for change, outcome in pairs]
        # The failures come first, for these got through beside them: the next failure of those is judged by that.
        for change, outcome in pairs:
            self._through[_lane(change)] += isinstance(outcome, Written)
        return judged

    def _judge(self, change: Change, outcome: Outcome, alone: bool) -> Outcome:
        before = self._held.pop(change.id, Suspect())
        if not isinstance(outcome, SyncFailure) or not is_breakdown(outcome):
            return outcome
        suspect = before.broke_down(alone, self._through[_lane(change)])
        if len(self._held) < MOST:
            self._held[change.id] = suspect
        # It stays suspected: who tries it again is told at once, and so are the opt-outs that are sent by themselves.
        return Never(outcome.code, outcome.message) if alone and suspect.strikes >= STRIKES else outcome


def is_breakdown(failed: SyncFailure) -> bool:
    return dynamics.is_breakdown(failed) or marketo.is_breakdown(failed)


def _lane(change: Change) -> Lane:
    return change.object, change.direction


def calls_apart(items: Sequence[T], breakdowns: Callable[[T], int], size: int) -> list[Sequence[T]]:
    """`items` in calls of `size`; those of many `breakdowns` apart from the others, in a few smaller ones.

    What is left of them, where there are more than those hold, goes in calls of `size` too. Another part of them is in
    the smaller calls each time.
    """
    others = [item for item in items if breakdowns(item) < FEW]
    suspects = [item for item in items if breakdowns(item) >= FEW]
    if not suspects:
        return chunks_of(items, size)
    most = max(map(breakdowns, suspects))
    small = max(1, min(-(-len(suspects) // SMALL_CALLS), size >> (most - FEW + 1)))
    first = most * SMALL_CALLS * small % len(suspects)
    suspects = suspects[first:] + suspects[:first]
    apart, left = suspects[: SMALL_CALLS * small], suspects[SMALL_CALLS * small :]
    return [*chunks_of(apart, small), *chunks_of(left, size), *chunks_of(others, size)]
