"""The sandbox's services as the tests start them: processes of their own, on free ports."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import httpx

HOME = Path(__file__).parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Services:
    """Starts what `python -m sandbox …` does and ends what it started."""

    def __init__(self) -> None:
        self.started: list[int] = []

    def __call__(self, service: str, *arguments: str, port: int | None = None) -> str:
        """Starts one service, waits until it answers, and returns its URL without a slash at the end."""
        port = port or free_port()
        process = _born([service, "--port", str(port), *arguments])
        self.started.append(process)
        url = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(url, process)
        return url

    def end(self) -> None:
        for process in self.started:
            _tell(process, signal.SIGTERM)
        for process in self.started:
            if not _ends(process, 5):
                _tell(process, signal.SIGKILL)
        self.started.clear()


@cache
def _nursery() -> "subprocess.Popen[str]":
    """One for the whole run of tests in this process."""
    command = [sys.executable, "-m", "tests.nursery"]
    nursery = subprocess.Popen(command, cwd=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(nursery.communicate)
    return nursery


def _born(arguments: list[str]) -> int:
    nursery = _nursery()
    assert nursery.stdin and nursery.stdout
    nursery.stdin.write(json.dumps(arguments) + "\n")
    nursery.stdin.flush()
    return int(nursery.stdout.readline())


def _tell(process: int, number: signal.Signals) -> None:
    if _lives(process):
        os.kill(process, number)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _ends(process: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while _lives(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def _wait_until_it_answers(url: str, process: int, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert _lives(process), "the sandbox ended at once"
        try:
            httpx.get(f"{url}/sandbox/clock", timeout=2).raise_for_status()
            return
        except httpx.TransportError:
            time.sleep(0.01)
    raise AssertionError(f"{url} did not answer within {seconds} s")
