"""The Dynamics stand-in on a free loopback port, as the tests talk to it: raw HTTP, none of our own client."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from aiohttp import web

from sandbox.dynamics.app import ORGANIZATION, Organization, make_app
from sandbox.service import Surroundings, Weather

Json = dict[str, Any]
API = "/api/data/v9.2/"
FORM = {"grant_type": "client_credentials", "client_id": "demo", "client_secret": "demo", "scope": "any/.default"}


@dataclass
class DynamicsService:
    url: str
    http: httpx.AsyncClient
    around: Surroundings
    organization: Organization
    headers: dict[str, str] = field(default_factory=dict)

    async def sign_in(self) -> None:
        response = await self.http.post("/demo/oauth2/v2.0/token", data=FORM)
        self.headers = {"Authorization": f"Bearer {response.json()['access_token']}"}

    async def call(self, method: str, address: str, body: Any = None, **headers: str) -> httpx.Response:
        """One call to the Web API; `If_Match="*"` becomes the header If-Match. Whole addresses are kept."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        where = address if address.startswith("http") else API + address
        return await self.http.request(method, where, json=body, headers=self.headers | named)

    async def get(self, address: str, **headers: str) -> Json:
        response = await self.call("GET", address, **headers)
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def add(self, entity_set: str, *rows: Json) -> list[str]:
        """Puts rows in without checks; their ids."""
        response = await self.http.post(f"/sandbox/tables/{entity_set}", json=list(rows))
        return list(response.json()["ids"])

    async def lead(self, **values: Any) -> str:
        return (await self.add("leads", {"lastname": "Lovelace", **values}))[0]

    async def row(self, entity_set: str, row_id: str) -> Json:
        """A row as it is stored: no nulls."""
        rows = (await self.http.get(f"/sandbox/tables/{entity_set}")).json()["rows"]
        id_name = self.organization.store.sets[entity_set].table.id_name
        return next(dict(row) for row in rows if row[id_name] == row_id)

    async def ids(self, entity_set: str) -> list[str]:
        return list((await self.http.get(f"/sandbox/tables/{entity_set}", params={"ids-only": "1"})).json()["ids"])

    async def control(self, name: str, **asked: Any) -> Any:
        return (await self.http.post(f"/sandbox/{name}", json=asked)).json()

    async def started_tracking(self, entity_set: str = "leads", select: str = "lastname") -> str:
        """The delta link after a full read."""
        first = await self.get(f"{entity_set}?$select={select}", Prefer="odata.track-changes")
        return str(first["@odata.deltaLink"])


@asynccontextmanager
async def dynamics(
    data: Path | None = None, weather: Weather | None = None, seed: int = 0
) -> AsyncIterator[DynamicsService]:
    """A signed-in service. `data` is a folder of CSV files; an empty one gives an organisation without customers."""
    around = Surroundings(weather=weather or Weather())
    arguments = argparse.Namespace(
        client_id="demo", client_secret="demo", tenant="demo", data=str(data) if data else None, seed=seed
    )
    app = make_app(around, arguments)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with httpx.AsyncClient(base_url=url, timeout=30) as http:
            service = DynamicsService(url, http, around, app[ORGANIZATION])
            await service.sign_in()
            yield service
    finally:
        await runner.cleanup()


def said(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return response.status_code, response.json()["error"]["code"]


def filtered(condition: str) -> str:
    return "$filter=" + quote(condition, safe="")
