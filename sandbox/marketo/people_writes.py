"""Creating, updating, deleting and merging people, as the API does and as Marketo's own users do."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.marketo.activities import API_SOURCE
from sandbox.marketo.envelope import Call, Json, Refusal, skipped, succeeded
from sandbox.marketo.objects import Row
from sandbox.marketo.people import People
from sandbox.marketo.stamps import stamp

ACTIONS = ("createOnly", "updateOnly", "createOrUpdate", "createDuplicate")


class PeopleWrites:
    def __init__(self, people: People, salesperson_known: Callable[[str], bool]) -> None:
        self.people = people
        self.table = people.table
        self.activities = people.activities
        self.salesperson_known = salesperson_known
        self.on_gone: Callable[[int, int | None], None] = lambda loser, winner: None
        self.blocked: frozenset[str] = frozenset()
        """Fields under "Block Field Updates": the API's updates leave them, inserts and people do not."""

    # the API's Sync Leads

    def sync(self, call: Call) -> Json:
        """POST leads.json {action, lookupField, partitionName, asyncProcessing, input}; results in input order."""
        body = call.json()
        action = body.get("action") or "createOrUpdate"
        if action not in ACTIONS:
            raise Refusal("1003", f"Invalid action '{action}'")
        lookup = body.get("lookupField") or "email"
        self.check_lookup(lookup)
        partition = self._partition(body.get("partitionName"), action)
        results: list[Json] = []
        mine: set[int] = set()
        for record in call.records():
            try:
                results.append(self._sync_one(record, action, lookup, partition, call, mine))
            except Refusal as refusal:
                results.append(skipped(refusal))
        return succeeded([] if body.get("asyncProcessing") is True else results)

    def check_lookup(self, lookup: str) -> None:
        if lookup not in self.table.by_name:
            raise Refusal("1006", f"Field '{lookup}' not found")
        if not self.people.is_key(lookup):
            raise Refusal("1011", f"Field '{lookup}' not supported")

    def _partition(self, name: str | None, action: str) -> int | None:
        if not name:
            return None
        if action not in ("createOnly", "createOrUpdate"):
            raise Refusal("1003", f"partitionName is not allowed with action '{action}'")
        if name not in self.people.partitions:
            raise Refusal("1008", f"Access denied to partition '{name}'")
        return self.people.partitions[name]

    def _sync_one(
        self, record: Json, action: str, lookup: str, partition: int | None, call: Call, mine: set[int]
    ) -> Json:
        if "id" in record and action != "updateOnly":
            raise Refusal("1003", f"Value for field 'id' is not allowed with action '{action}'")
        values = self.checked(record)
        found = self._found(record, action, "id" if "id" in record else lookup, call, mine)
        if found is None:
            person = self.create(values, call.now, API_SOURCE, partition)
            mine.add(person)
            return {"id": person, "status": "created"}
        row = self.people.rows[found]
        if partition is not None and row.get("leadPartitionId", 1) != partition:
            raise Refusal("1010", "Partition update not allowed")
        taken = {name: value for name, value in values.items() if name not in self.blocked}
        self.update(row, taken, call.now, API_SOURCE, API_SOURCE)
        return {"id": found, "status": "updated"}

    def _found(self, record: Json, action: str, lookup: str, call: Call, mine: set[int]) -> int | None:
        """The person a record means, or None when one has to be created."""
        if action == "createDuplicate":
            return None
        key = self.table.checks[lookup](record.get(lookup))
        if key is None:
            if action == "createOnly":
                return None
            raise Refusal("1003", f"Lookup field '{lookup}' is missing or empty")
        found = self.people.having(lookup, key)
        if action == "createOrUpdate":
            found = [person for person in found if person < call.first_unseen or person in mine]
        if not found and action == "updateOnly":
            raise Refusal("1004", "Lead not found")
        if found and action == "createOnly":
            raise Refusal("1005", "Lead already exists")
        if len(found) > 1:
            raise Refusal("1007", "Multiple lead match lookup criteria")
        return found[0] if found else None

    def checked(self, record: Json) -> Row:
        """A record's values as they will be stored; the Refusal of the first one that cannot be."""
        values: Row = {}
        checks, fields = self.table.checks, self.table.by_name
        for name, value in record.items():
            check = checks.get(name)
            if check is None:
                raise Refusal("1006", f"Field '{name}' not found")
            field = fields[name]
            if field.of_company:
                raise Refusal("1021", "Company update not allowed")
            if field.read_only:
                if name == "id":
                    continue
                raise Refusal("1003", f"Field '{name}' is read-only")
            values[name] = check(value)
        company, owner = values.get("externalCompanyId"), values.get("externalSalesPersonId")
        if company is not None and company not in self.people.companies.by_key:
            raise Refusal("1003", f"externalCompanyId '{company}' not found")
        if owner is not None and not self.salesperson_known(owner):
            raise Refusal("718", f"ExternalSalesPersonID '{owner}' not found")
        return values

    # what every write comes down to

    def create(self, values: Row, now: datetime, source: str, partition: int | None = None, quiet: bool = False) -> int:
        """A new person of checked values, with its New Lead activity; an address that unsubscribed stays so."""
        people = self.people
        person = people.next_id
        people.next_id += 1
        moment = stamp(now)
        row: Row = {"id": person, "createdAt": moment, "updatedAt": moment}
        row |= {name: value for name, value in values.items() if value is not None}
        if partition is not None and partition != 1:
            row["leadPartitionId"] = partition
        people.rows[person] = row
        for name in values:
            people.index(row, name, present=True)
        if not quiet:
            self.activities.new_lead(person, now, source)
        self._keep_unsubscribed(row, set(values), now)
        return person

    def update(self, row: Row, values: Row, now: datetime, source: str, reason: str) -> list[str]:
        """Writes checked values and one activity for each that differs; a value that was there already leaves none."""
        changed: list[str] = []
        for name, value in values.items():
            field = self.table.by_name[name]
            old = row.get(name, field.default)
            if value == old:
                continue
            changed.append(name)
            before = self._inherited(row) if name == "externalCompanyId" else {}
            self.people.index(row, name, present=False)
            if value is None:
                row.pop(name, None)
            else:
                row[name] = value
            self.people.index(row, name, present=True)
            self.activities.changed(row["id"], now, field, old, value, source, reason)
            for inherited, was in before.items():
                self._log_inherited(row, inherited, was, now, source)
        if changed:
            row["updatedAt"] = stamp(now)
            self._keep_unsubscribed(row, set(changed), now)
        return changed

    def update_quietly(self, row: Row, values: Row) -> None:
        """Writes checked values in a way that leaves no trace: neither activity nor date."""
        for name, value in values.items():
            self.people.index(row, name, present=False)
            row[name] = value
            if value is None:
                del row[name]
            self.people.index(row, name, present=True)

    def _inherited(self, row: Row) -> Row:
        fields = self.table.by_name.values()
        return {field.name: self.people.value(row, field.name) for field in fields if field.of_company}

    def _log_inherited(self, row: Row, name: str, was: Any, now: datetime, source: str) -> None:
        value = self.people.value(row, name)
        if value != was:
            self.activities.changed(row["id"], now, self.table.by_name[name], was, value, source, "Company update")

    def _keep_unsubscribed(self, row: Row, written: set[str], now: datetime) -> None:
        """Durable unsubscribe: an address that opted out stays out, until an existing person's opt-in is written."""
        if "email" not in row:
            return
        address, known = row["email"].lower(), self.people.unsubscribed
        if row.get("unsubscribed"):
            known.add(address)
        elif "email" in written and address in known:
            row["unsubscribed"] = True
            field = self.table.by_name["unsubscribed"]
            self.activities.changed(row["id"], now, field, False, True, "Durable Unsubscribe", "Durable Unsubscribe")
        elif "unsubscribed" in written:
            known.discard(address)

    # deletes and merges

    def delete(self, call: Call) -> Json:
        """POST leads/delete.json {input: [{id}]} (DELETE leads.json for older clients)."""
        results: list[Json] = []
        given = call.parameters.get("id")
        records = [{"id": part} for part in given.split(",")] if given and call.body is None else call.records()
        for record in records:
            found = self.people.having("id", record.get("id"))
            if found:
                self.remove(found[0], call.now)
                results.append({"id": found[0], "status": "deleted"})
            else:
                results.append({"id": record.get("id"), **skipped(Refusal("1004", "Lead not found"))})
        return succeeded(results)

    def remove(self, person: int, now: datetime, quiet: bool = False) -> None:
        row = self._vanish(person, None)
        if quiet:
            return
        name = " ".join(row[part] for part in ("firstName", "lastName") if part in row)
        self.activities.deleted(person, now, name)

    def _vanish(self, person: int, winner: int | None) -> Row:
        row = self.people.rows[person]
        for name in list(row):
            self.people.index(row, name, present=False)
        del self.people.rows[person]
        self.on_gone(person, winner)
        return row

    def merge(self, call: Call) -> Json:
        """POST leads/{winner}/merge.json?leadId= or leadIds= (at most 25): the winner's values win unless empty."""
        winner = self._one(call.path[0])
        asked = call.listed("leadIds") or [call.required("leadId")]
        if len(asked) > 25:
            raise Refusal("1080", "At most 25 leadIds are allowed")
        losers = [self._one(text) for text in dict.fromkeys(asked)]
        if winner in losers:
            raise Refusal("1003", "A lead cannot be merged with itself")
        row = self.people.rows[winner]
        for loser in losers:
            self._absorb(row, self._vanish(loser, winner), call.now)
        self.activities.merged(winner, losers, call.now)
        return {"success": True}

    def _one(self, text: str) -> int:
        found = self.people.having("id", text)
        if not found:
            raise Refusal("1004", f"Lead '{text}' not found")
        return found[0]

    def _absorb(self, row: Row, loser: Row, now: datetime) -> None:
        system = ("id", "createdAt", "updatedAt", "leadPartitionId")
        values = {name: value for name, value in loser.items() if name not in row and name not in system}
        self.update(row, values, now, "Merge", "Merge Leads")
