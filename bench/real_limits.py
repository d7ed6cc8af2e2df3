"""Row 1: how much of what Marketo's real limits allow is carried by calls that write.

The sandbox lets 100 calls through in any 20 seconds, ten at a time, and takes 300 ms for each; we are given all of it.
Passes are scheduled as in the real process. The pull comes first and is left out: counting begins at the first write.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.result import Result
from bench.services import CALL, CALLS_PER_20S, Pair, make_ready, running_pair, start_ours

MOST = CALLS_PER_20S * CALL / 20  # records a second that the limits allow
WINDOW = 20.0
BUDGET = 0.95
FEW = 3  # calls, of a kind that is not worth naming
PATIENCE = 60.0  # seconds without a single new record after which something must be wrong


@dataclass(frozen=True, slots=True)
class Drain:
    """Records that arrived in `seconds`, and what Marketo was asked and refused meanwhile."""

    records: int
    seconds: float
    by_kind: dict[str, int]
    refused: dict[str, int]

    @property
    def share(self) -> float:
        return self.records / self.seconds / MOST


def opportunities(windows: int) -> list[Result]:
    """Counted over `windows` times 20 seconds' worth of full calls, from the first write to the next that follows."""
    done = _drain("opportunities", "opportunities", windows * CALLS_PER_20S * CALL)
    refused = sum(done.refused.values())
    share = f"{done.share:.1%} of {MOST:,.0f} records/s ({done.records:,} records in {done.seconds:.1f} s)"
    return [
        Result(
            1,
            "Dynamics → Marketo at the real limits, opportunities: carried by write calls",
            share,
            f"≥ {BUDGET:.0%}",
            done.share >= BUDGET,
        ),
        Result(1, "calls refused meanwhile (606, 615, …)", str(refused), "0", refused == 0),
    ]


def leads(windows: int) -> list[Result]:
    """Beside it: a first sync of people, who are looked for in Marketo before they are inserted.

    Half of the calls look, so `windows` windows carry half as much.
    """
    done = _drain("leads", "people", windows * CALLS_PER_20S * CALL // 2)
    asked = ", ".join(f"{calls} {kind}" for kind, calls in sorted(done.by_kind.items()) if calls > FEW)
    refused = sum(done.refused.values())
    return [
        Result(1, "the same for leads", f"{done.share:.1%} ({done.records:,} in {done.seconds:.1f} s; calls: {asked})"),
        Result(1, "calls refused meanwhile, leads", str(refused), "0", refused == 0),
    ]


def _drain(entity_set: str, kept_as: str, records: int) -> Drain:
    with running_pair() as pair:
        make_ready(pair)
        pair.generate(entity_set, records + 2 * CALL)
        pair.weather(limits="real", latency_ms=300)
        pair.forget_calls()
        before = pair.held(kept_as)
        with _running(pair):
            began = _when(pair, kept_as, before + CALL)
            ended = _when(pair, kept_as, before + records + CALL)
            calls = pair.calls()
        return Drain(records, ended - began, calls["by_kind"], calls["refused"])


@contextmanager
def _running(pair: Pair) -> Iterator["subprocess.Popen[str]"]:
    process = start_ours("keep-running", pair)
    try:
        yield process
    finally:
        process.kill()  # what it leaves behind is thrown away
        process.wait()


def _when(pair: Pair, kept_as: str, count: int) -> float:
    """The moment at which Marketo held `count` records, to a tenth of a second."""
    held, moved = 0, time.monotonic()
    while True:
        now, moment = pair.held(kept_as), time.monotonic()
        if now >= count:
            return moment
        if now != held:
            held, moved = now, moment
        if moment - moved > PATIENCE:
            raise TimeoutError(f"Marketo stays at {held} of {count} {kept_as}")
        time.sleep(0.05)
