"""Differences planted behind the sync's back, on either side: no feed ever tells of them."""

import random

from tests.journeys.world import Row, World, control

Found = tuple[str, str | None, str]  # kind, Dynamics id, field


async def quietly(world: World, entity_set: str, *rows: Row) -> list[str]:
    """Edits rows of Dynamics, or makes new ones."""
    return list((await control(world.dynamics, f"tables/{entity_set}?quiet=1", list(rows)))["ids"])


async def quietly_gone(world: World, entity_set: str, *ids: str) -> None:
    address = f"/sandbox/tables/{entity_set}?quiet=1"
    (await world.dynamics.send(world.dynamics.build_request("DELETE", address, json={"ids": ids}))).raise_for_status()


async def quietly_edited(world: World, person: str, **values: object) -> None:
    (await world.marketo.patch(f"/sandbox/people/{person}?quiet=1", json=values)).raise_for_status()


async def edited_there(world: World, kind: str, own_id: object, **values: object) -> None:
    """An object of Marketo's other than a person; nothing ever tells of those."""
    (await world.marketo.patch(f"/sandbox/{kind}/{own_id}", json=values)).raise_for_status()


class Planter:
    """Plants differences of every kind, each in a record of its own, and remembers which."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance = world, random.Random(seed)
        self.planted: dict[str, set[Found]] = {}
        self._free: dict[str, list[Row]] = {}

    async def plant(self) -> None:
        """25 of them."""
        await self._values_in_dynamics()
        await self._values_in_marketo()
        await self._consent()
        await self._objects()
        await self._whole_records()

    @property
    def count(self) -> int:
        return sum(len(found) for found in self.planted.values())

    def _note(self, one: str, kind: str, row_id: str, field: str = "") -> None:
        self.planted.setdefault(one, set()).add((kind, row_id, field))

    async def _person(self, one: str) -> tuple[Row, Row]:
        """An open row that was not touched yet, and its person."""
        id_name, held = (f"{one[:-1]}id", "dynamicsLeadId" if one == "leads" else "dynamicsContactId")
        people = {person[held]: person for person in await self.world.people() if person.get(held)}
        free = [
            row
            for row in await self._rows(one)
            if row[id_name] in people and not row.get("statecode") and not self._both(people[row[id_name]])
        ]
        row = self.chance.choice(free)
        self._free[one].remove(row)
        return row, people[row[id_name]]

    def _both(self, person: Row) -> bool:
        return bool(person.get("dynamicsLeadId") and person.get("dynamicsContactId"))

    async def _rows(self, entity_set: str) -> list[Row]:
        if entity_set not in self._free:
            self._free[entity_set] = await self.world.rows(entity_set)
        return self._free[entity_set]

    async def _row(self, entity_set: str) -> Row:
        rows = await self._rows(entity_set)
        return rows.pop(self.chance.randrange(len(rows)))

    async def _values_in_dynamics(self) -> None:
        for one, column, field in (
            ("leads", "jobtitle", "title"),
            ("leads", "address1_city", "city"),
            ("leads", "telephone1", "phone"),
            ("contacts", "lastname", "lastName"),
            ("contacts", "address1_postalcode", "postalCode"),
        ):
            row, _ = await self._person(one)
            await quietly(self.world, one, {f"{one[:-1]}id": row[f"{one[:-1]}id"], column: "planted"})
            self._note(one, "value", row[f"{one[:-1]}id"], field)
        row, _ = await self._person("leads")
        await quietly(self.world, "leads", {"leadid": row["leadid"], "mkt_leadscore": 77})
        self._note("leads", "value", row["leadid"], "leadScore")

    async def _values_in_marketo(self) -> None:
        for one, field, value in (
            ("leads", "firstName", "Planted"),
            ("leads", "title", None),
            ("leads", "rating", "Lukewarm"),
            ("contacts", "mobilePhone", "+1 555 0100"),
            ("contacts", "externalSalesPersonId", None),
        ):
            row, person = await self._person(one)
            while person.get(field) == value:
                row, person = await self._person(one)
            await quietly_edited(self.world, str(person["id"]), **{field: value})
            self._note(one, "value", row[f"{one[:-1]}id"], field)

    async def _consent(self) -> None:
        row, _ = await self._person("leads")
        await quietly(self.world, "leads", {"leadid": row["leadid"], "donotphone": not row.get("donotphone")})
        self._note("leads", "value", row["leadid"], "doNotCall")
        row, person = await self._person("contacts")
        await quietly_edited(self.world, str(person["id"]), unsubscribed=not person.get("unsubscribed"))
        self._note("contacts", "value", row["contactid"], "unsubscribed")

    async def _objects(self) -> None:
        account = await self._row("accounts")
        await quietly(self.world, "accounts", {"accountid": account["accountid"], "address1_city": "Planted"})
        self._note("accounts", "value", account["accountid"], "billingCity")
        company = await self._there("companies", "externalCompanyId", "accounts")
        await edited_there(self.world, "companies", company["id"], mainPhone="+1 555 0101", annualRevenue=1.5)
        self._note("accounts", "value", company["externalCompanyId"], "mainPhone")
        self._note("accounts", "value", company["externalCompanyId"], "annualRevenue")
        deal = await self._there("opportunities", "externalOpportunityId", "opportunities")
        await edited_there(self.world, "opportunities", deal["marketoGUID"], stage="Planted")
        self._note("opportunities", "value", deal["externalOpportunityId"], "stage")
        seller = await self._there("salespersons", "externalSalesPersonId", "systemusers")
        await edited_there(self.world, "salespersons", seller["id"], firstName="Planted")
        self._note("users", "value", seller["externalSalesPersonId"], "firstName")

    async def _there(self, kind: str, key: str, entity_set: str) -> Row:
        """One of Marketo's objects, whose row was not touched yet."""
        row = await self._row(entity_set)
        found = {each[key]: each for each in await self.world.objects(kind)}
        id_name = {"opportunities": "opportunityid"}.get(entity_set, f"{entity_set[:-1]}id")
        return found[row[id_name]]

    async def _whole_records(self) -> None:
        row, person = await self._person("leads")
        await self.world.marketo.delete(f"/sandbox/people/{person['id']}?quiet=1")
        self._note("leads", "missing in marketo", row["leadid"])
        row, _ = await self._person("leads")
        await quietly_gone(self.world, "leads", row["leadid"])
        self._note("leads", "missing in dynamics", row["leadid"], "dynamicsDeleted")
        row, person = await self._person("leads")
        await quietly_edited(self.world, str(person["id"]), dynamicsLeadId="00000000-0000-4000-8000-000000000000")
        self._note("leads", "linked wrongly", row["leadid"], "dynamicsLeadId")
        (lead,) = await quietly(self.world, "leads", {"lastname": "Unseen", "subject": "Planted"})
        self._note("leads", "missing in marketo", lead)
        (lead,) = await quietly(self.world, "leads", {"lastname": "Unlinked", "subject": "Planted"})
        await control(self.world.marketo, "people?quiet=1", [{"lastName": "Unlinked", "dynamicsLeadId": lead}])
        self._note("leads", "not linked", lead)
        (account,) = await quietly(self.world, "accounts", {"name": "Planted Ltd"})
        self._note("accounts", "missing in marketo", account)
        deal = await self._there("opportunities", "externalOpportunityId", "opportunities")
        holders = {role["externalOpportunityId"] for role in await self.world.objects("roles")}
        while deal["externalOpportunityId"] in holders:
            deal = await self._there("opportunities", "externalOpportunityId", "opportunities")
        await self.world.marketo.delete(f"/sandbox/opportunities/{deal['marketoGUID']}")
        self._note("opportunities", "missing in marketo", deal["externalOpportunityId"])
