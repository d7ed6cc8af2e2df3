"""One Marketo instance: its people, objects and log, tied together by the rules that concern more than one of them."""

import argparse
from itertools import count

from sandbox.marketo import standard_fields
from sandbox.marketo.activities import Activities
from sandbox.marketo.activity_reads import ActivityReads
from sandbox.marketo.breaking import Breaking
from sandbox.marketo.bulk import Bulk
from sandbox.marketo.custom_objects import CustomObjects
from sandbox.marketo.envelope import Json, Refusal
from sandbox.marketo.fields import FieldTable
from sandbox.marketo.identity import Identity
from sandbox.marketo.limits import Limits
from sandbox.marketo.lists import Lists
from sandbox.marketo.objects import ObjectStore, ObjectType, Row
from sandbox.marketo.people import People
from sandbox.marketo.people_writes import PeopleWrites
from sandbox.marketo.usage import Usage
from sandbox.service import Surroundings


class Instance:
    def __init__(self, around: Surroundings, arguments: argparse.Namespace) -> None:
        self.around = around
        self.identity = Identity(arguments.client_id, arguments.client_secret)
        self.limits = Limits()
        self.usage = Usage()
        self.native_sync = False
        self.activities = Activities()
        self._numbers = count(1)
        self.companies = self._store("Company", "Company", "id", ["externalCompanyId"], ["id", "company"])
        self.salespersons = self._store("SalesPerson", "Sales Person", "id", ["externalSalesPersonId"], ["id", "email"])
        self.opportunities = self._store(
            "opportunity", "Opportunity", "marketoGUID", ["externalOpportunityId"], ["marketoGUID"], required=("name",)
        )
        self.roles = self._store(
            "opportunityRole", "Opportunity Role", "marketoGUID", ["externalOpportunityId", "leadId", "role"],
            ["marketoGUID", "leadId", "externalOpportunityId"],
        )  # fmt: skip
        self.namedaccounts = self._store("namedAccount", "Named Account", "marketoGUID", ["name"], ["marketoGUID"])
        self.namedaccounts.kind.of_crm = False
        self.people = People(FieldTable(standard_fields.person_table(), first_id=47), self.activities, self.companies)
        self.writes = PeopleWrites(self.people, self.salespersons.by_key.__contains__)
        self.reads = ActivityReads(self.activities, self.people, around.chance.random)
        self.lists = Lists(self.people, self.reads.lists)
        self.customs = CustomObjects(self.new_guid, self._fields_of)
        self.bulk = Bulk(self.writes, self.new_guid)
        self.breaking: list[Breaking] = []
        self._tie()

    def _store(
        self,
        name: str,
        display: str,
        id_field: str,
        dedupe: list[str],
        searchable: list[str],
        required: tuple[str, ...] = (),
    ) -> ObjectStore:
        table = FieldTable(_TABLES[name]())
        names = searchable if len(dedupe) > 1 else [*dedupe, *searchable]
        kind = ObjectType(name, display, id_field, tuple(dedupe), tuple(names), table, required)
        return ObjectStore(kind, self.new_guid if id_field == "marketoGUID" else lambda: next(self._numbers))

    def _fields_of(self, name: str) -> FieldTable:
        return self.people.table if name == "leads" else self.companies.kind.table

    def new_guid(self) -> str:
        digits = f"{self.around.chance.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def _tie(self) -> None:
        self.companies.on_change = self.people.company_changed
        self.companies.check_delete = self._company_unused
        self.companies.check_row = self._owner_known
        self.salespersons.check_delete = self._salesperson_unused
        self.opportunities.check_batch = self._owners_known
        self.opportunities.check_row = self._company_known
        self.opportunities.on_delete = self._drop_roles
        self.roles.check_row = self._role_ends_known
        self.writes.on_gone = self._person_gone

    def _company_known(self, values: Row, _: Row | None) -> None:
        company = values.get("externalCompanyId")
        if company is not None and company not in self.companies.by_key:
            raise Refusal("1003", f"externalCompanyId '{company}' not found")

    def _owner_known(self, values: Row, _: Row | None) -> None:
        owner = values.get("externalSalesPersonId")
        if owner is not None and owner not in self.salespersons.by_key:
            raise Refusal("718", f"ExternalSalesPersonID '{owner}' not found")

    def _owners_known(self, records: list[Json]) -> None:
        """Sync Opportunities with an unknown sales person fails as a whole: 718 is a response-level code."""
        known = self.salespersons.by_key
        for record in records:
            owner = record.get("externalSalesPersonId")
            if isinstance(owner, str) and owner and owner not in known:
                raise Refusal("718", f"ExternalSalesPersonID '{owner}' not found")

    def _role_ends_known(self, values: Row, old: Row | None) -> None:
        ends = old or values
        if ends["externalOpportunityId"] not in self.opportunities.by_key:
            raise Refusal("1013", f"Opportunity '{ends['externalOpportunityId']}' not found")
        if ends["leadId"] not in self.people.rows:
            raise Refusal("1004", f"Lead '{ends['leadId']}' not found")

    def _company_unused(self, row: Row) -> None:
        if self.people.members.get(row["externalCompanyId"]):
            raise Refusal("1022", "Object in use")

    def _salesperson_unused(self, row: Row) -> None:
        """Opportunities and companies are looked through: sales persons are deleted too rarely for an index."""
        key = row["externalSalesPersonId"]
        held = (r for store in (self.opportunities, self.companies) for r in store.rows.values())
        if self.people.owned.get(key) or any(r.get("externalSalesPersonId") == key for r in held):
            raise Refusal("1022", "Object in use")

    def _drop_roles(self, row: Row) -> None:
        for role in list(self.roles.having("externalOpportunityId", row["externalOpportunityId"])):
            self.roles.remove(role)

    def _person_gone(self, loser: int, winner: int | None) -> None:
        """A deleted person's roles go with it; a merged one's pass to the winner."""
        for role in list(self.roles.having("leadId", loser)):
            self.roles.remove(role)
            moved = {**role, "leadId": winner}
            if winner is not None and (role["externalOpportunityId"], winner, role["role"]) not in self.roles.by_key:
                self.roles.insert({k: v for k, v in moved.items() if k != "marketoGUID"}, role["updatedAt"])


_TABLES = {
    "Company": standard_fields.company_table,
    "SalesPerson": standard_fields.salesperson_table,
    "opportunity": standard_fields.opportunity_table,
    "opportunityRole": standard_fields.role_table,
    "namedAccount": standard_fields.named_account_table,
}
