"""Row 10: killed with SIGKILL at seeded points while a fifth of all calls fail: what the long tests do, and count."""

import re
import subprocess
import sys
import time

from bench.result import Result
from bench.services import HOME

TEST = "tests/journeys/test_kills.py::{}"
ON = {
    "SQLite": ("test_killed_two_hundred_times_amid_faults_and_edits_both_sides_end_equal", 200),
    "PostgreSQL": ("test_killed_fifty_times_on_postgresql_amid_faults_and_edits", 50),
}


def measure(kind: str) -> list[Result]:
    """The test compares both sides by code that shares nothing with ours, and checks every running total."""
    name, kills = ON[kind]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "long or not long", "-p", "no:xdist", TEST.format(name)]
    began = time.monotonic()
    ended = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    equal = ended.returncode == 0
    found = "both sides equal, 0 lost, 0 doubled" if equal else _why(ended.stdout)
    what = f"kill -9 × {kills}, 20 % of calls failing, half of them after taking effect, edits between, {kind}"
    return [Result(10, what, f"{found} ({time.monotonic() - began:.0f} s)", "both equal", equal)]


def _why(said: str) -> str:
    reasons = re.findall(r"^E +(.+)$", said, re.MULTILINE)
    return f"NOT equal: {reasons[0][:200] if reasons else said[-200:]}"
