"""Many rows in one statement: handed over as one JSON text and taken apart inside the database.

Binding every value of every row in Python cost more than all the rest of writing them down.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import Column, Dialect, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models import EPOCH


async def insert_rows(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    replace_on: Sequence[str] = (),
    counted: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Inserts `rows`, which all have the same keys; one that is there already by `replace_on` is replaced.

    `counted` are columns that are then reckoned from what was there: SQL of our own, by the column's name.
    """
    if not rows:
        return
    columns = list(rows[0])
    listed = list(map(itemgetter(*columns), rows))
    handed = orjson.dumps(listed, default=_milliseconds, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()
    await connection.execute(
        text(_statement(connection.dialect, table, columns, replace_on, counted)), {"handed": handed}
    )


@lru_cache(maxsize=8192)
def _milliseconds(value: Any) -> int:
    """A moment as storage.models.Moment keeps it. Rows written together share most of theirs."""
    assert isinstance(value, datetime)
    return round((value - EPOCH).total_seconds() * 1000)


def _statement(
    dialect: Dialect, table: Table, columns: Sequence[str], replace_on: Sequence[str], counted: Mapping[str, str]
) -> str:
    quote = dialect.identifier_preparer.quote
    taken = ", ".join(_taken(dialect, at, table.c[name]) for at, name in enumerate(columns))
    source = "json_each(:handed)" if dialect.name == "sqlite" else "json_array_elements(CAST(:handed AS json))"
    into = f"INSERT INTO {table.name} ({', '.join(map(quote, columns))})"
    statement = f"{into} SELECT {taken} FROM {source} AS handed WHERE true"  # noqa: S608 - our own tables and columns
    if not replace_on:
        return statement
    replaced = {name: counted.get(name, f"excluded.{quote(name)}") for name in columns if name not in replace_on}
    news = ", ".join(f"{quote(name)} = {value}" for name, value in replaced.items())
    return f"{statement} ON CONFLICT ({', '.join(map(quote, replace_on))}) DO UPDATE SET {news}"


def _taken(dialect: Dialect, at: int, column: Column[Any]) -> str:
    """The expression for the value at place `at` of a row, in the column's type."""
    if dialect.name == "sqlite":
        return f"json_extract(handed.value, '$[{at}]')"
    return f"CAST(handed.value ->> {at} AS {column.type.compile(dialect)})"
