"""Writing what waits: all lanes side by side, each an object in a direction, with what they share shared fairly.

The services let calls in by turns of the lanes (sync.turnstile), whatever waits in each. People are written by one
round at a time, in both directions, because a round may have to find some among those that the round before it made;
these rounds take turns likewise. While a file of people is imported, which takes longer than a round may, they write
only people who are linked: nobody has to be found, and nobody of the file is among them.
"""

import asyncio
from collections.abc import Mapping, Sequence

from storage.changes import Direction, Settled, Side
from storage.ledger.claiming import busy_lanes, first_read_waits, wake
from storage.ledger.readings import LaneState, cursor_of, lane_states, restart_lane
from sync.claims import Claim, claim
from sync.engine import CALL, Engine
from sync.objects import Object
from sync.push_dynamics import push_to_dynamics
from sync.push_marketo import push_to_marketo
from sync.turnstile import Caller, calling_for

Lane = tuple[str, Direction]
TOGETHER = 2  # rounds of a lane: one is sent while another is settled


async def push_all(engine: Engine, readable: set[Side]) -> bool:
    """Writes every live lane whose target can be reached; whether any has more to write than it had time for."""
    async with engine.database.write() as connection:
        await wake(connection, engine.now(), engine.spending.plan().retries)
        states = await lane_states(connection)
    reachable = [lane for lane in engine.lanes if _target(lane) in readable]
    chosen = [lane for lane in reachable if may_write(engine, _state(states, lane))]
    return await Pushing(engine, states, chosen).run()


def _target(lane: Lane) -> Side:
    return "marketo" if lane[1] == "to-marketo" else "dynamics"


def _state(states: Mapping[Lane, LaneState], lane: Lane) -> LaneState:
    return states.get(lane, LaneState())


def may_write(engine: Engine, state: LaneState) -> bool:
    """A lane that stopped is tried again after a while, in case somebody mended it; not one that a brake holds."""
    rested = state.stopped_at is None or engine.now() - state.stopped_at >= engine.pace.stopped_for
    return state.live and not state.paused and not state.held and rested


class Pushing:
    """The writing part of one pass. All lanes end their last round when its time is up."""

    def __init__(self, engine: Engine, states: Mapping[Lane, LaneState], chosen: Sequence[Lane]) -> None:
        self._engine = engine
        self._states = states
        self._busy: set[Lane] = set()  # as it was after so many moves: rounds that began or ended
        self._busy_after, self._moves = -1, 0
        self._asking = asyncio.Lock()
        self._under_way = list(chosen)
        self._sending: set[Lane] = set()
        self._moving: set[Lane] = set()
        self._stopped: set[Lane] = set()
        self._moved = asyncio.Event()
        self._dying = False
        self._end = asyncio.get_running_loop().time() + engine.pace.push_seconds

    async def run(self) -> bool:
        """Where a lane dies, the others come to the end of their round before that is told: none runs on."""
        ended = await asyncio.gather(*map(self._push_lane, self._under_way), return_exceptions=True)
        for each in ended:
            if isinstance(each, BaseException):
                raise each
        return any(ended)

    @property
    def _is_over(self) -> bool:
        return self._dying or self._engine.stopping or asyncio.get_running_loop().time() >= self._end

    async def _push_lane(self, lane: Lane) -> bool:
        state = _state(self._states, lane)
        first = state.first_until is not None and state.first_until > self._engine.now()
        lived = False
        try:
            with calling_for(Caller(" ".join(lane), first)):
                await self._turn_to_begin(lane, first)
                more = await self._push_beside_parents(lane)
            await self._go_on(lane, state)
            lived = True
            return more
        finally:
            self._dying = self._dying or not lived
            self._under_way.remove(lane)
            self._tell()

    async def _push_beside_parents(self, lane: Lane) -> bool:
        """Each round that a parent settles, and its end, may let children go on that waited for it."""
        while True:
            moved, parents = self._moved, self._parents(lane)
            more = await self._rounds_together(lane)
            if more or not parents or lane in self._stopped:
                return more
            await moved.wait()

    def _parents(self, lane: Lane) -> list[Lane]:
        """The lanes still under way that bring what this one's records refer to; they come before it in line."""
        if lane[1] == "to-dynamics":
            return []
        fields = self._engine.object_named(lane[0]).fields
        names = {parent.object for each in fields for parent in each.parents}
        before = self._engine.lanes[: self._engine.lanes.index(lane)]
        return [each for each in self._under_way if each[0] in names and each[1] == lane[1] and each in before]

    async def _turn_to_begin(self, lane: Lane, first: bool) -> None:
        while not self._is_over:
            moved = self._moved
            if not await self._comes_later(lane, first):
                return
            await moved.wait()

    async def _comes_later(self, lane: Lane, first: bool) -> bool:
        """Two kinds of lanes do not begin at once with the others.

        What goes to Dynamics comes after a round of the same object to Marketo: of a record that changed on both
        sides, Dynamics has the first word (it may be gone). And children wait while parents of the first reading are
        inserted, or a million of them would be taken out of the line only to be put off; unless they are to go first.
        """
        if lane[1] == "to-dynamics":
            other: Lane = (lane[0], "to-marketo")
            return other in self._under_way and other not in self._moving
        for parent in self._parents(lane) if not first else ():
            if await self._is_in_first_reading(parent):
                return True
        return False

    async def _is_busy(self, lane: Lane) -> bool:
        """Whether anything waits in this lane or is in flight: asked of all lanes at once, and only after a move."""
        async with self._asking:
            if self._busy_after != self._moves:
                self._busy_after = self._moves
                async with self._engine.database.read() as connection:
                    self._busy = await busy_lanes(connection, self._engine.lanes)
        return lane in self._busy

    async def _is_in_first_reading(self, lane: Lane) -> bool:
        if not await self._is_busy(lane):
            return False
        async with self._engine.database.read() as connection:
            cursor = await cursor_of(connection, "dynamics", lane[0])
            read_by = cursor.first_read_done_at if cursor else None
            return read_by is not None and await first_read_waits(connection, *lane, read_by)

    def _tell(self) -> None:
        """A lane has settled a round, or has ended."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def _go_on(self, lane: Lane, state: LaneState) -> None:
        """A lane that was tried again and did not stop anew, be it because nothing waited, is stopped no more."""
        if state.stopped_at is not None:
            async with self._engine.database.write() as connection:
                await restart_lane(connection, *lane, state.stopped_at)

    async def _rounds_together(self, lane: Lane) -> bool:
        one = self._engine.object_named(lane[0])
        under_way = (self._rounds(one, lane) for _ in range(1 if one.is_person else TOGETHER))
        ended = await asyncio.gather(*under_way, return_exceptions=True)
        self._sending.discard(lane)
        for each in ended:
            if isinstance(each, BaseException):
                raise each
        return any(ended)

    async def _rounds(self, one: Object, lane: Lane) -> bool:
        """Until nothing waits, nothing moves, or the time is up: then True."""
        while not self._is_over:
            done = await self._round(one, lane)
            if done or lane not in self._moving:
                self._moving.add(lane)  # with nothing to send it has had its word, too
                self._tell()
            if done is None:
                return False
            if done.stopped:
                self._stopped.add(lane)
                return False
            if done.delayed and not any(isinstance(each, Settled) for each in done.results):
                return False
        return not self._engine.stopping

    async def _round(self, one: Object, lane: Lane) -> Claim | None:
        if not one.is_person:
            return await self._claim_and_push(one, lane)
        async with self._engine.people_turns.turn():
            return await self._claim_and_push(one, lane)

    async def _claim_and_push(self, one: Object, lane: Lane) -> Claim | None:
        if not await self._is_busy(lane):
            return None
        linked = one.is_person and bool(self._engine.importing)
        claimed = await claim(self._engine, one, lane[1], self._size(), linked)
        if claimed is None:
            return None
        self._moves += 1
        self._sending.add(lane)
        if claimed.direction == "to-marketo":
            await push_to_marketo(self._engine, claimed)
        else:
            await push_to_dynamics(self._engine, claimed)
        self._moves += 1
        return claimed

    def _size(self) -> int:
        """Of a round: the more lanes have something to send, the smaller, so that the last ones soon come to an end."""
        calls = self._engine.pace.calls_per_round // max(len(self._sending), 1)
        return max(calls, 1) * CALL
