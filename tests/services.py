"""The sandbox's services as the tests start them: processes of their own, on free ports."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

HOME = Path(__file__).parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Services:
    """Starts `python -m sandbox …` and ends what it started."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[bytes]] = []

    def __call__(self, service: str, *arguments: str, port: int | None = None) -> str:
        """Starts one service, waits until it answers, and returns its URL without a slash at the end."""
        port = port or free_port()
        command = [sys.executable, "-m", "sandbox", service, "--port", str(port), *arguments]
        process = subprocess.Popen(command, cwd=HOME)
        self.started.append(process)
        url = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(url, process)
        return url

    def end(self) -> None:
        for process in self.started:
            process.terminate()
        for process in self.started:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.started.clear()


def _wait_until_it_answers(url: str, process: "subprocess.Popen[bytes]", seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the sandbox ended at once with {process.returncode}"
        try:
            httpx.get(f"{url}/sandbox/clock", timeout=2).raise_for_status()
            return
        except httpx.TransportError:
            time.sleep(0.03)
    raise AssertionError(f"{url} did not answer within {seconds} s")
