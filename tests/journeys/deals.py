"""What people in Dynamics do besides leads and contacts: accounts, deals, and who plays which role in them."""

from uuid import NAMESPACE_URL, uuid5

from tests.journeys.comparing import CUSTOMER
from tests.journeys.world import LOOKUP, Row, World

SETS = {"leads": "lead", "contacts": "contact", "accounts": "account", "opportunities": "opportunity"}
TEXTS = ("telephone1", "address1_city")  # of an account


class Anything:
    """Chooses by number among what is there, and makes names and ids that are the same on every journey."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._numbers = 0

    async def row(self, one: str, which: int) -> Row | None:
        rows = await self.world.rows(one)
        return rows[which % len(rows)] if rows else None

    async def person(self, which: int) -> Row | None:
        people = await self.world.people()
        return people[which % len(people)] if people else None

    def mark(self, kind: str) -> str:
        self._numbers += 1
        return f"{kind}{self._numbers}"

    def id(self) -> str:
        return str(uuid5(NAMESPACE_URL, self.mark("row")))


class Deals:
    """Acts about accounts, opportunities and their roles."""

    def __init__(self, anything: Anything) -> None:
        self.any, self.world = anything, anything.world

    async def new_account(self, number: int) -> None:
        row = {"accountid": self.any.id(), "name": self.any.mark("Account "), "telephone1": str(number)}
        await self.world.put("accounts", row)

    async def edit_account(self, which: int, number: int) -> None:
        if row := await self.any.row("accounts", which):
            values = {"revenue": float(number), TEXTS[number % 2]: self.any.mark("w")}
            await self.world.put("accounts", {"accountid": row["accountid"], **values})

    async def new_deal(self, customer: str, which: int, number: int) -> None:
        row = {"opportunityid": self.any.id(), "name": self.any.mark("Deal "), "estimatedvalue": float(number)}
        await self.world.put("opportunities", row | await self._customer(customer, which))

    async def edit_deal(self, deal: int, customer: str, which: int, number: int) -> None:
        if row := await self.any.row("opportunities", deal):
            values = {"closeprobability": number, "statecode": number % 3, **await self._customer(customer, which)}
            await self.world.put("opportunities", {"opportunityid": row["opportunityid"], **values})

    async def _customer(self, one: str, which: int) -> Row:
        row = await self.any.row(one, which) if one else None
        return {CUSTOMER: row[f"{SETS[one]}id"], CUSTOMER + LOOKUP: SETS[one]} if row else {}

    async def new_role(self, deal: int, contact: int, role: int) -> None:
        opportunity, person = await self.any.row("opportunities", deal), await self.any.row("contacts", contact)
        roles = await self.world.rows("connectionroles")
        if opportunity and person:
            row = {"_record1id_value": opportunity["opportunityid"], f"_record1id_value{LOOKUP}": "opportunity"}
            row |= {"_record2id_value": person["contactid"], f"_record2id_value{LOOKUP}": "contact"}
            row |= {"connectionid": self.any.id(), "_record2roleid_value": roles[role % len(roles)]["connectionroleid"]}
            await self.world.put("connections", row)
