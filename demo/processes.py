"""The processes of the demo: three sandbox services and the bot, on free loopback ports."""

import asyncio
import os
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx

HOME = Path(__file__).parent.parent
READY_WITHIN_SECONDS = 30.0


class DidNotStart(Exception):
    """A process ended, or never answered."""


@dataclass(slots=True)
class Processes:
    """What was started, to be ended together. Output of the bot goes to a file in `folder`."""

    folder: Path
    started: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def sandbox(self, service: str, *arguments: str) -> str:
        """Starts one service without limits, waits until it answers, and returns its URL."""
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        options = ["--port", str(port), "--limits", "none", *arguments]
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "sandbox", service, *options, cwd=HOME)
        self.started.append(process)
        await answering(f"{url}/sandbox/clock", process)
        return url

    async def bot(self, environment: dict[str, str]) -> asyncio.subprocess.Process:
        """Starts `python -m bot` as anybody would, with settings alone."""
        log = (self.folder / "bot.log").open("ab")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", cwd=HOME, env={**os.environ, **environment}, stdout=log, stderr=log
        )
        log.close()
        self.started.append(process)
        return process

    async def end(self) -> None:
        """The bot first, so that it can finish its round while the services are still there."""
        for process in reversed(self.started):
            if process.returncode is None:
                process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), 30)
                except TimeoutError:
                    process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def answering(url: str, process: asyncio.subprocess.Process) -> None:
    """Waits until `url` answers. Raises DidNotStart where it does not, or its process has ended."""
    end = asyncio.get_running_loop().time() + READY_WITHIN_SECONDS
    async with httpx.AsyncClient() as http:
        while asyncio.get_running_loop().time() < end:
            if process.returncode is not None:
                raise DidNotStart(f"it ended at once with {process.returncode}")
            try:
                (await http.get(url)).raise_for_status()
                return
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    raise DidNotStart(f"{url} did not answer within {READY_WITHIN_SECONDS:.0f} s")
