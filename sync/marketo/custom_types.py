"""The types of custom objects: reading and making them. Calls that change a type answer with an empty result."""

from collections.abc import Sequence
from typing import Any

from sync.errors import Never
from sync.marketo.codes import NOT_FOUND
from sync.marketo.connection import Connection, as_json

SCHEMA = "customobjects/schema"


async def custom_type(connection: Connection, name: str) -> dict[str, Any] | None:
    """A type as described, approved or as drafted; None where there is none of that name."""
    try:
        result = (await connection.read(f"{SCHEMA}/{name}/describe"))["result"]
    except Never as refused:
        if refused.code in NOT_FOUND:
            return None
        raise
    return dict(result[0]) if result else None


async def draft(connection: Connection, name: str, display_name: str) -> None:
    asked = {"action": "createOrUpdate", "apiName": name, "displayName": display_name, "showInLeadDetail": True}
    await connection.write(SCHEMA, as_json(asked))


async def add_fields(connection: Connection, name: str, fields: Sequence[dict[str, Any]]) -> None:
    await connection.write(f"{SCHEMA}/{name}/addField", as_json({"input": list(fields)}))


async def approve(connection: Connection, name: str) -> None:
    await connection.write(f"{SCHEMA}/{name}/approve", as_json({}))
