"""python -m bot setup: creates the Marketo fields that are missing, once somebody agreed, for they stay for ever."""

import asyncio
import sys
from collections.abc import Callable

from bot.settings import Settings
from bot.wiring import described_objects, make_dynamics, make_marketo
from sync.dynamics.client import Dynamics
from sync.errors import Never, SyncFailure
from sync.marketo.client import Marketo
from sync.objects import Object
from sync.setup import create_missing_fields, missing_fields, told_of, too_many


async def set_up(settings: Settings, agreed: Callable[[], bool] | None) -> int:
    """Prints what is missing and creates it if `agreed` to; asking nobody, it only prints. 1 where it was refused."""
    marketo, dynamics = make_marketo(settings), make_dynamics(settings)
    try:
        objects = [one for one in described_objects(settings) if await _has_table(dynamics, one)]
        return await _set_up(marketo, tuple(objects), agreed)
    except SyncFailure as failure:
        print(f"Marketo refused: {failure}", file=sys.stderr)
        return 1
    finally:
        await asyncio.gather(marketo.aclose(), dynamics.aclose())


async def _has_table(dynamics: Dynamics, one: Object) -> bool:
    """Nothing is made for ever for a table that is not there; of one that cannot be asked for now, nothing is known."""
    try:
        if one.is_custom:
            await dynamics.columns(one.table)
    except Never:
        print(f"Dynamics has no table {one.table}, so nothing is created for {one.name}.", file=sys.stderr)
        return False
    except SyncFailure:
        return True
    return True


async def _set_up(marketo: Marketo, objects: tuple[Object, ...], agreed: Callable[[], bool] | None) -> int:
    missing = await missing_fields(marketo, objects)
    if not missing:
        print("Marketo has every field this needs.")
        return 0
    print("To be created in Marketo, for ever:", *told_of(missing), sep="\n  ")
    for sentence in (surplus := too_many(missing)):
        print(sentence, file=sys.stderr)
    if agreed is None:
        return 0
    if surplus or not agreed():
        print("Nothing was created.")
        return 1
    print(f"Created: {', '.join(await create_missing_fields(marketo, objects))}")
    return 0


def say_yes() -> bool:
    return True


def ask() -> bool:
    """Where nobody can answer, nobody agreed."""
    try:
        return _asked()
    except EOFError:
        print("Nobody is there to answer; `setup --yes` asks nobody.", file=sys.stderr)
        return False


def _asked() -> bool:
    return input("Create them? [y/N] ").strip().lower() in ("y", "yes")
