"""Relationships, as the metadata part of the Web API words them: one for each table that a lookup points at."""

from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sandbox.dynamics.columns import LOOKUPS, Table
from sandbox.dynamics.store import Store

ONE_TO_MANY = "#Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata"


def relationship_name(table: Table, column: str, navigation: str, target: str) -> str:
    """Customers name their own `contact_lead_new_Referrer`; ours are made the same way."""
    schema_name = table.columns[column].schema_name or navigation
    return f"{target}_{table.logical}_{schema_name}"


def relationship_id(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"relationship/{name}"))


def relationships_of(store: Store, table: Table) -> Iterator[dict[str, Any]]:
    """The many-to-one relationships of a table; seen from the other side they are one-to-many."""
    for column in table.columns.values():
        if column.kind not in LOOKUPS:
            continue
        for navigation, target in column.navigations():
            if target not in store.logical:
                continue
            name = relationship_name(table, column.name, navigation, target)
            yield {
                "@odata.type": ONE_TO_MANY,
                "MetadataId": relationship_id(name),
                "SchemaName": name,
                "RelationshipType": "OneToManyRelationship",
                "IsCustomRelationship": column.name.startswith("new_"),
                "ReferencedEntity": target,
                "ReferencedAttribute": store.logical[target].table.id_name,
                "ReferencingEntity": table.logical,
                "ReferencingAttribute": column.name,
                "ReferencingEntityNavigationPropertyName": navigation,
                "ReferencedEntityNavigationPropertyName": name,
            }


def all_relationships(store: Store) -> list[dict[str, Any]]:
    return [found for rows in store.sets.values() for found in relationships_of(store, rows.table)]


def one_to_many(store: Store, table: Table) -> list[dict[str, Any]]:
    """Those whose one side is this table."""
    return [found for found in all_relationships(store) if found["ReferencedEntity"] == table.logical]
