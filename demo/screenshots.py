"""scripts/screenshots: the demo's bot, photographed as people meet it, on a desk (1280 wide) and on a phone (390).

The scene: people kept editing Dynamics while Marketo was away for two hours, so leads are behind when the bot starts;
some of what waits turns out to be much older, somebody acknowledges the alert, and Marketo comes back.
"""

import argparse
import asyncio
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, Locator, Page, async_playwright

from bot.settings import Settings
from demo.__main__ import Progress, as_environment, last_pass, settings_for
from demo.browser import FLAGS, MISSING, chromium
from demo.conversation import CHANNEL, PERSON, Conversation
from demo.past import play
from demo.processes import HOME, DidNotStart, Processes
from demo.small_png import small
from storage.database import Database

WIDTHS = (1280, 390)
HEIGHT = 1600  # so high that no answer is cut
AWAY = timedelta(hours=2, minutes=14)
LONG_AGO = timedelta(hours=9)
PATIENCE_MS = 90_000
WIDEST, MARGIN = 850, 8
SEEN = re.compile(r"BEHIND, CRITICAL.*Acknowledged by", re.DOTALL)
BEHIND_NO_MORE = re.compile(r"RECOVERED\s.*behind")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the scene plays."""

    dynamics: str
    marketo: str
    slack: str
    http: httpx.AsyncClient

    async def control(self, url: str, name: str, **asked: Any) -> None:
        (await self.http.post(f"{url}/sandbox/{name}", json=asked)).raise_for_status()

    async def marketo_goes_away(self) -> None:
        await self.control(self.marketo, "weather", down=True)
        now = datetime.now(UTC)
        for minutes in range(int(AWAY.total_seconds()) // 60, 3, -6):
            moment = now - timedelta(minutes=minutes)
            await self.control(self.dynamics, "clock", now=moment.isoformat())
            await self.control(self.dynamics, "edits", count=12)
        await self.control(self.dynamics, "clock", real=True)

    async def it_gets_worse(self) -> None:
        """Edits arrive from a night that nobody knew of."""
        await self.control(self.dynamics, "clock", now=(datetime.now(UTC) - LONG_AGO).isoformat())
        await self.control(self.dynamics, "edits", count=60)
        await self.control(self.dynamics, "clock", real=True)

    async def marketo_comes_back(self) -> None:
        await self.control(self.marketo, "weather", down=False)


@dataclass(slots=True)
class Camera:
    """A person's window of one width, and where its pictures go."""

    page: Page
    folder: Path
    width: int

    async def say(self, words: str) -> Locator:
        """Types `words` and waits for the answer to stand at the end of the channel."""
        before = await self._last_id()
        await self.page.fill("#text", words)
        await self.page.press("#text", "Enter")
        changed = "(before) => document.querySelector('#messages article:last-child')?.dataset.message !== before"
        await self.page.wait_for_function(changed, arg=before)
        return self.page.locator("#messages article").last

    async def press(self, answer: Locator, label: str) -> None:
        """Presses a button of `answer` and waits until the message has changed."""
        was = await answer.inner_text()
        await answer.get_by_role("button", name=label).first.click()
        changed = "(was) => document.querySelector('#messages article:last-child').innerText !== was"
        await self.page.wait_for_function(changed, arg=was)

    async def take(self, name: str, message: Locator) -> None:
        """A picture of one message, without the empty margin of a wide window."""
        await message.scroll_into_view_if_needed()
        await self.page.mouse.move(0, 0)
        await self.page.wait_for_timeout(600)  # charts are drawn when there is room, unread marks at the next look
        box = await message.bounding_box()
        pane = await self.page.locator("main").bounding_box()
        if box is None or pane is None:
            raise DidNotStart(f"nothing to see of {name}")
        await self._keep(name, {**box, "x": pane["x"], "width": min(pane["width"], WIDEST)})

    async def take_thread(self, name: str, message: Locator, last: str) -> None:
        """A picture of a message's thread, down to the line with the words `last`."""
        await message.get_by_role("button", name=re.compile("repl(y|ies)")).click()
        end = self.page.locator("#replies article").filter(has_text=last).last
        await end.wait_for()
        pane, bottom = await self.page.locator("#thread").bounding_box(), await end.bounding_box()
        if pane is None or bottom is None:
            raise DidNotStart(f"nothing to see of {name}")
        await self._keep(name, {**pane, "height": bottom["y"] + bottom["height"] - pane["y"] + MARGIN})
        await self.page.get_by_role("button", name="Close the thread").click()

    async def _keep(self, name: str, clip: Any) -> None:
        path = self.folder / f"{name}-{self.width}.png"
        taken = await self.page.screenshot(clip=clip)
        path.write_bytes(await small(taken, self.page))
        print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")

    async def _last_id(self) -> str | None:
        last = self.page.locator("#messages article").last
        return await last.get_attribute("data-message") if await last.count() else None

    async def alert(self, words: str | re.Pattern[str]) -> Locator:
        found = self.page.locator("#messages article").filter(has_text=words).first
        await found.wait_for(timeout=PATIENCE_MS)
        return found


async def open_windows(browser: Browser, slack: str, folder: Path) -> list[Camera]:
    """A window of each width."""
    cameras = []
    for width in WIDTHS:
        page = await browser.new_page(viewport={"width": width, "height": HEIGHT}, color_scheme="light")
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(f"{slack}/#{PERSON}/{CHANNEL}")
        cameras.append(Camera(page, folder, width))
    return cameras


async def photograph(stage: Stage, cameras: list[Camera]) -> None:
    for camera in cameras:
        await camera.take("alert-late", await camera.alert("BEHIND"))
    for camera in cameras:
        status = await camera.say("/sync status")
        await camera.take("status", status)
        await camera.take("drill-down", await camera.say("/sync status leads trend"))
        await camera.take("errors", await camera.say("/sync errors"))
    await stage.it_gets_worse()
    worse = await cameras[0].alert("BEHIND, CRITICAL")
    await worse.get_by_role("button", name=re.compile("^Acknowledge")).click()
    for camera in cameras:
        await camera.take("alert-worse", await camera.alert(SEEN))
    await stage.marketo_comes_back()
    for camera in cameras:
        recovered = await camera.alert(BEHIND_NO_MORE)
        await camera.take("alert-recovered", recovered)
        await camera.take_thread("alert-thread", recovered, "Recovered")


async def staged(folder: Path, scene: Callable[[Stage], Awaitable[None]]) -> None:
    """Plays the past, has Marketo go away, starts the bot and hands over."""
    async with AsyncExitStack() as stack:
        processes = Processes(folder)
        stack.push_async_callback(processes.end)
        dynamics, marketo, slack = await asyncio.gather(*map(processes.sandbox, ("dynamics", "marketo", "slack")))
        settings = settings_for(slack, dynamics, marketo, f"sqlite:///{folder / 'sync.db'}")
        progress = Progress()
        await play(settings, 0, progress)
        progress.done()
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=60))
        await processes.bot(as_environment(settings))
        if not await Conversation(slack, http, folder).hears(30) or not await passed(settings):
            raise DidNotStart(f"the bot did not come to Slack; see {folder / 'bot.log'}")
        stage = Stage(dynamics, marketo, slack, http)
        await stage.marketo_goes_away()
        await scene(stage)


async def passed(settings: Settings) -> bool:
    """Whether the bot ends a pass of its own within half a minute; one that starts is fitted to Marketo first."""
    database = Database(settings.database_url)
    end = asyncio.get_running_loop().time() + 30
    try:
        before = await last_pass(database)
        while asyncio.get_running_loop().time() < end:
            if await last_pass(database) != before:
                return True
            await asyncio.sleep(0.2)
        return False
    finally:
        await database.close()


async def main(pictures: Path) -> int:
    path = chromium()
    if path is None:
        print(MISSING, file=sys.stderr)
        return 1

    async def scene(stage: Stage) -> None:
        async with async_playwright() as run:
            browser = await run.chromium.launch(executable_path=path, args=FLAGS)
            await photograph(stage, await open_windows(browser, stage.slack, pictures))
            await browser.close()

    try:
        await staged(Path(tempfile.mkdtemp(prefix="sync-pictures-")), scene)
    except DidNotStart as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__)
    parser.add_argument("--folder", type=Path, default=HOME / "docs" / "pictures", help="where the pictures go")
    folder = parser.parse_args().folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    sys.exit(asyncio.run(main(folder)))
