"""People who go on working in Dynamics: edits, new rows, now and then a delete, and sometimes something bad."""

from collections.abc import Callable
from typing import Any

from sandbox.dynamics.checks import settle_state
from sandbox.dynamics.defaults import derive_name
from sandbox.dynamics.people import People
from sandbox.dynamics.store import Row
from sandbox.dynamics.writing import delete_one

Done = dict[str, Any]


class Colleagues:
    """What they do is drawn from the seeded chance of their `people`."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.store = people.store
        self.habits: list[tuple[int, Callable[[], Done | None]]] = [
            (30, self.edit_lead),
            (22, self.edit_contact),
            (8, self.edit_account),
            (18, self.edit_opportunity),
            (8, self.new_lead),
            (4, self.new_contact),
            (4, self.new_opportunity),
            (2, self.delete_lead),
            (2, self.bad_address),
            (2, self.second_lead),
        ]

    def work(self, count: int) -> list[Done]:
        """`count` things done: what, the table, the row's id and the columns."""
        done: list[Done] = []
        weights = [weight for weight, _ in self.habits]
        while len(done) < count:
            habit = self.people.chance.choices(self.habits, weights)[0][1]
            done.append(habit() or self.told("lead.create", self.people.lead(self.people.colleague()), "lead"))
        return done

    def told(self, what: str, row: Row, logical: str, columns: Row | None = None, *, bad: bool = False) -> Done:
        return {"what": what, "table": logical, "id": row[f"{logical}id"], "columns": columns or {}, "bad": bad}

    def edit(self, logical: str, choices: list[Callable[[], Row]], *, bad: bool = False) -> Done | None:
        row = self.people.someone(logical)
        if row is None:
            return None
        values = self.people.chance.choice(choices)()
        rows = self.store.logical[logical]
        settle_state(rows.table, row, values, row[f"{logical}id"])
        derive_name(logical, values, row | values)
        self.store.update(rows, row[f"{logical}id"], values, self.people.colleague())
        return self.told(f"{logical}.update", row, logical, values, bad=bad)

    def edit_lead(self) -> Done | None:
        chance, faker = self.people.chance, self.people.faker
        choices: list[Callable[[], Row]] = [
            lambda: {"telephone1": self.people.phone()},
            lambda: {"jobtitle": faker.job()[:100]},
            lambda: {"address1_city": faker.city()},
            lambda: {"leadqualitycode": chance.randint(1, 3)},
            lambda: {"donotphone": chance.random() < 0.5},
            lambda: {"description": faker.sentence()},
            lambda: {"statecode": 0, "statuscode": 2},
        ]
        return self.edit("lead", choices)

    def edit_contact(self) -> Done | None:
        faker = self.people.faker
        choices: list[Callable[[], Row]] = [
            lambda: {"telephone1": self.people.phone()},
            lambda: {"jobtitle": faker.job()[:100]},
            lambda: {"lastname": faker.last_name()},
            lambda: {"donotbulkemail": True},
            lambda: {"address1_line1": faker.street_address(), "address1_city": faker.city()},
        ]
        return self.edit("contact", choices)

    def edit_account(self) -> Done | None:
        chance = self.people.chance
        choices: list[Callable[[], Row]] = [
            lambda: {"numberofemployees": chance.randint(5, 9000)},
            lambda: {"telephone1": self.people.phone()},
            lambda: {"revenue": float(chance.randint(1, 900) * 100_000)},
        ]
        return self.edit("account", choices)

    def edit_opportunity(self) -> Done | None:
        chance = self.people.chance
        choices: list[Callable[[], Row]] = [
            lambda: {"estimatedvalue": float(chance.randint(1, 500) * 100)},
            lambda: {"closeprobability": chance.randint(0, 10) * 10},
            lambda: {"statecode": 1, "stepname": "Won", "actualclosedate": self.store.now()[:10]},
            lambda: {"statecode": 2, "stepname": "Lost", "actualclosedate": self.store.now()[:10]},
        ]
        return self.edit("opportunity", choices)

    def new_lead(self) -> Done:
        return self.told("lead.create", self.people.lead(self.people.colleague()), "lead")

    def new_contact(self) -> Done | None:
        account = self.people.someone("account")
        if account is None:
            return None
        return self.told("contact.create", self.people.contact(account, self.people.colleague()), "contact")

    def new_opportunity(self) -> Done:
        return self.told("opportunity.create", self.people.opportunity(self.people.colleague()), "opportunity")

    def delete_lead(self) -> Done | None:
        row = self.people.someone("lead")
        if row is None:
            return None
        delete_one(self.store, self.store.logical["lead"], row["leadid"])
        return self.told("lead.delete", row, "lead")

    def bad_address(self) -> Done | None:
        """An e-mail address with a letter outside ASCII, which Dynamics takes and Marketo refuses with 1003."""
        name = f"jürgen.müller{self.people.chance.randint(1, 10_000)}@bücher.example"
        return self.edit("lead", [lambda: {"emailaddress1": name}], bad=True)

    def second_lead(self) -> Done | None:
        """Another lead with the e-mail address of one that is there."""
        leads = self.store.logical["lead"]
        taken = list(leads.rules[0].ids.values())
        if not taken:
            return None
        first = leads.by_id[next(iter(self.people.chance.choice(taken)))]
        names = {"firstname": first.get("firstname"), "lastname": first.get("lastname"), "subject": "Called again"}
        row = {**names, "emailaddress1": first["emailaddress1"], **self.people.owned_by(self.people.colleague())}
        columns = {"emailaddress1": first["emailaddress1"]}
        return self.told(
            "lead.create", self.people.put("lead", row, self.people.colleague()), "lead", columns, bad=True
        )
