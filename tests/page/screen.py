"""What a person does at the page: by what they see and by keys, never by what the page is made of."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Screen:
    """One open page; `page` is Playwright's."""

    page: Any

    async def type(self, text: str) -> None:
        """Types into the message box and sends."""
        box = self.page.get_by_role("textbox", name="Message", exact=True)
        await box.fill(text)
        await box.press("Enter")

    @property
    def newest(self) -> Any:
        """The last message of the channel."""
        return self.page.locator("#messages article").last

    async def says(self, words: str, within: Any = None) -> Any:
        """Waits for a message with these words; the last of them."""
        found = (within or self.page.locator("#messages")).locator("article").filter(has_text=words).last
        await found.wait_for()
        return found

    async def press(self, name: str, within: Any = None) -> None:
        await (within or self.page).get_by_role("button", name=name, exact=True).click()

    async def downloaded(self, link: Any) -> str:
        """What a link downloads, as text."""
        async with self.page.expect_download() as coming:
            await link.click()
        file = Path(await (await coming.value).path())
        return file.read_text(encoding="utf-8")  # noqa: ASYNC240 - a small file, and nothing else to do

    async def focused(self) -> str:
        """What has the focus, as a screen reader would name it."""
        return str(
            await self.page.evaluate(
                "() => { const at = document.activeElement;"
                " return at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent; }"
            )
        )
