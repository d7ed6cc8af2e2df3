"""Plug-ins: code of the customer's own, which runs within a write and may say no to it in its own words."""

from sandbox.dynamics.refusals import Refusal
from sandbox.dynamics.store import Row, Rows

ABORTED = "0x80040265"


def check_plugins(rows: Rows, row: Row) -> None:
    """400 with the words of the first plug-in that says no."""
    for plugin in rows.plugins:
        if row.get(plugin.column) == plugin.value:
            raise Refusal(400, ABORTED, plugin.message)
