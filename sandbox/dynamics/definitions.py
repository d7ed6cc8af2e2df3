"""Tables, columns, choices and keys as the metadata part of the Web API words them."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sandbox.dynamics.columns import CHOICES, LOOKUPS, Column, Table

CAST_NAMES = {"Customer": "Lookup", "Owner": "Lookup", "Uniqueidentifier": "UniqueIdentifier", "Virtual": ""}
CUSTOM_PREFIXES = ("new_", "mkt_", "cr", "msdyn_")


def cast_name(column: Column) -> str:
    """The metadata type of a column: `StringAttributeMetadata`."""
    return f"{CAST_NAMES.get(column.kind, column.kind)}AttributeMetadata"


def matches_cast(column: Column, cast: str) -> bool:
    """Whether a column is of this type; choices of all three sorts are also EnumAttributeMetadata."""
    name = cast.rsplit(".", 1)[-1]
    return name == cast_name(column) or (name == "EnumAttributeMetadata" and column.kind in CHOICES)


def label(text: str) -> dict[str, Any]:
    one = {"Label": text, "LanguageCode": 1033, "IsManaged": True, "MetadataId": str(uuid5(NAMESPACE_URL, text))}
    return {"LocalizedLabels": [one], "UserLocalizedLabel": one}


def is_custom(name: str) -> bool:
    return name.startswith(CUSTOM_PREFIXES) and "_" in name


def table_definition(table: Table) -> dict[str, Any]:
    title = "User" if table.logical == "systemuser" else table.schema_name
    return {
        "MetadataId": table.metadata_id,
        "LogicalName": table.logical,
        "SchemaName": table.schema_name,
        "EntitySetName": table.entity_set,
        "LogicalCollectionName": table.entity_set,
        "CollectionSchemaName": table.schema_name + "s",
        "PrimaryIdAttribute": table.id_name,
        "PrimaryNameAttribute": table.name_column,
        "ObjectTypeCode": table.code,
        "ChangeTrackingEnabled": table.tracking,
        "CanChangeTrackingBeEnabled": {"Value": True, "CanBeChanged": False},
        "IsCustomEntity": is_custom(table.logical),
        "IsActivity": False,
        "IsPrivate": False,
        "IsIntersect": False,
        "IsManaged": not is_custom(table.logical),
        "TableType": "Standard",
        "OwnershipType": "UserOwned" if "ownerid" in table.columns else "OrganizationOwned",
        "DisplayName": label(title),
        "DisplayCollectionName": label(title + "s"),
        "Description": label(title),
    }


def attribute(table: Table, column: Column) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "@odata.type": f"#Microsoft.Dynamics.CRM.{cast_name(column)}",
        "MetadataId": table.column_id(column.name),
        "LogicalName": column.name,
        "SchemaName": column.schema_name or column.name,
        "EntityLogicalName": table.logical,
        "AttributeType": column.kind,
        "AttributeTypeName": {"Value": f"{column.kind}Type"},
        "AttributeOf": None,
        "DisplayName": label(column.name),
        "Description": label(column.name),
        "RequiredLevel": {
            "Value": column.required,
            "CanBeChanged": column.required != "SystemRequired",
            "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings",
        },
        "IsValidForCreate": column.create,
        "IsValidForUpdate": column.update,
        "IsValidForRead": True,
        "IsSecured": column.secured,
        "IsCustomAttribute": is_custom(column.name),
        "IsPrimaryId": column.name == table.id_name,
        "IsPrimaryName": column.name == table.name_column,
    }
    return shown | particulars(column)


def particulars(column: Column) -> dict[str, Any]:
    """What only columns of this kind have."""
    if column.kind in {"String", "Memo"}:
        format_name = column.format or ("TextArea" if column.kind == "Memo" else "Text")
        return {"MaxLength": column.length, "FormatName": {"Value": format_name}, "Format": format_name}
    if column.kind in {"Integer", "BigInt", "Money", "Decimal", "Double"}:
        shown: dict[str, Any] = {"MinValue": column.low, "MaxValue": column.high}
        if column.kind in {"Money", "Decimal", "Double"}:
            shown["Precision"] = column.precision if column.precision is not None else 2
        return shown
    if column.kind == "DateTime":
        day = column.format == "DateOnly"
        return {
            "Format": "DateOnly" if day else "DateAndTime",
            "DateTimeBehavior": {"Value": "DateOnly" if day else "UserLocal"},
        }
    if column.kind in LOOKUPS:
        return {"Targets": list(column.targets)}
    if column.kind in CHOICES | {"Boolean"}:
        return {"DefaultFormValue": column.default if column.default is not None else -1}
    return {}


def option_set(column: Column) -> dict[str, Any]:
    """The choices of a column; a yes-or-no has a TrueOption and a FalseOption instead of a list."""
    head = {"MetadataId": str(uuid5(NAMESPACE_URL, f"options/{column.name}")), "Name": column.name, "IsGlobal": False}
    if column.kind == "Boolean":
        return head | {
            "OptionSetType": "Boolean",
            "TrueOption": {"Value": 1, "Label": label("Yes")},
            "FalseOption": {"Value": 0, "Label": label("No")},
        }
    options: list[dict[str, Any]] = []
    for value, text in column.options.items():
        option: dict[str, Any] = {"Value": value, "Label": label(text), "Color": None, "IsManaged": True}
        if column.kind == "Status":
            option |= {"@odata.type": "#Microsoft.Dynamics.CRM.StatusOptionMetadata", "State": column.states[value]}
        if column.kind == "State":
            option |= {"@odata.type": "#Microsoft.Dynamics.CRM.StateOptionMetadata", "InvariantName": text}
        options.append(option)
    return head | {"OptionSetType": column.kind, "Options": options}


def key_definition(table: Table, name: str) -> dict[str, Any]:
    return {
        "MetadataId": table.key_id(name),
        "LogicalName": name.lower(),
        "SchemaName": name,
        "EntityLogicalName": table.logical,
        "KeyAttributes": list(table.keys[name]),
        "EntityKeyIndexStatus": "Active",
        "DisplayName": label(name),
    }
