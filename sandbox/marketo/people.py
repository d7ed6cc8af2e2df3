"""The people of the instance: their rows, the indexes they are found by, and how a row is read."""

from typing import Any

from sandbox.marketo.activities import Activities
from sandbox.marketo.envelope import Call, Json, Refusal, succeeded
from sandbox.marketo.fields import FieldTable
from sandbox.marketo.objects import ObjectStore, Row
from sandbox.marketo.queries import paged, wanted_fields

DEFAULT_FIELDS = ["id", "email", "updatedAt", "createdAt", "firstName", "lastName"]
SEARCHABLE_TYPES = ("string", "email", "integer")
EMPTY_FILTERS = frozenset(
    "cookies twitterId facebookId linkedInId sfdcAccountId sfdcContactId sfdcLeadId sfdcLeadOwnerId sfdcOpptyId".split()  # noqa: SIM905
)
"""Filter types that exist but can find nobody here."""
LOGGED_COMPANY_SIZE = 5000
"""A company's edit is not logged per person when more people than this belong to it (Marketo, activities)."""


class People:
    """Rows hold only what is not null. `companies` lends its values to the people linked by externalCompanyId."""

    def __init__(self, table: FieldTable, activities: Activities, companies: ObjectStore) -> None:
        self.table = table
        self.activities = activities
        self.companies = companies
        self.rows: dict[int, Row] = {}
        self.by_email: dict[str, list[int]] = {}
        self.by_custom: dict[str, dict[str, list[int]]] = {}
        self.members: dict[str, dict[int, None]] = {}
        self.owned: dict[str, dict[int, None]] = {}
        self.unsubscribed: set[str] = set()
        """Addresses that unsubscribed once: durable, it outlives the person."""
        self.partitions = {"Default": 1, "Europe": 2}
        self.next_id = 1

    # finding

    def searchable(self) -> list[str]:
        customs = [f.name for f in self.table.by_name.values() if f.custom and f.type in SEARCHABLE_TYPES]
        return ["id", "email", "leadPartitionId", *sorted(EMPTY_FILTERS), *customs]

    def is_key(self, name: str) -> bool:
        field = self.table.by_name.get(name)
        return name in ("id", "email") or (field is not None and field.custom and field.type in SEARCHABLE_TYPES)

    def having(self, name: str, value: Any) -> list[int]:
        """The ids of the people whose searchable field holds `value`, without regard to case."""
        if name == "id":
            return [int(value)] if str(value).isdigit() and int(value) in self.rows else []
        index = self.by_email if name == "email" else self.by_custom.get(name, {})
        return index.get(str(value).lower(), [])

    def index(self, row: Row, name: str, present: bool) -> None:
        """Takes one value of a row in or out of whatever index its field has."""
        value = row.get(name)
        if value is None:
            return
        if name in ("externalCompanyId", "externalSalesPersonId"):
            self._link(self.members if name == "externalCompanyId" else self.owned, value, row["id"], present)
        elif name != "id" and self.is_key(name):
            index = self.by_email if name == "email" else self.by_custom.setdefault(name, {})
            ids = index.setdefault(str(value).lower(), [])
            ids.append(row["id"]) if present else ids.remove(row["id"])

    @staticmethod
    def _link(links: dict[str, dict[int, None]], value: str, person: int, present: bool) -> None:
        if present:
            links.setdefault(value, {})[person] = None
        else:
            links[value].pop(person, None)

    # reading

    def value(self, row: Row, name: str) -> Any:
        """What a person shows in a field: the company's value where the field is a company's."""
        field = self.table.by_name[name]
        if field.of_company and "externalCompanyId" in row:
            company = self.companies.by_key.get(row["externalCompanyId"])
            return company.get(name) if company else None
        return row.get(name, field.default)

    def shown(self, row: Row, names: list[str]) -> Json:
        return {name: self.value(row, name) for name in names}

    def asked_fields(self, call: Call) -> list[str]:
        names = wanted_fields(call) or DEFAULT_FIELDS
        for name in names:
            self.table.named(name)
        return names if "id" in names else ["id", *names]

    def read_one(self, call: Call) -> Json:
        """GET lead/{id}.json"""
        names = self.asked_fields(call)
        found = self.having("id", call.path[0])
        if not found:
            raise Refusal("1004", f"Lead '{call.path[0]}' not found")
        return succeeded([self.shown(self.rows[found[0]], names)])

    def read(self, call: Call) -> Json:
        """GET leads.json: at most 300 values; more than 1,000 matches are refused with 1003."""
        names = self.asked_fields(call)
        found = self._matching(call)
        if len(found) > 1000:
            raise Refusal("1003", "Too many results match the filter")
        reply = paged(found, call)
        return {**reply, "result": [self.shown(self.rows[person], names) for person in reply["result"]]}

    def _matching(self, call: Call) -> list[int]:
        name = call.required("filterType")
        if name not in self.table.by_name and name not in EMPTY_FILTERS:
            raise Refusal("1006", f"Field '{name}' not found")
        if name != "leadPartitionId" and name not in EMPTY_FILTERS and not self.is_key(name):
            raise Refusal("1011", f"Field '{name}' not supported")
        call.required("filterValues")
        values = call.listed("filterValues")
        if len(values) > 300:
            raise Refusal("1003", "At most 300 filterValues are allowed")
        if name == "leadPartitionId":
            return [person for person, row in self.rows.items() if str(row.get(name, 1)) in values]
        return sorted({person for value in values for person in self.having(name, value)})

    # what companies do to their people

    def company_changed(self, old: Row, row: Row, call: Call) -> None:
        """Logs a company's new values for each of its people, unless they are too many."""
        people = self.members.get(row.get("externalCompanyId", ""), {})
        if len(people) > LOGGED_COMPANY_SIZE:
            return
        for name, before in old.items():
            field = self.table.by_name.get(name)
            if field is not None and field.of_company:
                for person in people:
                    self.activities.changed(
                        person, call.now, field, before, row.get(name), "Web service API", "Company update"
                    )
