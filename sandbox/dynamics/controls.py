"""The controls of the Dynamics sandbox, beside those that all sandbox services have. All of them speak JSON.

GET  /sandbox/tables/{set}[?ids-only=1]   {"count": 2, "rows": [...]} or {"count": 2, "ids": [...]}
POST /sandbox/tables/{set}                a list of rows (an id that exists is updated), or {"generate": 1000}
DELETE /sandbox/tables/{set}              {"ids": [...]}: deleted as a colleague would
                                          of both, ?quiet=1 is told to no reader of changes, and dated back
POST /sandbox/edits          {"count": 20}                            what colleagues do; returns the list of it
POST /sandbox/backdate       {"to": ISO 8601}    no row is dated later than this; for a clock that is set back
POST /sandbox/privileges     {"deny": ["prvReadLead"]}                403 0x80040220 until set to []
POST /sandbox/tracking       {"table": "lead", "enabled": false}
POST /sandbox/definitions    {"table": "new_visit", "set": "new_visits", "columns": [...], "lookups": {...}}: a table of
                             the customer's own, as `sandbox.dynamics.custom_tables` has it
POST /sandbox/columns        {"table": "lead", "name": "new_synctomkto", "type": "Boolean"}    a column of one's own;
                                          "secured": true where a field security profile has to grant it
POST /sandbox/plugins      {"table": "lead", "column": "jobtitle", "value": "Spy", "message": "No."}   400 0x80040265
                           with a "code" of its own: 500 with that one, as 0x80040224 of a plug-in that crashes
POST /sandbox/parallelism  {"hint": 4}                           the x-ms-dop-hint of answers under limits
POST /sandbox/delta/expire   all delta tokens given out so far are expired
POST /sandbox/tokens/revoke  all bearer tokens are void
"""

import random
from datetime import timedelta
from typing import Any

from aiohttp import web

from sandbox.dynamics.auth import Tokens
from sandbox.dynamics.colleagues import Colleagues
from sandbox.dynamics.columns import Column
from sandbox.dynamics.custom_tables import add_custom_table
from sandbox.dynamics.defaults import put
from sandbox.dynamics.generating import generate
from sandbox.dynamics.limits import Protection
from sandbox.dynamics.people import People
from sandbox.dynamics.plugins import ABORTED
from sandbox.dynamics.query import moment
from sandbox.dynamics.store import Plugin, Row, Rows, Store
from sandbox.dynamics.writing import delete_one
from sandbox.service import Surroundings


class Controls:
    """The handlers, over one organisation's store and tokens."""

    def __init__(self, store: Store, tokens: Tokens, protection: Protection, around: Surroundings) -> None:
        self.store, self.tokens, self.protection, self.around = store, tokens, protection, around
        # made on first use: it knows the addresses that are taken by then
        self.colleagues: Colleagues | None = None

    def rows(self, request: web.Request) -> Rows:
        rows = self.store.sets.get(request.match_info["set"])
        if rows is None:
            raise web.HTTPNotFound(text='{"error": "no such table"}', content_type="application/json")
        return rows

    async def read(self, request: web.Request) -> web.Response:
        rows = self.rows(request)
        ids = [row_id for row_id in rows.order if row_id]
        if request.query.get("ids-only"):
            return web.json_response({"count": len(ids), "ids": ids})
        shown = [public(rows.by_id[row_id]) for row_id in ids]
        return web.json_response({"count": len(shown), "rows": shown})

    async def insert(self, request: web.Request) -> web.Response:
        rows, asked = self.rows(request), await request.json()
        if isinstance(asked, dict):
            generate(self.store, rows, int(asked["generate"]), self.around.chance)
            return web.json_response({"inserted": asked["generate"]})
        quiet = request.query.get("quiet") == "1"
        return web.json_response({"inserted": len(asked), "ids": [self.one(rows, row, quiet) for row in asked]})

    def one(self, rows: Rows, row: Row, quiet: bool) -> str:
        row_id = row.get(rows.table.id_name)
        if row_id in rows.by_id:
            (self.store.update_quietly if quiet else self.store.update)(rows, str(row_id), row)
            return str(row_id)
        if quiet:
            row.setdefault("createdon", (self.store.clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))
        made = str(put(self.store, rows.table.logical, row)[rows.table.id_name])
        if quiet:
            rows.log_versions.pop()
            rows.log_ids.pop()
        return made

    async def delete(self, request: web.Request) -> web.Response:
        rows, asked = self.rows(request), await request.json()
        for row_id in asked["ids"]:
            if request.query.get("quiet") == "1":
                rows.take(row_id)
            else:
                delete_one(self.store, rows, row_id)
        return web.json_response({"deleted": len(asked["ids"])})

    async def edits(self, request: web.Request) -> web.Response:
        asked: dict[str, Any] = await request.json()
        if self.colleagues is None:
            chance = random.Random(self.around.chance.random())
            people = People(self.store, chance, chance.getrandbits(32))
            people.addresses = {
                str(row["emailaddress1"])
                for logical in ("lead", "contact")
                for row in self.store.logical[logical].by_id.values()
                if "emailaddress1" in row
            }
            self.colleagues = Colleagues(people)
        return web.json_response(self.colleagues.work(int(asked.get("count", 1))))

    async def backdate(self, request: web.Request) -> web.Response:
        latest = moment((await request.json())["to"])
        count = 0
        for rows in self.store.sets.values():
            for row in rows.by_id.values():
                count += row["modifiedon"] > latest
                row["createdon"], row["modifiedon"] = min(row["createdon"], latest), min(row["modifiedon"], latest)
        return web.json_response({"backdated": count})

    async def privileges(self, request: web.Request) -> web.Response:
        self.store.deny = set((await request.json())["deny"])
        return web.json_response({"deny": sorted(self.store.deny)})

    async def tracking(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.store.logical[asked["table"]].table.tracking = bool(asked["enabled"])
        return web.json_response(asked)

    async def define(self, request: web.Request) -> web.Response:
        try:
            table = add_custom_table(self.store, await request.json())
        except (KeyError, ValueError) as wrong:
            return web.json_response({"error": str(wrong)}, status=400)
        return web.json_response({"table": table.logical, "set": table.entity_set, "key": table.id_name})

    async def columns(self, request: web.Request) -> web.Response:
        """As a customizer would: the table's delta tokens end with it."""
        asked = await request.json()
        table = self.store.logical[asked["table"]].table
        table.add(Column(asked["name"], asked["type"], length=asked.get("length"), secured=bool(asked.get("secured"))))
        table.changed_at_version = self.store.next_version()
        return web.json_response(asked)

    async def plugins(self, request: web.Request) -> web.Response:
        asked = await request.json()
        plugin = Plugin(asked["column"], asked["value"], asked["message"], asked.get("code", ABORTED))
        self.store.logical[asked["table"]].plugins.append(plugin)
        return web.json_response(asked)

    async def parallelism(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.protection.hint = int(asked["hint"])
        return web.json_response(asked)

    async def expire(self, _: web.Request) -> web.Response:
        self.store.expired_up_to = self.store.next_version()
        return web.json_response({"expired_up_to": self.store.expired_up_to})

    async def revoke(self, _: web.Request) -> web.Response:
        return web.json_response({"revoked": self.tokens.revoke()})


def public(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "@place"}


def add_dynamics_controls(
    app: web.Application, store: Store, tokens: Tokens, protection: Protection, around: Surroundings
) -> None:
    """Adds the addresses of the module's docstring to `app`."""
    controls = Controls(store, tokens, protection, around)
    app.router.add_get("/sandbox/tables/{set}", controls.read)
    app.router.add_post("/sandbox/tables/{set}", controls.insert)
    app.router.add_delete("/sandbox/tables/{set}", controls.delete)
    app.router.add_post("/sandbox/edits", controls.edits)
    app.router.add_post("/sandbox/backdate", controls.backdate)
    app.router.add_post("/sandbox/privileges", controls.privileges)
    app.router.add_post("/sandbox/tracking", controls.tracking)
    app.router.add_post("/sandbox/definitions", controls.define)
    app.router.add_post("/sandbox/columns", controls.columns)
    app.router.add_post("/sandbox/plugins", controls.plugins)
    app.router.add_post("/sandbox/parallelism", controls.parallelism)
    app.router.add_post("/sandbox/delta/expire", controls.expire)
    app.router.add_post("/sandbox/tokens/revoke", controls.revoke)
