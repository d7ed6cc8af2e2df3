"""Plug-ins: code of the customer's own, which runs within a write and may say no to it in its own words, or crash."""

from sandbox.dynamics.refusals import Refusal
from sandbox.dynamics.store import Row, Rows

ABORTED = "0x80040265"


def check_plugins(rows: Rows, row: Row) -> None:
    """400 with the words of the first plug-in that says no, 500 where it breaks down instead."""
    for plugin in rows.plugins:
        if row.get(plugin.column) == plugin.value:
            raise Refusal(400 if plugin.code == ABORTED else 500, plugin.code, plugin.message)
