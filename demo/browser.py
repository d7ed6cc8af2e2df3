"""Debian's Chromium, as the screenshots and the tests of the page start it."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no browser here: this needs Chromium (apt-get install chromium)"
FLAGS = [
    "--no-sandbox",  # its own sandbox needs what containers do not give; the page is ours alone
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Where the browser is; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)
