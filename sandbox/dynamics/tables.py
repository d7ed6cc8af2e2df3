"""The tables a Dynamics Sales organisation has, as far as a sync needs them, as data.

Names, lengths and required levels from Microsoft's Common Data Model, choice values from the generated option sets
of its samples; a live organisation may differ, which is what its metadata is for.
"""

from sandbox.dynamics.columns import Column, Table, choice, columns_of, life, lookup, texts

OWNERS = ("systemuser", "team")
LEAD_SOURCES = (
    "Advertisement,Employee Referral,External Referral,Partner,Public Relations,Seminar,Trade Show,Web,"
    "Word of Mouth,Other"
)
INDUSTRIES = (
    "Accounting,Agriculture and Non-petrol Natural Resource Extraction,Broadcasting Printing and Publishing,Brokers,"
    "Building Supply Retail,Business Services,Consulting,Consumer Services,Design Direction and Creative Management,"
    "Distributors Dispatchers and Processors,Doctor's Offices and Clinics,Durable Manufacturing,"
    "Eating and Drinking Places,Entertainment Retail,Equipment Rental and Leasing,Financial,"
    "Food and Tobacco Processing,Inbound Capital Intensive Processing,Inbound Repair and Services,Insurance,"
    "Legal Services,Non-Durable Merchandise Retail,Outbound Consumer Service,Petrochemical Extraction and Distribution,"
    "Service Retail,SIG Affiliations,Social Services,Special Outbound Trade Contractors,Specialty Realty,"
    "Transportation,Utility Creation and Distribution,Vehicle Retail,Wholesale"
)
ACTIVE = life({0: ("Active", {1: "Active"}), 1: ("Inactive", {2: "Inactive"})})
BILLIONS = 100_000_000_000.0


def history() -> list[Column]:
    """What every table has: who touched it when. Written by the service alone."""
    sealed = {"create": False, "update": False}
    return [
        *columns_of("DateTime", "createdon modifiedon", **sealed),
        *columns_of("BigInt", "versionnumber", **sealed),
        lookup("createdby", "systemuser", create=False, update=False),
        lookup("modifiedby", "systemuser", create=False, update=False),
    ]


def owned() -> list[Column]:
    owner = lookup("ownerid", *OWNERS, kind="Owner", required="SystemRequired")
    return [owner, lookup("owningbusinessunit", "businessunit", create=False, update=False), *history()]


def address() -> list[Column]:
    return [
        *texts("address1_line1 address1_line2 address1_line3", 250),
        *texts("address1_city address1_country", 80),
        *texts("address1_stateorprovince", 50),
        *texts("address1_postalcode", 20),
    ]


def person(mobile_length: int) -> list[Column]:
    """What leads and contacts share, the columns of Marketo's own solution and ours among them."""
    moments = texts("mkt_lastinterestingmomenttype mkt_leadinterestingmomentsource", 100)
    return [
        *texts("firstname middlename", 50),
        *texts("lastname", 50, required="ApplicationRequired"),
        *texts("fullname", 160, create=False, update=False),
        *texts("emailaddress1 emailaddress2", 100, format="Email"),
        *texts("jobtitle salutation", 100),
        *texts("telephone1 telephone2 fax", 50, format="Phone"),
        *texts("mobilephone", mobile_length, format="Phone"),
        *texts("websiteurl", 200, format="Url"),
        *address(),
        Column("description", "Memo", length=2000),
        *columns_of(
            "Boolean", "donotemail donotphone donotfax donotbulkemail donotpostalmail donotsendmm", default=False
        ),
        choice("preferredcontactmethodcode", "Any,Email,Phone,Fax,Mail", default=1),
        choice("leadsourcecode", LEAD_SOURCES),
        Column("merged", "Boolean", create=False, update=False, default=False),
        lookup("parentcontactid", "contact"),
        Column("mkt_leadscore", "Integer", low=-(2**31), high=2**31 - 1),
        *columns_of("Integer", "mkt_relativescore mkt_priority mkt_urgency", low=-(2**31), high=2**31 - 1),
        Column("mkt_lastinterestingmomentdate", "DateTime"),
        Column("mkt_lastinterestingmomentdesc", "Memo", length=2000),
        *moments,
        Column("new_marketoid", "Integer", low=0, high=2**31 - 1),
        *owned(),
    ]


def business() -> list[Column]:
    """What companies have, and leads too."""
    return [
        choice("industrycode", INDUSTRIES),
        Column("numberofemployees", "Integer", low=0, high=1_000_000_000),
        Column("revenue", "Money", low=0, high=BILLIONS, precision=2),
        *texts("sic", 20),
    ]


def lead() -> Table:
    states = {
        0: ("Open", {1: "New", 2: "Contacted"}),
        1: ("Qualified", {3: "Qualified"}),
        2: ("Disqualified", {4: "Lost", 5: "Cannot Contact", 6: "No Longer Interested", 7: "Canceled"}),
    }
    links = [
        lookup("masterid", "lead", create=False, update=False),
        lookup("parentaccountid", "account"),
        lookup("qualifyingopportunityid", "opportunity"),
        lookup("campaignid", "campaign"),
    ]
    own = [
        *texts("subject", 300, required="ApplicationRequired"),
        *texts("companyname", 100),
        choice("leadqualitycode", "Hot,Warm,Cold", default=2),
        *texts("new_leadsource", 100),
        Column("new_visits", "Integer", low=0, high=2**31 - 1),
    ]
    table = Table("lead", "leads", 4, [*own, *person(20), *business(), *links, *life(states)], "fullname")
    table.keys["new_marketoid_key"] = ("new_marketoid",)
    return table


def contact() -> Table:
    own = [
        *texts("department", 100),
        Column("birthdate", "DateTime", format="DateOnly"),
        lookup("parentcustomerid", "account", "contact", kind="Customer"),
        lookup("originatingleadid", "lead"),
        lookup("masterid", "contact", create=False, update=False),
    ]
    table = Table("contact", "contacts", 2, [*person(50), *own, *ACTIVE], "fullname")
    table.keys["new_marketoid_key"] = ("new_marketoid",)
    return table


def account() -> Table:
    own = [
        *texts("name", 160, required="ApplicationRequired"),
        *texts("accountnumber", 20),
        *texts("emailaddress1", 100, format="Email"),
        *texts("telephone1 fax", 50, format="Phone"),
        *texts("websiteurl", 200, format="Url"),
        choice("businesstypecode", "Default Value"),
        Column("merged", "Boolean", create=False, update=False, default=False),
        lookup("masterid", "account", create=False, update=False),
        *texts("industry", 100),
        Column("new_founded", "Integer", low=0, high=9999),
        Column("description", "Memo", length=2000),
        lookup("parentaccountid", "account"),
        lookup("primarycontactid", "contact"),
        lookup("originatingleadid", "lead"),
    ]
    return Table("account", "accounts", 1, [*own, *address(), *business(), *owned(), *ACTIVE])


def opportunity() -> Table:
    states = {
        0: ("Open", {1: "In Progress", 2: "On Hold"}),
        1: ("Won", {3: "Won"}),
        2: ("Lost", {4: "Canceled", 5: "Out-Sold"}),
    }
    own = [
        *texts("name", 300, required="ApplicationRequired"),
        *texts("stepname", 200),
        Column("description", "Memo", length=2000),
        *columns_of("Money", "estimatedvalue actualvalue", low=-BILLIONS, high=BILLIONS, precision=2),
        *columns_of("DateTime", "estimatedclosedate actualclosedate", format="DateOnly"),
        Column("closeprobability", "Integer", low=0, high=100),
        choice("salesstage", "Qualify,Develop,Propose,Close", 0),
        choice("opportunityratingcode", "Hot,Warm,Cold", default=2),
        lookup("customerid", "account", "contact", kind="Customer"),
        lookup("parentaccountid", "account"),
        lookup("parentcontactid", "contact"),
        lookup("originatingleadid", "lead"),
        lookup("campaignid", "campaign"),
        lookup("transactioncurrencyid", "transactioncurrency"),
    ]
    return Table("opportunity", "opportunities", 3, [*own, *owned(), *life(states)])


def connection() -> Table:
    ends = ("opportunity", "contact", "account", "lead", "systemuser")
    own = [
        *texts("name", 500, create=False, update=False),
        Column("description", "Memo", length=2000),
        lookup("record1id", *ends),
        lookup("record2id", *ends),
        lookup("record1roleid", "connectionrole"),
        lookup("record2roleid", "connectionrole"),
        *columns_of("DateTime", "effectivestart effectiveend"),
    ]
    return Table("connection", "connections", 3234, [*own, *owned(), *ACTIVE])


def systemuser() -> Table:
    own = [
        *texts("firstname", 64),
        *texts("lastname", 64),
        *texts("fullname", 200, create=False, update=False),
        *texts("internalemailaddress", 100, format="Email"),
        *texts("domainname", 1024),
        *texts("jobtitle title", 100),
        *columns_of("Uniqueidentifier", "azureactivedirectoryobjectid applicationid"),
        Column("isdisabled", "Boolean", default=False),
        lookup("businessunitid", "businessunit", required="SystemRequired"),
        *history(),
    ]
    return Table("systemuser", "systemusers", 8, own, "fullname")


def team() -> Table:
    own = [
        *texts("name", 160, required="SystemRequired"),
        *texts("emailaddress", 100, format="Email"),
        choice("teamtype", "Owner,Access,Security Group,Office Group", 0, default=0),
        lookup("businessunitid", "businessunit"),
        Column("description", "Memo", length=2000),
        *history(),
    ]
    return Table("team", "teams", 9, own)


def campaign() -> Table:
    reasons = ["Proposed", "Ready To Launch", "Launched", "Completed", "Canceled", "Suspended", "Inactive"]
    by_state = life({0: ("Active", dict(enumerate(reasons[:6]))), 1: ("Inactive", {6: "Inactive"})})
    own = [
        *texts("name", 128, required="ApplicationRequired"),
        *texts("codename", 32),
        choice("typecode", "Advertisement,Direct Marketing,Event,Co-branding,Other"),
        *columns_of("DateTime", "actualstart actualend proposedstart proposedend", format="DateOnly"),
    ]
    return Table("campaign", "campaigns", 4400, [*own, *owned(), *by_state])


def around_them() -> list[Table]:
    """The small tables that the others lean on."""
    days = Column("expirechangetrackingindays", "Integer", low=0, high=365, default=7)
    organization = Table("organization", "organizations", 1019, [*texts("name", 160), days, *history()])
    unit = Table("businessunit", "businessunits", 10, [*texts("name", 160), *history()])
    roles = [*texts("name", 100), choice("category", "Business,Family,Social,Sales,Other"), *history()]
    role = Table("connectionrole", "connectionroles", 3231, [*roles, *ACTIVE])
    money = [*texts("currencyname", 100), *texts("isocurrencycode", 5), *history()]
    currency = Table("transactioncurrency", "transactioncurrencies", 9105, money, "currencyname")
    probe = [*texts("sdkmessageid/name", 256), *texts("primaryobjecttypecode", 128), *history()]
    message_filter = Table("sdkmessagefilter", "sdkmessagefilters", 4607, probe, "primaryobjecttypecode")
    return [organization, unit, role, currency, message_filter]


def all_tables() -> list[Table]:
    """Fresh definitions, in the order in which rows may refer to each other."""
    first = [
        *around_them(),
        systemuser(),
        team(),
        campaign(),
        account(),
        contact(),
        lead(),
        opportunity(),
        connection(),
    ]
    for table in first:
        table.tracking = table.logical not in {"organization", "sdkmessagefilter", "transactioncurrency"}
    return first
