"""Row 9: the first sync of a large CRM, and the memory it takes. Without limits, over real HTTP, into a SQLite file."""

from bench.result import Result
from bench.services import make_ready, running_pair, start_ours

MEGABYTES = 300
AT_ONCE = 100_000  # rows the sandbox makes in one call


def measure(records: int) -> list[Result]:
    """`records` opportunities that nobody has read yet, to the last one settled."""
    with running_pair() as pair:
        make_ready(pair)
        for _ in range(records // AT_ONCE):
            pair.generate("opportunities", AT_ONCE)
        before = pair.held("opportunities")
        process = start_ours("first-sync", pair)
        said, _nothing = process.communicate()
        assert process.returncode == 0, f"our engine ended with {process.returncode}"
        arrived = pair.held("opportunities") - before
    assert arrived == records, f"{arrived} of {records} opportunities arrived"
    seconds, most, at_start = map(float, said.split())
    measured = f"{most:.0f} MB at most, {at_start:.0f} MB at its start ({records / seconds:,.0f} records/s)"
    what = f"memory during the first sync of {records:,} records"
    return [Result(9, what, measured, f"< {MEGABYTES} MB", most < MEGABYTES)]
