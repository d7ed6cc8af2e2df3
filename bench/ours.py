"""python -m bench.ours drain|first-sync|keep-running DYNAMICS MARKETO FOLDER: our engine in a process of its own.

drain          one pass over what waits, without limits; prints the seconds it took, by the clock and of the processor
first-sync     passes until nothing waits; prints the seconds it took, and the megabytes held at most and at its start
keep-running   passes as the real process schedules them, with all of Marketo's limits, until it is ended
"""

import asyncio
import signal
import sys
import time
from pathlib import Path

from bench.machine import megabytes
from bench.services import CALLS_PER_20S, Pair, our_engine
from bot.wiring import collect_garbage_seldom
from sync.passes import run_pass
from sync.scheduler import Scheduler, sync_jobs


async def drain(pair: Pair) -> tuple[float, float]:
    """Seconds from the first read to the last settled change, and the processor's among them."""
    async with our_engine(pair) as engine:
        started, busy = time.perf_counter(), time.process_time()
        await run_pass(engine)
        return time.perf_counter() - started, time.process_time() - busy


async def first_sync(pair: Pair) -> tuple[float, float, float]:
    async with our_engine(pair) as engine:
        started, held = time.perf_counter(), megabytes()
        while await run_pass(engine):
            pass
        return time.perf_counter() - started, megabytes(), held


async def keep_running(pair: Pair) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with our_engine(pair, CALLS_PER_20S) as engine:
        scheduler = Scheduler(engine, sync_jobs(engine, pair.settings(CALLS_PER_20S).sync_every_seconds))
        scheduler.start()
        await ended.wait()
        await scheduler.stop()


if __name__ == "__main__":
    pair = Pair(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    collect_garbage_seldom()  # as the real process does
    if sys.argv[1] == "drain":
        print(*asyncio.run(drain(pair)))
    elif sys.argv[1] == "first-sync":
        print(*asyncio.run(first_sync(pair)))
    else:
        asyncio.run(keep_running(pair))
