"""python -m bot setup: creates the Marketo fields that are missing, once somebody agreed, for they stay for ever."""

import sys
from collections.abc import Callable

from bot.settings import Settings
from bot.wiring import described_objects, make_marketo
from sync.errors import SyncFailure
from sync.marketo.client import Marketo
from sync.objects import Object
from sync.setup import create_missing_fields, missing_fields, told_of, too_many


async def set_up(settings: Settings, agreed: Callable[[], bool] | None) -> int:
    """Prints what is missing and creates it if `agreed` to; asking nobody, it only prints. 1 where it was refused."""
    marketo = make_marketo(settings)
    try:
        return await _set_up(marketo, described_objects(settings), agreed)
    except SyncFailure as failure:
        print(f"Marketo refused: {failure}", file=sys.stderr)
        return 1
    finally:
        await marketo.aclose()


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
