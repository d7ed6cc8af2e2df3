"""The Marketo fields this needs: what they are, which are missing, and creating them."""

from collections.abc import Sequence
from typing import Any

from sync.marketo.client import Marketo
from sync.objects import CONTACT_ID, DELETED, DO_NOT_EMAIL, LEAD_ID, SYNC, TYPE


def _field(name: str, display_name: str, data_type: str) -> dict[str, Any]:
    return {"name": name, "displayName": display_name, "dataType": data_type}


DELETED_FIELD = _field(DELETED, "Dynamics is Deleted", "boolean")

FIELDS: dict[str, tuple[dict[str, Any], ...]] = {
    "leads": (
        _field(LEAD_ID, "Dynamics Lead Id", "string"),
        _field(CONTACT_ID, "Dynamics Contact Id", "string"),
        _field(TYPE, "Dynamics Type", "string"),
        DELETED_FIELD,
        _field(SYNC, "Sync to Dynamics", "boolean"),
        _field(DO_NOT_EMAIL, "Dynamics Do Not Email", "boolean"),
    ),
    "companies": (DELETED_FIELD,),
    "opportunities": (DELETED_FIELD,),
}


async def missing_fields(marketo: Marketo) -> dict[str, list[dict[str, Any]]]:
    """Per kind, the fields that have to be created; kinds that lack nothing are left out."""
    missing = {}
    for kind, fields in FIELDS.items():
        there = await (marketo.person_fields() if kind == "leads" else marketo.object_fields(kind))
        names = {name.lower() for name in there}
        if lacking := [field for field in fields if field["name"].lower() not in names]:
            missing[kind] = lacking
    return missing


async def create_missing_fields(marketo: Marketo) -> list[str]:
    """Creates what is missing and returns their names as `kind.field`. Marketo can never delete them again."""
    created = []
    for kind, fields in (await missing_fields(marketo)).items():
        await marketo.create_fields(kind, fields)
        created += names_of(kind, fields)
    return created


def names_of(kind: str, fields: Sequence[dict[str, Any]]) -> list[str]:
    return [f"{kind}.{field['name']}" for field in fields]
