"""bench/RESULTS.md: what was measured last, on what, and when."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bench.machine import machine
from bench.result import Result

PLACE = Path(__file__).parent / "RESULTS.md"
HEAD = """# Results

Written by `scripts/bench`. Measured in one run on one machine, with the services (`sandbox/`) in processes of their own
beside what is measured, so the rates are theirs too; the ratios are what counts.

"""
QUIET = 0.3  # load per core
BUSY = """**Others kept this machine busy during the run.** Rates and times by the clock are worse for it, by nobody
knows how much, the 99th percentiles most of all; ratios and growth vary more. A run at rest has to show whether what
was not met is met."""
NOTES = """
What the rows mean

* 1: Marketo's limits are 100 calls in any 20 seconds, ten at a time; each call takes 300 ms. We are given all of it and
  make passes as the real process schedules them. Counted from the first write, after the pull. Leads are a first sync:
  each is looked for in Marketo before it is inserted, and its own record of the insert is read back afterwards, all
  out of the same 100 calls.
* 2: `bench/minimal.py` does the same job without any care: no second direction, no order, no errors, no crash. Rates
  are by the clock, the pull included. Both run in turns.
* 3: of the same drains. 3.34 is the least there can be at 300 records a call.
* 4: passes as far apart as the real process runs them, on a clock that the services are set to; the delay of an edit is
  counted on it, so what the pass itself takes (a second) comes on top. Merges are read with the deletes.
* 5: from the words to the finished answer, without Slack; with 30 days of throughput by the minute and of samples.
* 6: the overview by code, and every filter with every word in every order, from the words to the finished answer,
  without Slack. Half of the errors have one code, the others 37; most are of leads; one in twenty is ignored.
* 7: the whole bot in one process, which syncs and answers. Slack counts, from the payload to its acknowledgement.
* 8: from the search to the finished file, links and all; the shell writes the same columns but for the links, its
  times as numbers.
* 9: opportunities, each page read once and its records sent in rounds; the most the process held, the interpreter and
  its libraries included.
* 10: of the long tests in tests/journeys/test_kills.py: every life is a process; it dies around what must not be torn.
"""


def write(results: Sequence[Result], began: datetime, busy: float) -> None:
    """Replaces RESULTS.md. `busy` is the load per core that others made before the run."""
    lines = [
        f"{began:%Y-%m-%d %H:%M} UTC · {machine()} · load of others before the run: {busy:.2f} a core",
        "",
        "| row | what | measured | budget | |",
        "|---|---|---|---|---|",
        *(f"| {one.row} | {one.what} | {one.measured} | {one.budget} | {one.verdict} |" for one in results),
        "",
    ]
    if busy > QUIET:
        lines += [BUSY, ""]
    missed = [f"row {one.row}, {one.what}: {one.measured}, budget {one.budget}" for one in results if one.met is False]
    if missed:
        lines += ["Not met in this run:", "", *(f"* {sentence}" for sentence in missed), ""]
    PLACE.write_text(HEAD + "\n".join(lines) + NOTES, encoding="utf-8")
