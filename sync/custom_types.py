"""Marketo's custom objects: the types that ours need, and making them.

From Marketo's "Custom objects": a type is drafted, given its fields and approved; approved, it takes more fields but no
more links. A link leads to a person, a company, or a type that is approved and has no link itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sync.errors import Never, PersonMustLook
from sync.marketo.access import PersonField
from sync.marketo.client import Marketo
from sync.objects import CUSTOM, Field, Object, Parent

LINKABLE = {"leads": "lead", "companies": "company"}

Described = dict[str, Any]


def api_name(one: Object) -> str:
    return one.kind.removeprefix(CUSTOM)


def link_of(each: Field, objects: Sequence[Object]) -> dict[str, str] | None:
    """What a reference of a custom object links to, as Marketo is told; None where it is kept as text.

    A reference with several parents is text, too, for a link leads to one: describe one field for each instead.
    """
    target = _target(each.parents[0], objects) if len(each.parents) == 1 else None
    if target is None:
        return None
    if target.kind in LINKABLE:
        return {"name": LINKABLE[target.kind], "field": target.marketo_key}
    if target.is_custom and not any(link_of(other, objects) for other in target.fields):
        return {"name": api_name(target), "field": target.marketo_key}
    return None


def _target(parent: Parent, objects: Sequence[Object]) -> Object | None:
    return next((one for one in objects if one.name == parent.object), None)


def with_link(described: Described, each: Field, objects: Sequence[Object]) -> Described:
    """A field to be created, as a link where it can be one."""
    link = link_of(each, objects)
    return {**described, "dataType": "link", "relatedTo": link} if link else described


async def fields_there(marketo: Marketo, one: Object) -> Mapping[str, PersonField] | None:
    """A custom object's fields, none where its type is missing. None where Marketo has no custom objects for us."""
    try:
        return await marketo.object_fields(one.kind)
    except Never:
        return {}
    except PersonMustLook:
        return None


async def create(marketo: Marketo, one_kind: str, display_name: str, fields: Sequence[Described]) -> None:
    """Makes the type, where it is missing, with these fields, and approves it. A draft left behind is completed."""
    name = one_kind.removeprefix(CUSTOM)
    drafted = await marketo.custom_type(name)
    if drafted is None:
        await marketo.draft_custom_type(name, display_name)
    there = {field["name"] for field in (drafted or {}).get("fields", ())}
    if lacking := [field for field in fields if field["name"] not in there]:
        await marketo.add_custom_fields(name, lacking)
    await marketo.approve_custom_type(name)
