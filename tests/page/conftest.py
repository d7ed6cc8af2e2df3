"""A browser on the page of the sandbox's Slack. Without one, these tests are skipped and say so."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from demo.browser import FLAGS, MISSING, chromium
from storage.database import Database
from tests.bot.conftest import connected, free_port, http, running, settle
from tests.page.app import Listener, listening
from tests.page.screen import Screen
from tests.services import Services

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

__all__ = ["free_port", "http", "settle"]

Visit = Callable[..., Any]


@pytest.fixture
def slack_url(sandbox: Services) -> str:
    """A Slack of this test's own."""
    return sandbox("slack", "--limits", "none")


@pytest.fixture
async def browser() -> AsyncIterator[Any]:
    playwright = pytest.importorskip("playwright.async_api", reason="Playwright is not installed: no browser to try")
    path = chromium()
    if path is None:
        pytest.skip(MISSING)
    async with playwright.async_playwright() as run:
        started = await run.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        await started.close()


@pytest.fixture
async def visit(browser: Any, slack_url: str) -> AsyncIterator[Visit]:
    """`await visit("U0READER", "C0OPS")` opens the page as that person; what its scripts complain of fails the test."""
    complaints: list[str] = []

    async def visited(user: str = "U0ADMIN", room: str = "C0OPS", viewport: Any = WIDE, **context: Any) -> Screen:
        page = await browser.new_page(viewport=viewport, **context)
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda problem: complaints.append(str(problem)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        await page.goto(f"{slack_url}/#{user}/{room}")
        await page.wait_for_selector("#rooms button")
        return Screen(page)

    yield visited
    assert not complaints


@pytest.fixture
async def post(slack_url: str, http: Any) -> Callable[..., Any]:
    """`await post(block, …)` puts a message of the app's into the channel."""

    async def posted(*blocks: dict[str, Any], method: str = "chat.postMessage", **given: Any) -> dict[str, Any]:
        asked = {"channel": "C0OPS", "text": "words", "blocks": list(blocks), **given}
        headers = {"Authorization": "Bearer xoxb-demo"}
        answer = (await http.post(f"{slack_url}/api/{method}", json=asked, headers=headers)).json()
        assert answer["ok"], answer
        return dict(answer)

    return posted


@pytest.fixture
async def listener(slack_url: str, http: Any) -> AsyncIterator[Listener]:
    """A tiny app with a modal, a home tab and an ear for mentions."""
    async with listening(slack_url) as heard:
        await connected(http, slack_url)
        yield heard


@pytest.fixture
async def bot(settle: Any, slack_url: str, sqlite_database: Database, http: Any) -> AsyncIterator[Database]:
    """The real bot, connected; the database it looks at, empty."""
    async with running(settle(), sqlite_database):
        await connected(http, slack_url)
        yield sqlite_database
