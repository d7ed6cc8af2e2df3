"""python -m bench.minimal DYNAMICS MARKETO FOLDER: the least a script can do for the same job; prints its
seconds, by the clock and of the processor.

It reads pages of opportunities, maps them, makes a fingerprint per field, notes them in a table, posts 300 per call and
settles what was posted. No second direction, no errors, no limits, no order, no crash: it is the yardstick of row 2.
"""

import asyncio
import hashlib
import json
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx

FIELDS = {
    "name": "name",
    "description": "description",
    "stage": "statecode",
    "probability": "closeprobability",
    "expectedRevenue": "estimatedvalue",
    "amount": "actualvalue",
    "closeDate": "actualclosedate",
    "externalCompanyId": "_customerid_value",
    "externalSalesPersonId": "_ownerid_value",
}
KEY = "opportunityid"
FORMATTED = "@OData.Community.Display.V1.FormattedValue"
LOOKUP = "@Microsoft.Dynamics.CRM.lookuplogicalname"
ANNOTATIONS = f'odata.include-annotations="{LOOKUP[1:]},{FORMATTED[1:]}"'
IN_FLIGHT = 4
TABLE = """create table changes (
    id integer primary key, record_id text unique, payload text, fingerprints text, marketo_id text, state text)"""


async def pages(http: httpx.AsyncClient, base: str) -> AsyncIterator[list[dict[str, Any]]]:
    url = f"{base}/api/data/v9.2/opportunities?$select={','.join([KEY, *FIELDS.values(), 'modifiedon'])}"
    prefer = {"Prefer": f"odata.track-changes,odata.maxpagesize=5000,{ANNOTATIONS}"}
    while url:
        page = (await http.get(url, headers=prefer)).json()
        url = page.get("@odata.nextLink", "")
        yield page["value"]


def mapped(row: dict[str, Any]) -> dict[str, Any]:
    record = {name: row.get(column) for name, column in FIELDS.items()}
    record["stage"] = row.get("statecode" + FORMATTED)
    is_account = row.get("_customerid_value" + LOOKUP) == "account"
    record["externalCompanyId"] = row["_customerid_value"] if is_account else None
    return {"externalOpportunityId": row[KEY]} | {name: value for name, value in record.items() if value is not None}


def fingerprints(record: dict[str, Any]) -> str:
    return json.dumps(
        {name: hashlib.blake2b(str(value).encode(), digest_size=6).hexdigest() for name, value in record.items()}
    )


def note(database: sqlite3.Connection, rows: list[dict[str, Any]]) -> None:
    records = [mapped(row) for row in rows]
    with database:
        database.executemany(
            "insert into changes (record_id, payload, fingerprints, state) values (?, ?, ?, 'waiting')",
            [(each["externalOpportunityId"], json.dumps(each), fingerprints(each)) for each in records],
        )


async def post(http: httpx.AsyncClient, url: str, chunk: list[tuple[int, str]]) -> list[tuple[str, int]]:
    body = '{"action":"createOrUpdate","dedupeBy":"dedupeFields","input":[' + ",".join(each for _, each in chunk) + "]}"
    answer = await http.post(url, content=body, headers={"Content-Type": "application/json"})
    results = answer.json()["result"]
    return [(result["marketoGUID"], number) for (number, _), result in zip(chunk, results, strict=True)]


async def push(http: httpx.AsyncClient, base: str, database: sqlite3.Connection) -> None:
    url = f"{base}/rest/v1/opportunities.json"
    waiting = "select id, payload from changes where state = 'waiting' order by id limit ?"
    while rows := database.execute(waiting, (IN_FLIGHT * 300,)).fetchall():
        chunks = [rows[start : start + 300] for start in range(0, len(rows), 300)]
        done = await asyncio.gather(*(post(http, url, chunk) for chunk in chunks))
        with database:
            database.executemany(
                "update changes set state = 'synced', marketo_id = ? where id = ?",
                [one for each in done for one in each],
            )


async def drain(dynamics: str, marketo: str, folder: Path) -> tuple[float, float]:
    """Seconds from the first read to the last settled record, and the processor's among them."""
    database = sqlite3.connect(folder / "minimal.db")
    database.executescript(f"pragma journal_mode = wal; pragma synchronous = normal; {TABLE}")
    async with httpx.AsyncClient(timeout=60) as http:
        started, busy = time.perf_counter(), time.process_time()
        credentials = {"grant_type": "client_credentials", "client_id": "demo", "client_secret": "demo"}
        scope = {"scope": f"{dynamics}/.default"}
        token = (await http.post(f"{dynamics}/demo/oauth2/v2.0/token", data=credentials | scope)).json()
        http.headers["Authorization"] = f"Bearer {token['access_token']}"
        async for rows in pages(http, dynamics):
            note(database, rows)
        token = (await http.get(f"{marketo}/identity/oauth/token", params=credentials)).json()
        http.headers["Authorization"] = f"Bearer {token['access_token']}"
        await push(http, marketo, database)
        return time.perf_counter() - started, time.process_time() - busy


if __name__ == "__main__":
    print(*asyncio.run(drain(sys.argv[1], sys.argv[2], Path(sys.argv[3]))))
