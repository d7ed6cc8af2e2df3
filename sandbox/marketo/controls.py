"""What no real Marketo has: addresses under /sandbox/ to look inside and to play the part of Marketo's own users.

POST  /sandbox/tokens/expire    {} or {"remaining": 2}: seconds that living tokens have left
POST  /sandbox/native-sync      {"on": true}: object writes are refused with 1018
POST  /sandbox/custom-objects   {"on": false}: the subscription has none, every call about them is refused with 1026
GET   /sandbox/customobjects/{name}    {"count": n, "rows": [...]}
POST  /sandbox/blocked          {"fields": ["title"]}: API updates leave them as they are, and say "updated"
POST  /sandbox/breaking         {"field": "title", "value": "Spy", "code": "611", "message": "System error"}: so ends
                                every call that writes such a record; null for a field that is empty; {} for no more
POST  /sandbox/imports          {"end": "Queued"}: files of people stay in the queue until "Complete"; "Failed": so
                                their jobs end, with nobody taken; "603": so files are refused
POST  /sandbox/quota            {"used": 49999}: calls counted today
GET   /sandbox/people           {"count": n, "rows": [...]}; likewise companies, opportunities, roles, salespersons,
                                namedaccounts; ?count=1 leaves the rows out
POST  /sandbox/people           [{field: value}, …] or {"input": [...]}: inserted by a flow; ?quiet=1: a day ago, no log
PATCH /sandbox/people/{id}      {field: value}: edited by a Marketo user; ?source= names the activity's Source
DELETE /sandbox/people/{id}     deleted by a Marketo user; of both, ?quiet=1 leaves no trace
PATCH /sandbox/companies/{id}   {field: value}: edited by whoever may, likewise the other objects (by id or marketoGUID)
DELETE /sandbox/companies/{id}  gone, likewise the other objects
POST  /sandbox/lists/{id}       {"ids": [...]}: a static list with these people
POST  /sandbox/edits            {"count": n}: marketers at work; {"done": [...]}
"""

import json
from datetime import timedelta
from typing import Any

from aiohttp import web

from sandbox.marketo.breaking import Breaking
from sandbox.marketo.envelope import Json, Refusal
from sandbox.marketo.instance import Instance
from sandbox.marketo.marketers import Marketers, checked_by_user
from sandbox.marketo.objects import ObjectStore, Row
from sandbox.marketo.stamps import quota_day

OBJECTS = ("companies", "opportunities", "roles", "salespersons", "namedaccounts")


def add_instance_controls(app: web.Application, instance: Instance) -> None:
    controls = Controls(instance)
    router = app.router
    router.add_post("/sandbox/tokens/expire", controls.expire_tokens)
    router.add_post("/sandbox/native-sync", controls.native_sync)
    router.add_post("/sandbox/blocked", controls.blocked)
    router.add_post("/sandbox/breaking", controls.breaking)
    router.add_post("/sandbox/imports", controls.imports)
    router.add_post("/sandbox/quota", controls.quota)
    router.add_post("/sandbox/custom-objects", controls.custom_objects)
    router.add_get("/sandbox/customobjects/{name}", controls.custom_rows)
    router.add_get("/sandbox/people", controls.people)
    router.add_post("/sandbox/people", controls.add_people)
    router.add_patch("/sandbox/people/{id}", controls.edit_person)
    router.add_delete("/sandbox/people/{id}", controls.delete_person)
    router.add_post("/sandbox/lists/{id}", controls.make_list)
    router.add_post("/sandbox/edits", controls.edits)
    for name in OBJECTS:
        router.add_get(f"/sandbox/{name}", controls.objects)
        router.add_patch(f"/sandbox/{name}/{{id}}", controls.edit_object)
        router.add_delete(f"/sandbox/{name}/{{id}}", controls.delete_object)


class Controls:
    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.marketers = Marketers(instance)

    async def expire_tokens(self, request: web.Request) -> web.Response:
        asked = await _asked(request)
        self.instance.identity.shorten(self.instance.around.clock.now(), asked.get("remaining", 0))
        return web.json_response(asked)

    async def native_sync(self, request: web.Request) -> web.Response:
        self.instance.native_sync = bool((await _asked(request)).get("on"))
        return web.json_response({"on": self.instance.native_sync})

    async def blocked(self, request: web.Request) -> web.Response:
        fields = [self.instance.people.table.named(name).name for name in (await _asked(request))["fields"]]
        self.instance.writes.blocked = frozenset(fields)
        return web.json_response({"fields": fields})

    async def breaking(self, request: web.Request) -> web.Response:
        asked = await _asked(request)
        if asked:
            self.instance.breaking.append(Breaking(**asked))
        else:
            self.instance.breaking.clear()
        return web.json_response(asked)

    async def imports(self, request: web.Request) -> web.Response:
        self.instance.bulk.import_end = str((await _asked(request))["end"])
        return web.json_response({"end": self.instance.bulk.import_end})

    async def custom_objects(self, request: web.Request) -> web.Response:
        self.instance.customs.on = bool((await _asked(request)).get("on"))
        return web.json_response({"on": self.instance.customs.on})

    async def custom_rows(self, request: web.Request) -> web.Response:
        kind = self.instance.customs.types.get(request.match_info["name"])
        rows = [_bare(row) for row in kind.store.rows.values()] if kind and kind.store else []
        return _listed(len(rows), rows)

    async def quota(self, request: web.Request) -> web.Response:
        used: int = (await _asked(request))["used"]
        day = quota_day(self.instance.around.clock.now())
        self.instance.usage.calls[day].clear()
        self.instance.usage.calls[day][self.instance.identity.user] = used
        return web.json_response({"used": used})

    async def people(self, request: web.Request) -> web.Response:
        people = self.instance.people
        names = list(people.table.by_name)
        rows = [] if "count" in request.query else [_bare(people.shown(row, names)) for row in people.rows.values()]
        return _listed(len(people.rows), rows)

    async def objects(self, request: web.Request) -> web.Response:
        store = getattr(self.instance, request.path.rsplit("/", 1)[1])
        return _listed(len(store.rows), [] if "count" in request.query else [_bare(row) for row in store.rows.values()])

    async def edit_object(self, request: web.Request) -> web.Response:
        store, row = self._object(request)
        store.put_quietly(row, await _asked(request))
        return web.json_response({"id": request.match_info["id"]})

    async def delete_object(self, request: web.Request) -> web.Response:
        store, row = self._object(request)
        store.remove(row)
        return web.json_response({"id": request.match_info["id"], "status": "deleted"})

    def _object(self, request: web.Request) -> tuple[ObjectStore, Row]:
        store: ObjectStore = getattr(self.instance, request.path.split("/")[2])
        found = {str(row_id): row for row_id, row in store.rows.items()}
        if request.match_info["id"] not in found:
            raise web.HTTPNotFound(text='{"error": "no such record"}', content_type="application/json")
        return store, found[request.match_info["id"]]

    async def add_people(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.text())
        rows = asked["input"] if isinstance(asked, dict) else asked
        now, writes = self.instance.around.clock.now(), self.instance.writes
        try:
            checked = [checked_by_user(self.instance.people, row) for row in rows]
        except Refusal as refusal:
            return web.json_response({"error": refusal.as_json()}, status=400)
        quiet = request.query.get("quiet") == "1"
        now -= timedelta(days=quiet)
        ids = [writes.create(values, now, "Marketo Flow Action", quiet=quiet) for values in checked]
        return web.json_response({"ids": ids})

    async def edit_person(self, request: web.Request) -> web.Response:
        row = self.instance.people.rows.get(int(request.match_info["id"]))
        if row is None:
            return web.json_response({"error": "no such person"}, status=404)
        source = request.query.get("source", "Web form fillout")
        try:
            values = checked_by_user(self.instance.people, await _asked(request))
        except Refusal as refusal:
            return web.json_response({"error": refusal.as_json()}, status=400)
        if request.query.get("quiet") == "1":
            self.instance.writes.update_quietly(row, values)
            return web.json_response({"id": row["id"], "changed": list(values)})
        changed = self.instance.writes.update(row, values, self.instance.around.clock.now(), source, source)
        return web.json_response({"id": row["id"], "changed": changed})

    async def delete_person(self, request: web.Request) -> web.Response:
        person = int(request.match_info["id"])
        if person not in self.instance.people.rows:
            return web.json_response({"error": "no such person"}, status=404)
        quiet = request.query.get("quiet") == "1"
        self.instance.writes.remove(person, self.instance.around.clock.now(), quiet=quiet)
        return web.json_response({"id": person, "status": "deleted"})

    async def make_list(self, request: web.Request) -> web.Response:
        asked = await _asked(request)
        self.instance.reads.lists[int(request.match_info["id"])] = dict.fromkeys(asked["ids"])
        return web.json_response(asked)

    async def edits(self, request: web.Request) -> web.Response:
        asked = await _asked(request)
        return web.json_response({"done": self.marketers.work(asked.get("count", 1))})


async def _asked(request: web.Request) -> Json:
    text = await request.text()
    asked: Json = json.loads(text) if text else {}
    return asked


def _bare(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _listed(number: int, rows: list[dict[str, Any]]) -> web.Response:
    return web.json_response({"count": number, "rows": rows})
