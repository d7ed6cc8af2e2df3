"""The real process, told to stop while it drains: it ends in good order, and the next one goes on where it stopped."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.services import HOME, Services


def settings(slack: str, dynamics: str, marketo: str, database: Path) -> dict[str, str]:
    return {
        **os.environ,
        "SLACK_BOT_TOKEN": "xoxb-demo",
        "SLACK_APP_TOKEN": "xapp-demo",
        "SLACK_API_URL": f"{slack}/api/",
        "DYNAMICS_URL": dynamics,
        "DYNAMICS_AUTHORITY": dynamics,
        "DYNAMICS_TENANT_ID": "demo",
        "DYNAMICS_CLIENT_ID": "demo",
        "DYNAMICS_CLIENT_SECRET": "demo",
        "MARKETO_URL": marketo,
        "MARKETO_CLIENT_ID": "demo",
        "MARKETO_CLIENT_SECRET": "demo",
        "MARKETO_CALLS_PER_20S": "100",
        "MARKETO_IN_FLIGHT": "2",
        "DATABASE_URL": f"sqlite:///{database}",
    }


def bot(environment: dict[str, str], *words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "bot", *words], cwd=HOME, env=environment, stderr=subprocess.DEVNULL)


def wait_until_held(marketo: str, number: int, seconds: float = 40) -> None:
    """Until Marketo holds so many opportunities."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if httpx.get(f"{marketo}/sandbox/opportunities?count=1").json()["count"] >= number:
            return
        time.sleep(0.1)
    raise AssertionError(f"Marketo did not come to hold {number} opportunities in {seconds} s")


def test_told_to_stop_in_mid_drain_it_ends_in_good_order(sandbox: Services, tmp_path: Path) -> None:
    unlimited = ("--limits", "none")
    slack, dynamics, marketo = sandbox("slack"), sandbox("dynamics", *unlimited), sandbox("marketo", *unlimited)
    httpx.post(f"{dynamics}/sandbox/tables/opportunities", json={"generate": 8_000}, timeout=60)
    environment = settings(slack, dynamics, marketo, tmp_path / "sync.db")
    assert bot(environment, "setup", "--yes").wait(60) == 0
    assert bot(environment, "live", "all").wait(60) == 0
    httpx.post(f"{marketo}/sandbox/weather", json={"latency_ms": 400})
    running = bot(environment)
    wait_until_held(marketo, 600)
    running.send_signal(signal.SIGTERM)
    assert running.wait(40) == 0
    assert states(tmp_path / "sync.db") == {"waiting"}  # the rounds under way came to their end, the rest just waits


def states(database: Path) -> set[str]:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return {
            state
            for (state,) in connection.execute("SELECT DISTINCT state FROM changes WHERE object = 'opportunities'")
        }
