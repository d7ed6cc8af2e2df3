"""From rows to what a reader is shown: the chosen columns, the etag and the annotations that were asked for."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from sandbox.dynamics.calls import Call
from sandbox.dynamics.columns import CHOICES, LOOKUPS, Column, Table
from sandbox.dynamics.refusals import unknown_property
from sandbox.dynamics.store import Row, Store

FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOGICAL = "Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"

Show = Callable[[Row], dict[str, Any]]


def chosen(table: Table, select: str | None) -> list[Column]:
    """The columns of a $select, or all; an unknown one is refused with 400."""
    if not select:
        return list(table.columns.values())
    names = [name.strip() for name in select.split(",") if name.strip()]
    for name in names:
        if name not in table.properties:
            raise unknown_property(name, table.logical)
    columns = [table.properties[name] for name in names]
    key = table.columns[table.id_name]
    # the primary key comes along whether it was chosen or not
    return columns if key in columns else [*columns, key]


def wanted_annotations(call: Call) -> set[str]:
    """Which of the three we know of were asked for: by name, by `Microsoft.Dynamics.CRM.*` or by `*`."""
    asked = [name.strip() for name in call.prefer.get("odata.include-annotations", "").split(",") if name.strip()]
    known = (FORMATTED, LOGICAL, NAVIGATION)
    return {name for name in known for pattern in asked if pattern in {"*", name} or _under(name, pattern)}


def _under(name: str, pattern: str) -> bool:
    return pattern.endswith(".*") and name.startswith(pattern[:-1])


def shower(store: Store, table: Table, columns: Iterable[Column], annotations: set[str]) -> Show:
    """A function from row to JSON, made once per page because it runs thousands of times."""
    names = [column.property_name for column in columns]

    def plain(row: Row) -> dict[str, Any]:
        get = row.get
        shown: dict[str, Any] = {"@odata.etag": f'W/"{row["versionnumber"]}"'}
        for name in names:
            shown[name] = get(name)
        return shown

    if not annotations:
        return plain
    annotators = [(column.property_name, annotator(store, column, annotations)) for column in columns]
    useful = [(name, annotate) for name, annotate in annotators if annotate is not None]

    def annotated(row: Row) -> dict[str, Any]:
        shown = plain(row)
        for name, annotate in useful:
            value = shown[name]
            if value is not None:
                annotate(shown, row, value)
        return shown

    return annotated


def annotator(store: Store, column: Column, wanted: set[str]) -> Callable[[dict[str, Any], Row, Any], None] | None:
    """What adds one column's annotations, or None where the column has none to give."""
    name = column.property_name
    if column.kind in LOOKUPS:
        return lookup_annotator(store, column, wanted)
    if FORMATTED not in wanted or (form := formatter(column)) is None:
        return None
    key = f"{name}@{FORMATTED}"

    def annotate(shown: dict[str, Any], _: Row, value: Any) -> None:
        shown[key] = form(value)

    return annotate


def formatter(column: Column) -> Callable[[Any], str] | None:
    """How the default locale writes this kind of value; None for kinds that stand as they are."""
    if column.kind in CHOICES:
        labels = column.options
        return lambda value: labels.get(value, str(value))
    if column.kind == "Boolean":
        return lambda value: "Yes" if value else "No"
    if column.kind == "Money":
        return lambda value: f"${value:,.2f}"
    if column.kind in {"Integer", "Decimal", "BigInt"}:
        places = column.precision or 0
        return lambda value: f"{value:,.{places}f}"
    return american if column.kind == "DateTime" else None


@lru_cache(maxsize=100_000)
def american(value: str) -> str:
    """`2026-11-23T10:05:00Z` as the default locale writes it: `11/23/2026 10:05 AM`."""
    day = f"{int(value[5:7])}/{int(value[8:10])}/{value[:4]}"
    if len(value) < 16:
        return day
    hour = int(value[11:13])
    return f"{day} {hour % 12 or 12}:{value[14:16]} {'PM' if hour >= 12 else 'AM'}"


def target_of(column: Column, row: Row) -> str:
    """The table that a lookup points into."""
    if len(column.targets) == 1:
        return column.targets[0]
    kept: str = row.get(column.type_property) or column.targets[0]
    return kept


def lookup_annotator(store: Store, column: Column, wanted: set[str]) -> Callable[[dict[str, Any], Row, Any], None]:
    name = column.property_name
    navigations = {target: navigation for navigation, target in column.navigations()}
    logical, navigation, formatted = (f"{name}@{annotation}" for annotation in (LOGICAL, NAVIGATION, FORMATTED))
    wants_logical, wants_navigation, wants_label = LOGICAL in wanted, NAVIGATION in wanted, FORMATTED in wanted

    def annotate(shown: dict[str, Any], row: Row, value: Any) -> None:
        target = target_of(column, row)
        if wants_logical:
            shown[logical] = target
        if wants_navigation:
            shown[navigation] = navigations.get(target, column.name)
        if wants_label and (there := store.logical.get(target)) is not None:
            label = there.by_id.get(value, {}).get(there.table.name_column)
            if label is not None:
                shown[formatted] = label

    return annotate
