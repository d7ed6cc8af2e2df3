"""What Dynamics says about its tables: EntityDefinitions, never paged (Microsoft, "query-metadata-web-api")."""

from typing import Any

from sync.dynamics.access import Column
from sync.dynamics.connection import Connection
from sync.errors import PersonMustLook

FLAGS = "LogicalName,AttributeType,IsValidForCreate,IsValidForUpdate,IsValidForRead,IsSecured"
CHOICES = ("PicklistAttributeMetadata", "StateAttributeMetadata", "StatusAttributeMetadata")
TEXTS = ("StringAttributeMetadata", "MemoAttributeMetadata")


class Metadata:
    """Reads definitions; remembers which column is the key of which entity set, which never changes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._keys: dict[str, str] = {}

    async def key_of(self, entity_set: str) -> str:
        """The primary key column of an entity set: "leads" -> "leadid"."""
        if entity_set not in self._keys:
            asked = {"$select": "LogicalName,EntitySetName,PrimaryIdAttribute"}
            tables = (await self._connection.get("EntityDefinitions", asked))["value"]
            self._keys = {table["EntitySetName"]: table["PrimaryIdAttribute"] for table in tables}
        if entity_set not in self._keys:
            raise PersonMustLook("0x8006088a", f"Dynamics has no table whose rows are called '{entity_set}'")
        return self._keys[entity_set]

    async def columns(self, table: str) -> dict[str, Column]:
        attributes = f"EntityDefinitions(LogicalName='{table}')/Attributes"
        lengths: dict[str, int | None] = {}
        for text in TEXTS:
            path = f"{attributes}/Microsoft.Dynamics.CRM.{text}"
            found = await self._connection.get(path, {"$select": "LogicalName,MaxLength"})
            lengths |= {one["LogicalName"]: one.get("MaxLength") for one in found["value"]}
        flags = await self._connection.get(attributes, {"$select": FLAGS})
        return {one["LogicalName"]: _column(one, lengths) for one in flags["value"]}

    async def options(self, table: str) -> dict[str, tuple[tuple[int, str], ...]]:
        """Per choice column of `table` its options: (number, label in our user's language)."""
        found: dict[str, tuple[tuple[int, str], ...]] = {}
        for choice in CHOICES:
            path = f"EntityDefinitions(LogicalName='{table}')/Attributes/Microsoft.Dynamics.CRM.{choice}"
            told = await self._connection.get(path, {"$select": "LogicalName", "$expand": "OptionSet"})
            found |= {one["LogicalName"]: _options(one.get("OptionSet") or {}) for one in told["value"]}
        return found

    async def tracks_changes(self, table: str) -> bool:
        path = f"EntityDefinitions(LogicalName='{table}')"
        return bool((await self._connection.get(path, {"$select": "ChangeTrackingEnabled"}))["ChangeTrackingEnabled"])


def _column(told: dict[str, Any], lengths: dict[str, int | None]) -> Column:
    name = told["LogicalName"]
    return Column(
        name=name,
        type=told.get("AttributeType") or "",
        max_length=lengths.get(name),
        creatable=bool(told.get("IsValidForCreate")),
        updatable=bool(told.get("IsValidForUpdate")),
        readable=bool(told.get("IsValidForRead")),
        secured=bool(told.get("IsSecured")),
    )


def _options(told: dict[str, Any]) -> tuple[tuple[int, str], ...]:
    return tuple((option["Value"], _label(option.get("Label") or {})) for option in told.get("Options") or ())


def _label(told: dict[str, Any]) -> str:
    labels = [told.get("UserLocalizedLabel"), *(told.get("LocalizedLabels") or ())]
    return next((str(one["Label"]) for one in labels if one), "")
