"""What people do on both sides all day: each act takes numbers, by which it chooses whom it is about and what it says.

Whoever is made here carries a mark that nobody edits, so that what the sync made of them can be counted.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from tests.journeys.chronicle import TEXTS, Chronicle
from tests.journeys.colleagues import FLAG, flagged, merge, qualify
from tests.journeys.comparing import CUSTOMER, FLAGS, KEYS, kept
from tests.journeys.deals import SETS, Anything, Deals
from tests.journeys.test_departures import merge as merge_people
from tests.journeys.world import LOOKUP, Row, World, look

MARK = ("address1_line3", "dynamicsAddress3")
NEW = "new"  # a text that was never written before
MAILS = [f"p{n}@x.example" for n in range(8)] + ["jürgen@bücher.example"]
LEADS_ACCOUNT, CONTACTS_ACCOUNT = "_parentaccountid_value", "_parentcustomerid_value"
Edit = Sequence[tuple[str, Any]]  # columns of Dynamics, and what to write there


@asynccontextmanager
async def spared(world: World) -> AsyncIterator[None]:
    """No calls fail meanwhile: some of what people do goes through the services' own APIs."""
    services = (world.dynamics, world.marketo)
    before = [(await look(service, "weather"))["faults"] for service in services]
    for service in services:
        await world.weather(service, faults=0)
    yield
    for service, share in zip(services, before, strict=True):
        await world.weather(service, faults=share)


class Workday:
    """Colleagues in Dynamics and marketers in Marketo. Acts about nobody, where there is nobody yet, do nothing."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chronicle = Chronicle()
        self.has_flag = False
        self.born_out: set[str] = set()  # rows whose flag has said No ever since they were made
        self.deserted: set[str] = set()  # rows whose person was deleted or merged in Marketo
        self.kept_out: set[str] = set()  # addresses of rows that were not kept in step at some time
        self.heirs: set[int] = set()  # people who survived a merge in Marketo
        self.made: set[str] = set()  # rows that colleagues made
        self.born: dict[str, str] = {}  # the rows that we made, and the mark that each came with
        self.last: tuple[str, str] | None = None  # the row or person ("people") that was edited last
        self.any = Anything(world)
        self.deals = Deals(self.any)

    async def begin(self, has_flag: bool) -> None:
        """Two users, a few records, and the column that says whether rows are kept in step, if wanted."""
        self.has_flag = has_flag
        if has_flag:
            await flagged(self.world, "lead", "contact")
        for name in ("ann", "bob"):
            user = {
                "systemuserid": self.any.id(),
                "firstname": name,
                "lastname": "S",
                "internalemailaddress": f"{name}@s.example",
            }
            await self.world.put("systemusers", user)
        await self.deals.new_account(1)
        for mail in (1, 2):
            await self.new_row("leads", mail, [], mail - 1)
            await self.new_row("contacts", mail + 2, [], mail - 1)
            await self.new_person(mail + 4, [], mail == 1, as_contact=False)
        await self.deals.new_deal("accounts", 0, 5)

    # Dynamics

    async def new_row(self, one: str, mail: int, edit: Edit, account: int, flag: bool | None = None) -> None:
        row: Row = {KEYS[one][0]: self.any.id(), **self._written(edit), "lastname": "Row", MARK[0]: self.any.mark("r")}
        row |= {"emailaddress1": MAILS[mail % len(MAILS)]} if mail else {}
        row |= {"subject": "Asked"} if one == "leads" else {"department": "Navy"}
        row |= await self._of_account(one, account)
        row |= {FLAG: flag} if self.has_flag else {}
        self.born_out |= {row[KEYS[one][0]]} if self.has_flag and flag is False else set()
        self.made.add(row[KEYS[one][0]])
        await self.world.put(one, row)
        self.last = (one, row[KEYS[one][0]])

    async def _of_account(self, one: str, which: int) -> Row:
        account = await self.any.row("accounts", which) if which else None
        if account is None:
            return {}
        if one == "leads":
            return {LEADS_ACCOUNT: account["accountid"]}
        return {CONTACTS_ACCOUNT: account["accountid"], CONTACTS_ACCOUNT + LOOKUP: "account"}

    async def edit_row(self, one: str, which: int, edit: Edit, mail: int = 0) -> None:
        if row := await self.any.row(one, which):
            await self._edit_row(one, row[KEYS[one][0]], edit, mail)

    async def _edit_row(self, one: str, row_id: str, edit: Edit, mail: int = 0) -> None:
        values = self._written(edit) | ({"emailaddress1": MAILS[mail % len(MAILS)]} if mail else {})
        await self.world.put(one, {KEYS[one][0]: row_id, **values})
        self.chronicle.row_written(row_id, values)
        self.last = (one, row_id)

    async def delete_row(self, one: str, which: int) -> None:
        row = await self.any.row(one, which)
        if row is None:
            return
        row_id = row[f"{SETS.get(one, 'connection')}id"]
        if one in ("accounts", "contacts"):
            await self._let_go(row_id)
        await self.world.delete(one, row_id)

    async def _let_go(self, row_id: str) -> None:
        """As Dataverse's RemoveLink: what refers to a row that is deleted refers to nothing from then on."""
        for one, column in (("leads", LEADS_ACCOUNT), ("contacts", CONTACTS_ACCOUNT), ("opportunities", CUSTOMER)):
            key = f"{SETS[one]}id"
            for row in await self.world.rows(one):
                if row.get(column) == row_id:
                    await self.world.put(one, {key: row[key], column: None})

    async def set_flag(self, one: str, which: int, flag: bool | None) -> None:
        row = await self.any.row(one, which)
        if self.has_flag and row:
            row_id = row[KEYS[one][0]]
            await self.world.put(one, {KEYS[one][0]: row_id, FLAG: flag})
            self.chronicle.touched.add(row_id)
            self.born_out -= {row_id} if flag is not False else set()

    async def set_state(self, one: str, which: int, state: int) -> None:
        """Closes or reopens; who was merged stays as it is."""
        row = await self.any.row(one, which)
        if row and not row.get("merged"):
            await self.world.put(one, {KEYS[one][0]: row[KEYS[one][0]], "statecode": state})
            self.chronicle.touched.add(row[KEYS[one][0]])

    async def qualify(self, which: int) -> None:
        leads = [row for row in await self.world.rows("leads") if row["statecode"] == 0]
        if leads:
            lead = leads[which % len(leads)]["leadid"]
            async with spared(self.world):
                contact = await qualify(self.world, lead)
            self.made.add(contact)
            self.chronicle.touched |= {lead, contact}

    async def merge_rows(self, one: str, winner: int, loser: int) -> None:
        rows = [row for row in await self.world.rows(one) if not row.get("merged")]
        if len(rows) < 2:
            return
        kept, lost = rows[winner % len(rows)], rows[loser % len(rows)]
        key = f"{SETS[one]}id"
        if kept is not lost:
            taken = {"telephone1": lost["telephone1"]} if "telephone1" in lost else {}
            async with spared(self.world):
                await merge(self.world, one, kept[key], lost[key], **taken)
            self.chronicle.touched |= {kept[key], lost[key]}

    # Marketo

    async def new_person(self, mail: int, edit: Edit, flag: bool, as_contact: bool) -> None:
        person = self._as_person(edit) | {"lastName": "Person", MARK[1]: self.any.mark("p"), "syncToDynamics": flag}
        person |= {"email": MAILS[mail % (len(MAILS) - 1)]} if mail else {}
        person |= {"dynamicsType": "Contact"} if as_contact else {}
        made = await self.world.person(**person)
        self.last = ("people", made)

    async def edit_person(self, which: int, edit: Edit, mail: int = 0, flag: bool = False) -> None:
        if person := await self.any.person(which):
            await self._edit_person(str(person["id"]), edit, mail, flag)

    async def _edit_person(self, person: str, edit: Edit, mail: int = 0, flag: bool = False) -> None:
        values = self._as_person(edit) | ({"syncToDynamics": True} if flag else {})
        values |= {"email": MAILS[mail % (len(MAILS) - 1)]} if mail else {}
        await self.world.edit(person, **values)
        self.chronicle.person_written(person, values)
        self.last = ("people", person)

    async def delete_person(self, which: int) -> None:
        if person := await self.any.person(which):
            self._desert(person)
            await self.world.remove(str(person["id"]))

    async def merge_people(self, winner: int, loser: int) -> None:
        people = await self.world.people()
        kept, lost = (people[which % len(people)] for which in (winner, loser)) if people else (None, None)
        if kept is not lost and kept and lost:
            self._desert(lost)
            self._desert(kept)
            self.heirs.add(kept["id"])
            async with spared(self.world):
                await merge_people(self.world, str(kept["id"]), str(lost["id"]))

    def _desert(self, person: Row) -> None:
        rows = {str(person[name]) for _, name in KEYS.values() if person.get(name)}
        self.deserted |= rows
        self.chronicle.touched |= rows

    # both

    async def edit_again(self, edit: Edit, on_the_other_side: bool) -> None:
        """The record that was edited last, there or on the other side, if it is there still."""
        one, record = self.last or ("", "")
        people = await self.world.people()
        if one == "people":
            found = next((each for each in people if str(each["id"]) == record), {})
            rows = [(kind, found[name]) for kind, (_, name) in KEYS.items() if found.get(name)]
            rows = [each for each in rows if await self._is_there(*each)]
        else:
            found = next((each for each in people if one and each.get(KEYS[one][1]) == record), {})
            rows = [(one, record)] if one and await self._is_there(one, record) else []
        if found and (one == "people") != on_the_other_side:
            await self._edit_person(str(found["id"]), edit)
        elif rows and (one == "people") == on_the_other_side:
            await self._edit_row(*rows[0], edit)

    async def _is_there(self, one: str, row_id: str) -> bool:
        return any(row[KEYS[one][0]] == row_id for row in await self.world.rows(one))

    async def touch_the_deserted(self) -> None:
        """Whom Marketo lost is a new person there as soon as their row is touched, and not before."""
        held = {person.get(name) for person in await self.world.people() for _, name in KEYS.values()}
        for one, (key, _) in KEYS.items():
            for row in await self.world.rows(one):
                if row[key] not in held or row[key] in self.deserted:
                    await self.world.put(one, {key: row[key], "description": self.any.mark("touched ")})
        self.deserted.clear()

    async def look_round(self) -> None:
        """To be called soon, before whoever was made is edited or merged, and has somebody else's mark."""
        for one, (key, _) in KEYS.items():
            for row in await self.world.rows(one):
                if not kept(row):
                    self.kept_out.add(str(row.get("emailaddress1")).lower())
                if row[key] not in self.made:
                    self.born.setdefault(row[key], f"{one} {row.get(MARK[0])}")

    def _written(self, edit: Edit) -> dict[str, Any]:
        return {column: self.any.mark("w") if value == NEW else value for column, value in edit}

    def _as_person(self, edit: Edit) -> dict[str, Any]:
        names: Mapping[str, str] = {**TEXTS, **FLAGS}
        return {names[column]: value for column, value in self._written(edit).items()}
