"""Duplicate detection: off unless the caller says `MSCRM.SuppressDuplicateDetection: false`, which turns it on."""

from collections.abc import Mapping

from sandbox.dynamics.refusals import duplicate_detected
from sandbox.dynamics.store import Row, Rows

HEADER = "MSCRM.SuppressDuplicateDetection"


def detection_on(headers: Mapping[str, str]) -> bool:
    return headers.get(HEADER, "true").strip().lower() == "false"


def check_duplicates(rows: Rows, row: Row, own_id: str | None) -> None:
    """412 0x80040333 when a rule finds another row: leads and contacts by e-mail, contacts by name, accounts by name.

    The rules are in store.RULES.
    """
    for index in rows.rules:
        values = index.values(row)
        if values is not None and set(index.find(*values)) - {own_id}:
            raise duplicate_detected()
