"""QualifyLead: a lead becomes an account, a contact and an opportunity, as the caller wishes."""

from typing import Any

from sandbox.dynamics.addresses import read_key
from sandbox.dynamics.calls import Answer, Call
from sandbox.dynamics.defaults import complete
from sandbox.dynamics.refusals import Refusal
from sandbox.dynamics.store import Row, Rows, Store

SHARED = (
    *("firstname", "lastname", "middlename", "emailaddress1", "jobtitle", "salutation"),
    *("telephone1", "telephone2", "mobilephone", "fax", "description"),
    *("address1_line1", "address1_line2", "address1_line3"),
    *("address1_city", "address1_stateorprovince", "address1_country", "address1_postalcode"),
    *("donotemail", "donotphone", "donotfax", "donotbulkemail", "donotpostalmail"),
)


def qualify_lead(store: Store, rows: Rows, key: str, call: Call) -> Answer:
    """Refuses a lead that is closed already; answers references to what was made, the account first."""
    lead = read_key(rows, key).found(rows)
    if lead.get("statecode") != 0:
        raise Refusal(400, "0x80040519", "The lead is already closed.")
    body = call.json()
    status = body.get("Status", -1)
    if status not in {-1, 3}:
        raise Refusal(
            400, "0x80048408", f"{status} is not a valid status code for state code LeadState.Qualified on lead."
        )
    with store.transaction():
        made = make_rows(store, lead, body)
        close(store, rows, lead, made)
    context = f"{call.base}/$metadata#crmbaseentity"
    value = [reference(store, logical, row) for logical, row in made.items()]
    return Answer(200, {"@odata.context": context, "value": value})


def reference(store: Store, logical: str, row: Row) -> dict[str, Any]:
    id_name = store.logical[logical].table.id_name
    return {"@odata.type": f"#Microsoft.Dynamics.CRM.{logical}", id_name: row[id_name]}


def make_rows(store: Store, lead: Row, body: dict[str, Any]) -> dict[str, Row]:
    """The new rows, cross-linked: the contact belongs to the account, whose primary contact it is."""
    made: dict[str, Row] = {}
    if body.get("CreateAccount"):
        made["account"] = put(store, "account", lead, {"name": lead.get("companyname") or lead.get("fullname")})
    if body.get("CreateContact"):
        values = {name: lead[name] for name in SHARED if name in lead}
        made["contact"] = put(store, "contact", lead, values | customer(made, "_parentcustomerid_value"))
    if "account" in made and "contact" in made:
        primary = {"_primarycontactid_value": made["contact"]["contactid"]}
        made["account"] = store.update(store.logical["account"], made["account"]["accountid"], primary)
    if body.get("CreateOpportunity"):
        values = {"name": lead.get("subject") or lead.get("fullname")} | customer(made, "_customerid_value")
        made["opportunity"] = put(store, "opportunity", lead, values)
    return made


def customer(made: dict[str, Row], name: str) -> Row:
    for logical in ("account", "contact"):
        if logical in made:
            kind = f"{name}@Microsoft.Dynamics.CRM.lookuplogicalname"
            return {name: made[logical][f"{logical}id"], kind: logical}
    return {}


def put(store: Store, logical: str, lead: Row, values: Row) -> Row:
    rows = store.logical[logical]
    row = {"_originatingleadid_value": lead["leadid"], "_ownerid_value": lead["_ownerid_value"], **values}
    row[rows.table.id_name] = store.new_id()
    complete(store, rows, row)
    return store.insert(rows, {name: value for name, value in row.items() if value is not None})


def close(store: Store, rows: Rows, lead: Row, made: dict[str, Row]) -> None:
    links = {"account": "_parentaccountid_value", "contact": "_parentcontactid_value"}
    links["opportunity"] = "_qualifyingopportunityid_value"
    values = {links[logical]: row[f"{logical}id"] for logical, row in made.items()}
    store.update(rows, lead["leadid"], {"statecode": 1, "statuscode": 3, **values})
