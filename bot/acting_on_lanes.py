"""Pausing, resuming and running: lanes (an object in a direction) chosen by words, each act in the audit log."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot import lanes_acted
from bot.acting import refusal
from bot.answers import Answer
from bot.figures import clock
from bot.request import Pause, Resume, Run
from bot.world import Asker, World
from storage.history import LaneName, read_lanes
from storage.ledger.readings import LaneState, lane_states, put_first, record_act, restart_lane, set_paused

FIRST_FOR = timedelta(hours=1)


def chosen(request: Pause | Run, lanes: Sequence[LaneName]) -> list[LaneName]:
    """Those of `lanes` that an object, a direction, both or neither stand for."""
    return [lane for lane in lanes if request.object in (None, lane[0]) and request.direction in (None, lane[1])]


async def hold(request: Pause, asker: Asker, world: World) -> Answer:
    """Pauses or resumes what is not paused or resumed yet."""
    if refused := await refusal(asker, world):
        return refused
    lanes = chosen(request, world.lanes)
    if not lanes:
        return lanes_acted.no_such_lane(request)
    pause = not isinstance(request, Resume)
    if isinstance(request, Resume) and (question := await _question(request, lanes, world)):
        return question
    async with world.database.write() as connection:
        states = await lane_states(connection)
        changed = [lane for lane in lanes if _changes(states.get(lane, LaneState()), pause)]
        for name, way in changed:
            await set_paused(world.database, connection, name, way, pause)
        if changed:
            await record_act(connection, asker.user_id, "pause" if pause else "resume", world.now(), *_about(changed))
    if pause:
        return lanes_acted.paused(changed, request)
    return lanes_acted.resumed(changed, request, may_run=world.replica is not None)


def _about(lanes: Sequence[LaneName]) -> tuple[str, str, str]:
    """What one act was done to: the one object and the one direction, and else all that they were."""
    objects, ways = {name for name, _way in lanes}, {way for _name, way in lanes}
    one, way = len(objects) == 1, len(ways) == 1
    told = [" ".join([*([] if one else [lane[0]]), *([] if way else [lane[1]])]) for lane in lanes]
    return objects.pop() if one else "", ways.pop() if way else "", ", ".join(filter(None, told))


async def _question(request: Resume, lanes: Sequence[LaneName], world: World) -> Answer | None:
    """What a brake holds goes on only when agreed to; and never more of it than was agreed to."""
    async with world.database.read() as connection:
        held = [lane for lane in await read_lanes(connection, lanes, world.now()) if lane.held]
    waiting = sum(lane.backlog for lane in held)
    if not held or (request.confirmed is not None and waiting <= request.confirmed):
        return None
    return lanes_acted.question(held, replace(request, confirmed=waiting))


def _changes(state: LaneState, pause: bool) -> bool:
    """A lane that stopped by itself is resumed too: tried again at once."""
    return not state.paused if pause else state.paused or state.stopped_at is not None


async def run(request: Run, asker: Asker, world: World) -> Answer:
    """Begins a pass; the lanes asked for are tried again even if they stopped by themselves."""
    if refused := await refusal(asker, world):
        return refused
    if world.replica is None:
        return lanes_acted.not_here()
    lanes = chosen(request, world.lanes)
    if not lanes:
        return lanes_acted.no_such_lane(request)
    states, demoted = await _restart(lanes, request, asker, world)
    began = await world.replica.run_now()
    named = lanes if request.object or request.direction else []
    held = [lane for lane in lanes if states.get(lane, LaneState()).paused]
    braked = [lane for lane in lanes if states.get(lane, LaneState()).held]
    observed = [lane for lane in named if not states.get(lane, LaneState()).live]
    first_until = clock(world.now() + FIRST_FOR, world.now(), asker.zone) if request.first else ""
    return lanes_acted.running(began, request, held, observed, braked, first_until, demoted)


async def _restart(
    lanes: Sequence[LaneName], request: Run, asker: Asker, world: World
) -> tuple[dict[LaneName, LaneState], list[LaneName]]:
    """How the lanes stand now, and those that were first: asked for by name without that word, they are no longer."""
    until = world.now() + FIRST_FOR if request.first else None
    async with world.database.write() as connection:
        before = await lane_states(connection)
        first = [lane for lane in lanes if (at := before.get(lane, LaneState()).first_until) and at > world.now()]
        demoted = first if request.object and not request.first else []
        for name, way in lanes:
            await restart_lane(connection, name, way)
            if request.first or (name, way) in demoted:
                await put_first(world.database, connection, name, way, until)
        about = (request.object or "", request.direction or "")
        await record_act(connection, asker.user_id, "run first" if request.first else "run", world.now(), *about)
        return await lane_states(connection), demoted
