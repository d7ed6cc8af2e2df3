"""The kinds of activity that this instance writes, as activities/types.json describes them; ids are Marketo's own."""

from datetime import timedelta

from sandbox.marketo.envelope import Json

NEW_LEAD, CHANGE_DATA_VALUE, CHANGE_SCORE, MERGE_LEADS, DELETE_LEAD = 12, 13, 22, 32, 37

RETENTION = {
    DELETE_LEAD: timedelta(days=14),
    CHANGE_DATA_VALUE: timedelta(days=90),
    CHANGE_SCORE: timedelta(days=90),
    300: timedelta(days=90),
}
"""How long an activity can be read; New Lead is kept for ever, most others 25 months."""
LONGEST = timedelta(days=761)


def _type(number: int, name: str, description: str, primary: str | None, *attributes: str) -> Json:
    described: Json = {"id": number, "name": name, "description": description}
    if primary:
        described["primaryAttribute"] = {"name": primary, "dataType": "string"}
    described["attributes"] = [{"name": attribute, "dataType": "string"} for attribute in attributes]
    return described


TYPES = [
    _type(1, "Visit Webpage", "User visits a web page", "Webpage ID", "Client IP Address", "User Agent"),
    _type(2, "Fill Out Form", "User fills out and submits form on web page", "Webform ID", "Form Fields"),
    _type(6, "Send Email", "Send Marketo Email to a person", "Mailing ID", "Campaign Run ID"),
    _type(9, "Unsubscribe Email", "Person unsubscribes from Marketo Emails", "Mailing ID", "Form Fields"),
    _type(12, "New Person", "New person/record is added to the lead database", None, "Created Date", "Source Type"),
    _type(
        13, "Change Data Value", "Changed attribute value for a person/record", "Attribute Name",
        "New Value", "Old Value", "Reason", "Source", "API Method Name",
    ),
    _type(
        22, "Change Score", "Modify the value of a score field", "Score Name",
        "Change Value", "New Value", "Old Value", "Reason", "Source",
    ),
    _type(32, "Merge Leads", "Person/record merge", "Lead ID", "Master Updated", "Merge IDs", "Merge Source"),
    _type(37, "Delete Lead", "Delete person/record from Marketo", "Lead ID", "Campaign", "Remove from CRM"),
    _type(300, "Sync Person to Microsoft", "Sync person/record to Microsoft Dynamics", None, "Sync Type"),
]  # fmt: skip
