"""From rows to what a reader is shown: the chosen columns, the etag and the annotations that were asked for."""

from collections.abc import Callable, Iterable
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
    if FORMATTED not in wanted:
        return None
    if column.kind in CHOICES:
        labels = column.options
        return lambda shown, _, value: shown.__setitem__(f"{name}@{FORMATTED}", labels.get(value, str(value)))
    if column.kind == "Boolean":
        return lambda shown, _, value: shown.__setitem__(f"{name}@{FORMATTED}", "Yes" if value else "No")
    if column.kind in {"Money", "Integer", "Decimal", "BigInt"}:
        sign, places = ("$", 2) if column.kind == "Money" else ("", column.precision or 0)
        return lambda shown, _, value: shown.__setitem__(f"{name}@{FORMATTED}", f"{sign}{value:,.{places}f}")
    if column.kind == "DateTime":
        return lambda shown, _, value: shown.__setitem__(f"{name}@{FORMATTED}", american(value))
    return None


def american(value: str) -> str:
    """`2026-11-23T10:05:00Z` as the default locale writes it: `11/23/2026 10:05 AM`."""
    day = f"{int(value[5:7])}/{int(value[8:10])}/{value[:4]}"
    if len(value) < 16:
        return day
    hour = int(value[11:13])
    return f"{day} {hour % 12 or 12}:{value[14:16]} {'PM' if hour >= 12 else 'AM'}"


def target_of(column: Column, row: Row) -> str:
    """The table that a lookup points into."""
    kept: str = row.get(column.type_property) or column.targets[0]
    return kept


def lookup_annotator(store: Store, column: Column, wanted: set[str]) -> Callable[[dict[str, Any], Row, Any], None]:
    name = column.property_name
    navigations = {target: navigation for navigation, target in column.navigations()}

    def annotate(shown: dict[str, Any], row: Row, value: Any) -> None:
        target = target_of(column, row)
        if LOGICAL in wanted:
            shown[f"{name}@{LOGICAL}"] = target
        if NAVIGATION in wanted:
            shown[f"{name}@{NAVIGATION}"] = navigations.get(target, column.name)
        if FORMATTED in wanted and target in store.logical:
            there = store.logical[target]
            label = there.by_id.get(value, {}).get(there.table.name_column)
            if label is not None:
                shown[f"{name}@{FORMATTED}"] = label

    return annotate
