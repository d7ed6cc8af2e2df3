"""Rows 2 and 3: without limits, our engine against a minimal script for the same job, in turns, on the same data.

Both run in a process of their own over real HTTP against both services in theirs, and write to a SQLite file. What both
find is alike: a small CRM that is in step already, and then so many new opportunities.
"""

from dataclasses import dataclass
from statistics import median

from bench.result import Result
from bench.services import Pair, make_ready, running_pair, start_ours, start_script

RATIO = 0.5
RATE = 5000  # records/s
CALLS = 4  # Marketo write calls per 1,000 records


@dataclass(frozen=True, slots=True)
class Run:
    """One drain of `records`: seconds by the clock, seconds of the processor, and calls that wrote."""

    records: int
    seconds: float
    busy: float
    writes: int

    @property
    def rate(self) -> float:
        return self.records / self.seconds


def compare(records: int, times: int) -> list[Result]:
    """`times` runs of each, one after the other in turns; medians."""
    runs = [(_run(records, "ours"), _run(records, "minimal")) for _ in range(times)]
    ours, script = [mine for mine, _ in runs], [theirs for _, theirs in runs]
    rate, theirs = median(run.rate for run in ours), median(run.rate for run in script)
    busy, busy_theirs = (median(run.busy for run in side) / records * 1e6 for side in (ours, script))
    calls = max(run.writes for run in ours) * 1000 / records
    each = f"medians of {times} × {records:,} opportunities"
    return [
        Result(
            2,
            f"no limits, pull included, against the minimal script ({each})",
            f"{rate / theirs:.2f} of its rate",
            f"≥ {RATIO}",
            rate / theirs >= RATIO,
        ),
        Result(2, "our engine", f"{rate:,.0f} records/s", f"≥ {RATE:,} records/s", rate >= RATE),
        Result(2, "the minimal script", f"{theirs:,.0f} records/s"),
        Result(2, "processor time of either process", f"{busy:.0f} and {busy_theirs:.0f} µs a record"),
        Result(3, "Marketo write calls per 1,000 records", f"{calls:.2f}", f"≤ {CALLS}", calls <= CALLS),
    ]


def _run(records: int, who: str) -> Run:
    with running_pair() as pair:
        make_ready(pair)
        pair.generate("opportunities", records)
        pair.forget_calls()
        before = pair.held("opportunities")
        seconds, busy = _times(pair, who)
        arrived = pair.held("opportunities") - before
        writes = sum(calls for kind, calls in pair.calls()["by_kind"].items() if kind.endswith(".write"))
    assert arrived == records, f"{arrived} of {records} opportunities arrived"
    return Run(records, seconds, busy, writes)


def _times(pair: Pair, who: str) -> tuple[float, float]:
    if who == "ours":
        process = start_ours("drain", pair)
    else:
        process = start_script("bench.minimal", pair.dynamics, pair.marketo, str(pair.folder))
    said, _ = process.communicate()
    assert process.returncode == 0, f"{who} ended with {process.returncode}"
    seconds, busy = map(float, said.split())
    return seconds, busy
