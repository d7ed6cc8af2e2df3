"""Marketers at work: realistic edits of people in Marketo's own screens and forms, most of them fine, some bad."""

from typing import Any

from faker import Faker

from sandbox.marketo.envelope import Json, Refusal
from sandbox.marketo.instance import Instance
from sandbox.marketo.objects import Row
from sandbox.marketo.people import People

FORM, MANUAL, FLOW = "Web form fillout", "Manual Change", "Marketo Flow Action"


def checked_by_user(people: People, values: Json) -> Row:
    """What Marketo's screens check: the field's type and length. Company fields can be written here."""
    checked: Row = {}
    for name, value in values.items():
        if name not in ("id", "createdAt", "updatedAt"):
            people.table.named(name)
            checked[name] = people.table.checks[name](value)
    return checked


class Marketers:
    """Edits drawn from the surroundings' chance. Fields of the sync (syncToDynamics …) are used where they exist."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.people = instance.people
        self.chance = instance.around.chance
        self.faker = Faker()
        self.faker.seed_instance(self.chance.getrandbits(32))

    def work(self, count: int) -> list[Json]:
        """Does `count` things; each is {"what", "id", "values"}."""
        return [self._one() for _ in range(count)]

    def _one(self) -> Json:
        draw = self.chance.random()
        if not self.people.rows or draw < 0.25:
            return self._new_person()
        if draw < 0.29:
            return self._duplicate() or self._edit()
        if draw < 0.33:
            return self._long_phone()
        if draw < 0.38:
            return self._unsubscribe()
        return self._edit()

    def _someone(self) -> Row:
        """A random living person: ids are drawn until one is still there."""
        while True:
            row = self.people.rows.get(self.chance.randrange(1, self.people.next_id))
            if row is not None:
                return row

    def _edit(self) -> Json:
        made = self.faker
        choices: list[Row] = [
            {"title": made.job()[:100]},
            {"phone": made.numerify("+1 ###-555-####")},
            {"mobilePhone": made.numerify("###-555-####")},
            {"address": made.street_address(), "city": made.city(), "postalCode": made.postcode()},
            {"leadScore": self.chance.randrange(0, 100)},
            {"department": self.chance.choice(["Sales", "Finance", "Marketing", "IT", "Operations"])},
            {"lastName": made.last_name()},
        ]
        return self._update("edit", self._someone(), self.chance.choice(choices), self.chance.choice([FORM, MANUAL]))

    def _unsubscribe(self) -> Json:
        return self._update("unsubscribe", self._someone(), {"unsubscribed": True}, FORM)

    def _long_phone(self) -> Json:
        """Longer than the 20 characters that a Dynamics lead's mobilephone holds."""
        number = self.faker.numerify("+## (0) ### #### #### ext ####")
        return self._update("long phone", self._someone(), {"mobilePhone": number}, FORM)

    def _new_person(self) -> Json:
        first, last = self.faker.first_name(), self.faker.last_name()
        values: Row = {
            "firstName": first,
            "lastName": last,
            "email": self._address(first, last),
            "title": self.faker.job()[:100],
            "phone": self.faker.numerify("###-555-####"),
            "country": "United States",
            "leadSource": self.chance.choice(["Web form", "Trade Show", "Webinar"]),
        }
        if self.chance.random() < 0.6:
            values["syncToDynamics"] = True
        return self._create("new person", values)

    def _duplicate(self) -> Json | None:
        """A new person that Dynamics will refuse: a contact of the same name is there already."""
        for _ in range(20):
            row = self._someone()
            if row.get("dynamicsType") == "Contact" and row.get("firstName") and row.get("lastName"):
                names = {"firstName": row["firstName"], "lastName": row["lastName"]}
                address = self._address(row["firstName"], row["lastName"])
                flags = {"dynamicsType": "Contact", "syncToDynamics": True}
                return self._create("duplicate", {**names, "email": address, **flags})
        return None

    def _address(self, first: str, last: str) -> str:
        letters = "".join(c for c in f"{first}.{last}".lower() if c.isascii() and (c.isalnum() or c == "."))
        return f"{letters.strip('.')}{self.chance.randrange(10, 10**6)}@{self.faker.domain_name()}"

    def _create(self, what: str, values: Row) -> Json:
        person = self.instance.writes.create(self._checked(values), self._now(), FORM)
        return {"what": what, "id": person, "values": values}

    def _update(self, what: str, row: Row, values: Row, source: str) -> Json:
        self.instance.writes.update(row, self._checked(values), self._now(), source, source)
        return {"what": what, "id": row["id"], "values": values}

    def _checked(self, values: Row) -> Row:
        known = {name: value for name, value in values.items() if name in self.people.table.by_name}
        try:
            return checked_by_user(self.people, known)
        except Refusal as refusal:
            raise AssertionError(f"a marketer made {values}, refused: {refusal.message}") from refusal

    def _now(self) -> Any:
        return self.instance.around.clock.now()
