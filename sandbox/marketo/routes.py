"""Which address is answered by what. Handlers take the instance and the call and give the reply's envelope."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.marketo import queries, schema
from sandbox.marketo.envelope import Call, Json, Plain, Refusal, succeeded
from sandbox.marketo.fields import FieldTable
from sandbox.marketo.instance import Instance
from sandbox.marketo.objects import ObjectStore
from sandbox.marketo.stamps import quota_day
from sandbox.marketo.usage import last_seven

Handler = Callable[[Instance, Call], Json | Plain]


@dataclass(frozen=True)
class Route:
    kind: str
    """What the sandbox counts such calls as."""
    answer: Handler


class Routes:
    def __init__(self) -> None:
        self._exact: dict[str, dict[str, Route]] = {}
        self._patterns: list[tuple[re.Pattern[str], dict[str, Route]]] = []

    def add(self, path: str, kind: str, **methods: Handler) -> None:
        """`path` with `*` for a part that is captured; methods in lower case."""
        by_method = {method.upper(): Route(kind.format(_verb(method)), answer) for method, answer in methods.items()}
        if "*" in path:
            self._patterns.append((re.compile(re.escape(path).replace(r"\*", "([^/]+?)")), by_method))
        else:
            self._exact[path] = by_method

    def find(self, path: str, method: str) -> tuple[Route, tuple[str, ...]]:
        """The route and the captured parts; 610 for an unknown address, 605 for a method it does not take."""
        captured: tuple[str, ...] = ()
        by_method = self._exact.get(path)
        if by_method is None:
            for pattern, methods in self._patterns:
                if match := pattern.fullmatch(path):
                    by_method, captured = methods, match.groups()
                    break
        if by_method is None:
            raise Refusal("610", "Requested resource not found")
        if method not in by_method:
            raise Refusal("605", f"HTTP Method '{method}' not supported")
        return by_method[method], captured


def _verb(method: str) -> str:
    return {"get": "read", "post": "write", "delete": "delete"}[method]


def make_routes() -> Routes:
    routes = Routes()
    _add_people(routes)
    _add_activities(routes)
    for name in ("companies", "opportunities", "salespersons", "namedaccounts"):
        _add_object(routes, name, name)
    _add_object(routes, "opportunities/roles", "roles")
    for name in ("companies", "opportunities", "namedaccounts"):
        _add_object_schema(routes, name)
    _add_usage(routes)
    _add_custom_objects(routes)
    _add_lists(routes)
    _add_bulk(routes)
    routes.add("/rest/asset/v1/programs.json", "assets.read", get=lambda i, c: _no_assets())
    return routes


def _no_assets() -> Json:
    return {"success": True, "errors": [], "warnings": ["No assets found for the given search criteria."], "result": []}


def _add_people(routes: Routes) -> None:
    add = routes.add
    add(
        "/rest/v1/leads.json", "leads.{}",
        get=lambda i, c: i.people.read(c), post=lambda i, c: i.writes.sync(c), delete=lambda i, c: i.writes.delete(c),
    )  # fmt: skip
    add("/rest/v1/leads/delete.json", "leads.delete", post=lambda i, c: i.writes.delete(c))
    add("/rest/v1/lead/*.json", "leads.{}", get=lambda i, c: i.people.read_one(c))
    add("/rest/v1/leads/*/merge.json", "leads.merge", post=lambda i, c: i.writes.merge(c))
    add("/rest/v1/leads/describe.json", "leads.describe", get=lambda i, c: schema.describe_people(i.people))
    add("/rest/v1/leads/describe2.json", "leads.describe", get=lambda i, c: schema.describe_people_2(i.people))
    add(
        "/rest/v1/leads/partitions.json", "leads.partitions",
        get=lambda i, c: schema.partitions(i.people), post=lambda i, c: schema.move_partitions(i.people, c),
    )  # fmt: skip
    _add_fields(routes, "leads", lambda i: i.people.table)


def _add_fields(routes: Routes, name: str, table: Callable[[Instance], FieldTable]) -> None:
    routes.add(
        f"/rest/v1/{name}/schema/fields.json", f"{name}.schema",
        get=lambda i, c: schema.browse_fields(table(i), c), post=lambda i, c: schema.create_fields(table(i), c),
    )  # fmt: skip
    routes.add(
        f"/rest/v1/{name}/schema/fields/*.json", f"{name}.schema",
        get=lambda i, c: schema.one_field(table(i), c), post=lambda i, c: schema.update_field(table(i), c),
    )  # fmt: skip


def _add_object_schema(routes: Routes, name: str) -> None:
    def table(instance: Instance) -> FieldTable:
        store: ObjectStore = getattr(instance, name)
        return store.kind.table

    _add_fields(routes, name, table)


def _add_activities(routes: Routes) -> None:
    at = "/rest/v1/activities"
    routes.add(f"{at}/pagingtoken.json", "activities.token", get=lambda i, c: i.reads.paging_token(c))
    routes.add(f"{at}/types.json", "activities.types", get=lambda i, c: i.reads.types())
    routes.add(f"{at}/leadchanges.json", "activities.changes", get=lambda i, c: i.reads.lead_changes(c))
    routes.add(f"{at}/deletedleads.json", "activities.deleted", get=lambda i, c: i.reads.deleted(c))
    routes.add(f"{at}.json", "activities.read", get=lambda i, c: i.reads.of_types(c))


def _add_object(routes: Routes, path: str, attribute: str) -> None:
    def store(instance: Instance) -> ObjectStore:
        found: ObjectStore = getattr(instance, attribute)
        return found

    def writable(instance: Instance) -> ObjectStore:
        found = store(instance)
        queries.refuse_while_native(instance.native_sync and found.kind.of_crm)
        return found

    routes.add(
        f"/rest/v1/{path}.json", f"{attribute}.{{}}",
        get=lambda i, c: queries.query(store(i), c), post=lambda i, c: writable(i).sync(c),
    )  # fmt: skip
    routes.add(f"/rest/v1/{path}/delete.json", f"{attribute}.delete", post=lambda i, c: writable(i).delete(c))
    routes.add(f"/rest/v1/{path}/describe.json", f"{attribute}.describe", get=lambda i, c: queries.describe(store(i)))


def _add_custom_objects(routes: Routes) -> None:
    add, at = routes.add, "/rest/v1/customobjects"
    add(f"{at}.json", "customs.list", get=lambda i, c: i.customs.listed(c))
    add(f"{at}/*.json", "customs.{}", get=lambda i, c: i.customs.query(c), post=lambda i, c: i.customs.sync(c))
    add(f"{at}/*/describe.json", "customs.describe", get=lambda i, c: i.customs.describe(c))
    add(f"{at}/*/delete.json", "customs.delete", post=lambda i, c: i.customs.delete(c))
    kind = "customs.schema"
    add(f"{at}/schema.json", kind, get=lambda i, c: i.customs.types_listed(), post=lambda i, c: i.customs.sync_type(c))
    add(f"{at}/schema/*/describe.json", kind, get=lambda i, c: i.customs.type_described(c))
    add(f"{at}/schema/*/addField.json", kind, post=lambda i, c: i.customs.add_fields(c))
    add(f"{at}/schema/*/approve.json", kind, post=lambda i, c: i.customs.approve(c))
    add(f"{at}/schema/*/delete.json", kind, post=lambda i, c: i.customs.delete_type(c))
    add(f"{at}/schema/*/discardDraft.json", kind, post=lambda i, c: i.customs.discard_draft(c))


def _add_lists(routes: Routes) -> None:
    routes.add("/rest/v1/lists.json", "lists.{}", get=lambda i, c: i.lists.browse(c))
    routes.add("/rest/v1/list/*/leads.json", "lists.{}", get=lambda i, c: i.lists.read(c))
    routes.add(
        "/rest/v1/lists/*/leads.json", "lists.{}",
        get=lambda i, c: i.lists.read(c), post=lambda i, c: i.lists.add(c), delete=lambda i, c: i.lists.remove(c),
    )  # fmt: skip
    routes.add("/rest/v1/campaigns.json", "campaigns.{}", get=lambda i, c: succeeded([]))


def _add_bulk(routes: Routes) -> None:
    add, batch = routes.add, "/bulk/v1/leads/batch/*"
    add("/bulk/v1/leads.json", "bulk.{}", post=lambda i, c: i.bulk.import_people(c))
    add(f"{batch}.json", "bulk.{}", get=lambda i, c: i.bulk.import_status(c))
    add(f"{batch}/failures.json", "bulk.{}", get=lambda i, c: i.bulk.import_failures(c))
    add(f"{batch}/warnings.json", "bulk.{}", get=lambda i, c: i.bulk.import_warnings(c))
    for kind in ("leads", "activities"):
        _add_export(routes, kind)


def _add_export(routes: Routes, kind: str) -> None:
    add, at = routes.add, f"/bulk/v1/{kind}/export"
    add(f"{at}.json", "bulk.{}", get=lambda i, c: i.bulk.listed(kind, c))
    add(f"{at}/create.json", "bulk.{}", post=lambda i, c: i.bulk.create(kind, c))
    add(f"{at}/*/enqueue.json", "bulk.{}", post=lambda i, c: i.bulk.enqueue(kind, c))
    add(f"{at}/*/status.json", "bulk.{}", get=lambda i, c: i.bulk.status(kind, c))
    add(f"{at}/*/file.json", "bulk.{}", get=lambda i, c: i.bulk.file(kind, c))
    add(f"{at}/*/cancel.json", "bulk.{}", post=lambda i, c: i.bulk.cancel(kind, c))


def _add_usage(routes: Routes) -> None:
    def week(instance: Instance, call: Call, errors: bool) -> Json:
        told = instance.usage.errors_on if errors else instance.usage.calls_on
        return succeeded([told(day) for day in last_seven(quota_day(call.now))])

    at = "/rest/v1/stats"
    routes.add(f"{at}/usage.json", "stats", get=lambda i, c: succeeded([i.usage.calls_on(quota_day(c.now))]))
    routes.add(f"{at}/usage/last7days.json", "stats", get=lambda i, c: week(i, c, False))
    routes.add(f"{at}/errors.json", "stats", get=lambda i, c: succeeded([i.usage.errors_on(quota_day(c.now))]))
    routes.add(f"{at}/errors/last7days.json", "stats", get=lambda i, c: week(i, c, True))
