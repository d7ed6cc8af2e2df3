"""Row 7: how soon Slack has its acknowledgement, at rest and while the same process drains as fast as it can.

The whole bot in a process of its own, as anybody starts it; people in the sandbox's Slack ask for the status, for
errors and for an object, one after the other. Slack itself counts the time, from the payload to its acknowledgement.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from statistics import median, quantiles

import httpx

from bench.result import Result
from bench.services import HOME, UNLIMITED, Pair, make_ready, running_pair
from demo.__main__ import as_environment
from demo.processes import free_port

BUDGET_MS = 500
ASKED = ("status", "errors", "status leads", "errors code:1003", "status trend", "health")
PEOPLE = ("U0ADMIN", "U0OPS", "U0READER")
PATIENCE = 60.0


def compare(asks: int, records: int) -> list[Result]:
    """`asks` at rest, and as many while `records` opportunities are drained, without any limits."""
    with running_pair() as pair, _running_slack() as slack:
        make_ready(pair)
        with _running_bot(pair, slack):
            at_rest = _asked(slack, asks)
            before = pair.held("opportunities")
            pair.generate("opportunities", records)
            _wait(lambda: pair.held("opportunities") > before)
            draining = _asked(slack, asks)
            left = before + records - pair.held("opportunities")
    assert left > 0, "the drain was over before the asking: more records are needed"
    return [_result("at rest", at_rest), _result("while a drain runs", draining)]


def _result(when: str, took: list[float]) -> Result:
    p99 = quantiles(took, n=100)[98]
    what = f"acknowledgement to Slack {when}: p99 of {len(took):,} (median {median(took):.0f} ms)"
    return Result(7, what, f"{p99:.0f} ms", f"< {BUDGET_MS} ms", p99 < BUDGET_MS)


def _asked(slack: str, asks: int) -> list[float]:
    """Milliseconds until each of `asks` was acknowledged; one that never was counts as endless."""
    with httpx.Client(base_url=slack, timeout=PATIENCE) as http:
        http.delete("/sandbox/acknowledgements").raise_for_status()
        for words, user in islice(zip(cycle(ASKED), cycle(PEOPLE), strict=False), asks):
            said = {"user": user, "channel": "C0OPS", "text": f"/sync {words}", "wait": True}
            http.post("/sandbox/say", json=said).raise_for_status()
        told = http.get("/sandbox/acknowledgements").json()["acknowledgements"]
    return [float("inf") if one["ms"] is None else float(one["ms"]) for one in told]


@contextmanager
def _running_slack() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "sandbox", "slack", "--port", str(port), "--limits", "none"]
    with _process(command, {}):
        url = f"http://127.0.0.1:{port}"
        httpx.Client(transport=httpx.HTTPTransport(retries=10)).get(f"{url}/sandbox/clock")
        yield url


@contextmanager
def _running_bot(pair: Pair, slack: str) -> Iterator[None]:
    given = {
        **as_environment(pair.settings(UNLIMITED)),
        "SLACK_BOT_TOKEN": "xoxb-demo",
        "SLACK_APP_TOKEN": "xapp-demo",
        "SLACK_API_URL": f"{slack}/api/",
        "SYNC_EVERY_SECONDS": "2",
    }
    with _process([sys.executable, "-m", "bot"], given):
        _wait(lambda: bool(httpx.get(f"{slack}/sandbox/sockets").json()["open"]))
        yield


@contextmanager
def _process(command: list[str], given: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=HOME, env={**os.environ, **given}, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
