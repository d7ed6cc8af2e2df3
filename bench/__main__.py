"""python -m bench [quick] [names …]: measures, prints each figure as it comes, and rewrites bench/RESULTS.md.

names    limits, leads, drain, idle, status, postgresql, errors, errors-postgresql, acknowledgement, export, first-sync,
         kills, kills-postgresql; all of them without any
quick    a smaller measure of most of them, which RESULTS.md is not rewritten for
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime

from bench import (
    acknowledgement,
    errors_search,
    export,
    first_sync,
    idle,
    kills,
    no_limits,
    real_limits,
    report,
    status,
)
from bench.machine import machine, others_busy
from bench.result import Result

Benchmark = Callable[[], list[Result]]

FULL: dict[str, Benchmark] = {
    "limits": lambda: real_limits.opportunities(windows=3),
    "leads": lambda: real_limits.leads(windows=2),
    "drain": lambda: no_limits.compare(records=60_000, times=3),
    "idle": lambda: idle.day(),
    "status": lambda: status.compare("SQLite", large=1_000_000, times=200),
    "postgresql": lambda: status.compare("PostgreSQL", large=1_000_000, times=100),
    "errors": lambda: errors_search.measure("SQLite", errors=1_000_000, times=5),
    "errors-postgresql": lambda: errors_search.measure("PostgreSQL", errors=1_000_000, times=3),
    "acknowledgement": lambda: acknowledgement.compare(asks=300, records=300_000),
    "export": lambda: export.compare(errors=1_000_000),
    "first-sync": lambda: first_sync.measure(records=1_000_000),
    "kills": lambda: kills.measure("SQLite"),
    "kills-postgresql": lambda: kills.measure("PostgreSQL"),
}
QUICK: dict[str, Benchmark] = {
    "drain": lambda: no_limits.compare(records=20_000, times=1),
    "idle": lambda: idle.day(share=0.1, times=5),
    "status": lambda: status.compare("SQLite", large=100_000, times=30),
    "limits": lambda: real_limits.opportunities(windows=1),
    "acknowledgement": lambda: acknowledgement.compare(asks=100, records=150_000),
    "errors": lambda: errors_search.measure("SQLite", errors=100_000, times=3),
    "export": lambda: export.compare(errors=100_000),
    "first-sync": lambda: first_sync.measure(records=100_000),
}


def main(words: list[str]) -> int:
    """Exit code 0 whether or not budgets are met: this measures, and does not judge."""
    quick = "quick" in words
    known = QUICK if quick else FULL
    names = [word for word in words if word != "quick"] or list(known)
    if unknown := [name for name in names if name not in known]:
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(known)}.", file=sys.stderr)
        return 2
    began, busy = datetime.now(UTC), others_busy()
    print(f"{machine()}; load {busy:.2f} a core\n", flush=True)
    results = [result for name in names for result in _told(known[name]())]
    if not quick and names == list(known):
        report.write(results, began, busy)
        print(f"\nWritten to {report.PLACE}")
    return 0


def _told(results: list[Result]) -> list[Result]:
    for one in results:
        budget = f"  (budget {one.budget})" if one.budget else ""
        print(f"row {one.row}  {one.verdict or '-':<8} {one.what}: {one.measured}{budget}", flush=True)
    return results


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
