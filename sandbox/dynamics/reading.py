"""GET: a page of a table, one row, one property, a count."""

from collections.abc import Callable
from itertools import islice
from typing import Any
from urllib.parse import quote

from sandbox.dynamics.addresses import read_key
from sandbox.dynamics.calls import Answer, Call
from sandbox.dynamics.columns import Column, Table
from sandbox.dynamics.expanding import expander
from sandbox.dynamics.paging import LARGEST_PAGE, Cookie, page_size, read_cookie
from sandbox.dynamics.projection import chosen, shower, wanted_annotations
from sandbox.dynamics.query import Filter, order_by, with_aliases
from sandbox.dynamics.refusals import Refusal, bad_request, privilege_denied, unknown_property
from sandbox.dynamics.store import Row, Rows, Store
from sandbox.dynamics.tracking import check_tracked, delta_page, new_token, pending, seen_version

COUNT_CAP = 5000
OPTIONS = {"$select", "$filter", "$orderby", "$top", "$count", "$expand", "$skiptoken", "$deltatoken"}


def may(store: Store, rows: Rows, verb: str) -> None:
    """403 0x80040220 when the caller lacks the privilege (Read, Create, Write, Delete)."""
    privilege = rows.table.privilege(verb)
    if privilege in store.deny:
        raise privilege_denied(store.user_id, privilege, rows.table.code, rows.table.logical)


def known_in(table: Table) -> Callable[[str], None]:
    def known(name: str) -> None:
        if name not in table.properties:
            raise unknown_property(name, table.logical)

    return known


def check_options(query: dict[str, str]) -> None:
    for option in query:
        if option == "$skip":
            raise bad_request("Skip Clause is not supported in CRM.")
        if option in {"fetchXml", "sql", "savedQuery", "userQuery", "$apply"}:
            raise Refusal(501, "0x80048d0b", f"This sandbox does not read by '{option}'.")
        if option.startswith("$") and option not in OPTIONS:
            raise bad_request(f"The query parameter '{option}' is not supported.")


def read_table(store: Store, rows: Rows, call: Call) -> Answer:
    """A page of a table: plain, the first read of a tracked one, or a delta."""
    may(store, rows, "Read")
    query = call.query
    skip = read_cookie(query["$skiptoken"]) if "$skiptoken" in query else None
    tracked = "odata.track-changes" in call.prefer or "$deltatoken" in query or bool(skip and skip.tracking)
    if tracked:
        check_tracked(store, rows.table, query)
    check_options(query)
    page = Page(store, rows, call, skip, tracked)
    if "$deltatoken" in query:
        return page.delta(query["$deltatoken"])
    return page.sorted() if "$orderby" in query else page.plain()


class Page:
    """What the three ways of reading a page have in common."""

    def __init__(self, store: Store, rows: Rows, call: Call, skip: Cookie | None, tracked: bool) -> None:
        self.store, self.rows, self.call, self.tracked = store, rows, call, tracked
        self.table = rows.table
        self.query = call.query
        self.columns = chosen(self.table, self.query.get("$select"))
        self.show = shower(store, self.table, self.columns, wanted_annotations(call))
        if "$expand" in self.query:
            self.show = expander(store, self.table, self.query["$expand"], self.show)
        self.top = self._top()
        self.size = self.top or page_size(call.prefer.get("odata.maxpagesize"))
        self.cookie = skip or Cookie(until=store.version, tracking=tracked)
        self.filter = self._filter()

    def _top(self) -> int | None:
        if "$top" not in self.query:
            return None
        if "odata.maxpagesize" in self.call.prefer:
            raise bad_request("The $top query option cannot be used together with the odata.maxpagesize preference.")
        if not self.query["$top"].isdigit():
            raise bad_request(f"Invalid value '{self.query['$top']}' for $top query option found.")
        return min(int(self.query["$top"]), LARGEST_PAGE)

    def _filter(self) -> Filter | None:
        text = self.query.get("$filter")
        return Filter(with_aliases(text, self.query), known_in(self.table)) if text else None

    def plain(self) -> Answer:
        """In order of creation; the next page goes on from the place where this one ended."""
        if self.filter is not None and (few := self._indexed()) is not None:
            return self.listed(few)
        found: list[Row] = []
        order, by_id = self.rows.order, self.rows.by_id
        test = self.filter.test if self.filter else None
        for at in range(self.cookie.reached, len(order)):
            if not (row_id := order[at]):
                continue
            row = by_id[row_id]
            if test is not None and not test(row):
                continue
            if len(found) == self.size:
                rest = None if self.top is not None else self.cookie.next(at)
                return self._reply(found, rest)
            found.append(row)
        return self._reply(found, None)

    def _indexed(self) -> list[Row] | None:
        """The rows that an index of the filter's columns offers, tested; None if no index helps."""
        assert self.filter is not None
        for index in self.rows.every_index():
            if len(index.columns) == 1 and index.columns[0] in self.filter.fixed:
                values = self.filter.fixed[index.columns[0]]
                whole = self.table.properties[index.columns[0]].kind == "Integer"
                # an In() list names numbers as text
                wanted = [int(value) if whole and str(value).isdigit() else value for value in values]
                offered = {row_id for value in wanted for row_id in index.find(value)}
                rows = [self.rows.by_id[row_id] for row_id in offered]
                return sorted((row for row in rows if self.filter.test(row)), key=lambda row: int(row["@place"]))
        return None

    def sorted(self) -> Answer:
        sort = order_by(self.query["$orderby"], known_in(self.table))
        test = self.filter.test if self.filter else None
        found = [row for row in self.rows.by_id.values() if test is None or test(row)]
        sort(found)
        return self.listed(found)

    def listed(self, found: list[Row]) -> Answer:
        """A page of rows that are all known: `reached` counts them."""
        end = self.cookie.reached + self.size
        rest = self.cookie.next(end) if len(found) > end and self.top is None else None
        return self._reply(found[self.cookie.reached : end], rest)

    def delta(self, token: str) -> Answer:
        since = seen_version(self.store, self.table, token)
        cookie = self.cookie
        if "$skiptoken" not in self.query:
            cookie = Cookie(reached=since, since=since, until=self.store.version, tracking=True)
        deleted = f"{self.call.base}/$metadata#{self.table.entity_set}/$deletedEntity"
        page = delta_page(self.rows, cookie, self.size, self.show, deleted)
        self.cookie = cookie
        return self._wrapped(page.value, page.rest, f"{self._context()}/$delta", {"$deltatoken": token})

    def _context(self) -> str:
        names = ",".join(name for name in self.query.get("$select", "").split(",") if name)
        return f"{self.call.base}/$metadata#{self.table.entity_set}" + (f"({names})" if names else "")

    def _reply(self, found: list[Row], rest: Cookie | None) -> Answer:
        show = self.show
        return self._wrapped([show(row) for row in found], rest, self._context(), {})

    def _wrapped(self, value: list[Any], rest: Cookie | None, context: str, more: dict[str, str]) -> Answer:
        body: dict[str, Any] = {"@odata.context": context}
        if self.query.get("$count") == "true":
            body["@odata.count"] = count_rows(self.rows, self.filter)
        body["value"] = value
        if rest is not None:
            last = str(value[-1].get(self.table.id_name) or value[-1].get("id"))
            body["@odata.nextLink"] = self._link(more | {"$skiptoken": rest.token(self.table.id_name, last)})
        elif self.tracked:
            body["@odata.deltaLink"] = self._link({"$deltatoken": new_token(self.store, self.cookie.until)}, bare=True)
        return Answer(200, body, self._applied())

    def _link(self, more: dict[str, str], *, bare: bool = False) -> str:
        """This address with other tokens; a delta link keeps nothing but the $select."""
        kept = {name: text for name, text in self.query.items() if name not in {"$skiptoken", "$deltatoken"}}
        if bare:
            kept = {name: text for name, text in kept.items() if name == "$select"}
        pairs = [f"{name}={quote(text, safe=',')}" for name, text in kept.items()]
        pairs += [
            f"{name}={quote(text, safe='').replace('%2F', '%2f').replace('%3A', '%3a')}" for name, text in more.items()
        ]
        return f"{self.call.base}/{self.table.entity_set}?" + "&".join(pairs)

    def _applied(self) -> dict[str, str]:
        prefer = self.call.prefer
        applied = ["odata.track-changes"] if "odata.track-changes" in prefer else []
        if "odata.maxpagesize" in prefer:
            applied.append(f"odata.maxpagesize={self.size}")
        if asked := prefer.get("odata.include-annotations"):
            applied.append(f'odata.include-annotations="{asked}"')
        return {"Preference-Applied": ",".join(applied)} if applied else {}


def count_rows(rows: Rows, filtered: Filter | None) -> int:
    """Counts stop at 5000."""
    if filtered is None:
        return min(len(rows.by_id), COUNT_CAP)
    matches = (row for row in rows.by_id.values() if filtered.test(row))
    return sum(1 for _ in islice(matches, COUNT_CAP))


def count_table(store: Store, rows: Rows, call: Call) -> Answer:
    """`leads/$count` as plain text, with a filter or of the changes since a delta token."""
    may(store, rows, "Read")
    if "$deltatoken" in call.query:
        check_tracked(store, rows.table, call.query)
        return Answer(200, str(pending(rows, seen_version(store, rows.table, call.query["$deltatoken"]))))
    text = call.query.get("$filter")
    filtered = Filter(with_aliases(text, call.query), known_in(rows.table)) if text else None
    return Answer(200, str(count_rows(rows, filtered)))


def total_count(store: Store, names: list[str], base: str) -> Answer:
    """RetrieveTotalRecordCount: not capped. The real one is a snapshot of up to a day ago; this one is exact."""
    missing = [name for name in names if name not in store.logical]
    if missing:
        raise Refusal(400, "0x80041102", f"The entity with a name = '{missing[0]}' was not found in the MetadataCache.")
    counts = [len(store.logical[name].by_id) for name in names]
    collection = {"Count": len(names), "IsReadOnly": False, "Keys": names, "Values": counts}
    context = f"{base}/$metadata#Microsoft.Dynamics.CRM.RetrieveTotalRecordCountResponse"
    return Answer(200, {"@odata.context": context, "EntityRecordCountCollection": collection})


def read_row(store: Store, rows: Rows, key: str, call: Call) -> Answer:
    """One row. 304 when the reader's If-None-Match is its etag and no annotations were asked for."""
    may(store, rows, "Read")
    check_options(call.query)
    row = read_key(rows, key).found(rows)
    columns = chosen(rows.table, call.query.get("$select"))
    annotations = wanted_annotations(call)
    etag = f'W/"{row["versionnumber"]}"'
    if not annotations and "$expand" not in call.query and call.headers.get("If-None-Match") == etag:
        return Answer(304, None, {"ETag": etag})
    return Answer(200, entity(store, rows, row, columns, annotations, call), {"ETag": etag})


def entity(
    store: Store, rows: Rows, row: Row, columns: list[Column], annotations: set[str], call: Call
) -> dict[str, Any]:
    """One row as a body of its own."""
    names = call.query.get("$select", "")
    context = f"{call.base}/$metadata#{rows.table.entity_set}{f'({names})' if names else ''}/$entity"
    show = shower(store, rows.table, columns, annotations)
    if "$expand" in call.query:
        show = expander(store, rows.table, call.query["$expand"], show)
    return {"@odata.context": context, **show(row)}


def read_property(store: Store, rows: Rows, key: str, name: str, call: Call) -> Answer:
    """`leads(guid)/firstname`: 204 when it is null."""
    may(store, rows, "Read")
    row = read_key(rows, key).found(rows)
    known_in(rows.table)(name)
    value = row.get(name)
    if value is None:
        return Answer(204)
    address = f"{rows.table.entity_set}({row[rows.table.id_name]})/{name}"
    return Answer(200, {"@odata.context": f"{call.base}/$metadata#{address}", "value": value})
