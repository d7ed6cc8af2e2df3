"""People and companies that exist nowhere, by Faker, the same for the same seed."""

import random
import re
from functools import cached_property
from uuid import UUID

from faker import Faker

from sandbox.dynamics.defaults import put
from sandbox.dynamics.store import Row, Store

USERS, ACCOUNTS, LEADS, OPPORTUNITIES = 10, 40, 200, 150
STAGES = ("Qualify", "Develop", "Propose", "Close")


class People:
    """Makes rows and puts them into the store, without checks."""

    def __init__(self, store: Store, chance: random.Random, seed: int) -> None:
        self.store = store
        self.chance = chance
        self.seed = seed
        self.addresses: set[str] = set()

    @cached_property
    def faker(self) -> Faker:
        """Made when first needed: it takes longer to build than the rest of a small organisation."""
        faker = Faker("en_US")
        faker.seed_instance(self.seed)
        return faker

    def new_id(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def put(self, logical: str, row: Row, by: str | None = None) -> Row:
        row.setdefault(f"{logical}id", self.new_id())
        return put(self.store, logical, row, by)

    def someone(self, logical: str) -> Row | None:
        """Any row of a table, by chance."""
        order = self.store.logical[logical].order
        for _ in range(20):
            if order and (row_id := self.chance.choice(order)):
                return self.store.logical[logical].by_id[row_id]
        return None

    def colleague(self) -> str:
        """A user who can sign in and is a person."""
        users = self.store.logical["systemuser"].by_id.values()
        people = [user for user in users if not user.get("isdisabled") and "applicationid" not in user]
        return str(self.chance.choice(people)["systemuserid"]) if people else self.store.user_id

    def email(self, first: str, last: str, domain: str) -> str:
        """An address nobody else has."""
        name = re.sub(r"[^a-z.]", "", f"{first}.{last}".lower())
        address, count = f"{name}@{domain}", 1
        while address in self.addresses:
            count += 1
            address = f"{name}{count}@{domain}"
        self.addresses.add(address)
        return address

    def phone(self) -> str:
        return f"+1 {self.chance.randint(201, 989)} 555 01{self.chance.randint(0, 99):02}"

    def owned_by(self, owner: str) -> Row:
        return {"_ownerid_value": owner, "_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "systemuser"}

    def make_crm(self) -> None:
        """A small company's CRM."""
        for _ in range(USERS):
            self.user()
        for _ in range(ACCOUNTS):
            self.account()
        self.add_contacts()
        for _ in range(LEADS):
            self.lead()
        for _ in range(OPPORTUNITIES):
            self.opportunity()
        self.add_roles()

    def user(self) -> Row:
        first, last = self.faker.first_name(), self.faker.last_name()
        address = self.email(first, last, "sales.example")
        names = {"firstname": first, "lastname": last, "internalemailaddress": address, "domainname": address}
        return self.put("systemuser", {**names, "isdisabled": False})

    def account(self) -> Row:
        name = self.faker.company()
        row = {
            "name": name,
            "websiteurl": f"https://{domain_of(name)}",
            "telephone1": self.phone(),
            "industrycode": self.chance.randint(1, 33),
            "numberofemployees": self.chance.randint(5, 9000),
            "revenue": float(self.chance.randint(1, 900) * 100_000),
            "address1_line1": self.faker.street_address(),
            "address1_city": self.faker.city(),
            "address1_country": "United States",
        }
        return self.put("account", row | self.owned_by(self.colleague()))

    def add_contacts(self) -> None:
        """Two to four for each account that has none."""
        contacts = self.store.logical["contact"]
        having = {contact.get("_parentcustomerid_value") for contact in contacts.by_id.values()}
        for account in list(self.store.logical["account"].by_id.values()):
            if account["accountid"] not in having:
                for _ in range(self.chance.randint(2, 4)):
                    self.contact(account)

    def contact(self, account: Row, by: str | None = None) -> Row:
        first, last = self.faker.first_name(), self.faker.last_name()
        row = {
            "firstname": first,
            "lastname": last,
            "emailaddress1": self.email(first, last, domain_of(str(account.get("name", "unknown")))),
            "jobtitle": self.faker.job()[:100],
            "telephone1": self.phone(),
            "_parentcustomerid_value": account["accountid"],
            "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "account",
        }
        owner = account.get("_ownerid_value") if account.get("_ownerid_value") != self.store.user_id else None
        return self.put("contact", row | self.owned_by(str(owner or self.colleague())), by)

    def lead(self, by: str | None = None) -> Row:
        first, last, company = self.faker.first_name(), self.faker.last_name(), self.faker.company()
        row = {
            "subject": f"Interested in {self.faker.bs()}",
            "firstname": first,
            "lastname": last,
            "companyname": company,
            "emailaddress1": self.email(first, last, domain_of(company)),
            "jobtitle": self.faker.job()[:100],
            "telephone1": self.phone(),
            "mobilephone": self.phone(),
            "address1_city": self.faker.city(),
            "address1_country": "United States",
            "leadsourcecode": self.chance.randint(1, 10),
            "donotbulkemail": self.chance.random() < 0.1,
        }
        return self.put("lead", row | self.owned_by(self.colleague()), by)

    def opportunity(self, by: str | None = None) -> Row:
        account = self.someone("account")
        row: Row = {
            "name": f"{self.faker.catch_phrase()}"[:300],
            "estimatedvalue": float(self.chance.randint(1, 500) * 100),
            "stepname": self.chance.choice(STAGES),
            "closeprobability": self.chance.randint(1, 9) * 10,
            "estimatedclosedate": str(self.faker.date_between("+1d", "+180d")),
        }
        if account is not None:
            row["_customerid_value"] = row["_parentaccountid_value"] = account["accountid"]
            row["_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] = "account"
        return self.put("opportunity", row | self.owned_by(self.colleague()), by)

    def add_roles(self) -> None:
        """Contact roles for about a third of the opportunities that have an account, when there are none yet."""
        if self.store.logical["connection"].by_id:
            return
        contacts = self.store.logical["contact"].links[0]
        roles = list(self.store.logical["connectionrole"].by_id)
        for opportunity in list(self.store.logical["opportunity"].by_id.values()):
            known = contacts.find(opportunity.get("_customerid_value"))
            if known and self.chance.random() < 1 / 3:
                for contact in self.chance.sample(known, min(len(known), self.chance.randint(1, 2))):
                    self.role(opportunity, contact, self.chance.choice(roles))

    def role(self, opportunity: Row, contact_id: str, role_id: str, by: str | None = None) -> Row:
        suffix = "@Microsoft.Dynamics.CRM.lookuplogicalname"
        row = {
            "_record1id_value": opportunity["opportunityid"],
            f"_record1id_value{suffix}": "opportunity",
            "_record2id_value": contact_id,
            f"_record2id_value{suffix}": "contact",
            "_record2roleid_value": role_id,
        }
        return self.put("connection", row | self.owned_by(str(opportunity["_ownerid_value"])), by)


def domain_of(company: str) -> str:
    """`Hall, Smith and Sons` -> `hallsmithandsons.example`."""
    return re.sub(r"[^a-z0-9]", "", company.lower())[:40] + ".example"
