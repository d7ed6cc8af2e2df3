"""Fitting an object to what its two sides really have, in values: fields are left out, narrowed, or reported."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from storage.changes import Direction, Finding, Side
from sync.dynamics.access import Column
from sync.marketo.access import PersonField
from sync.objects import Field, Object

KINDS = ("unknown", "too-short", "read-only", "unreadable", "secured")
MERGED = "merged"  # Dataverse's own column, on the tables whose rows can be merged
TEXTS = ("text", "email")
Options = Mapping[str, tuple[tuple[int, str], ...]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """An object with the fields that can be kept in step, and a sentence for each that cannot, or not safely."""

    one: Object
    findings: tuple[Finding, ...]


def fitted_to_dynamics(one: Object, columns: Mapping[str, Column], options: Options) -> Fitted:
    """`one` with what Dynamics has of it; `options` of its choice columns, where they are needed."""
    found = [_to_column(one, each, columns.get(logical(each.column)), options) for each in one.fields]
    kept = replace(
        one,
        fields=tuple(field for field, _ in found if field),
        label_columns=tuple(each for each in one.label_columns if each in columns),
    )
    return Fitted(judged_by(kept, columns), tuple(finding for _, findings in found for finding in findings))


def judged_by(one: Object, columns: Collection[str]) -> Object:
    """`one` with those columns that say whether a row is kept in step, as far as its table has them."""
    flag = next((each for each in columns if each.lower() == one.sync_flag.lower()), "")
    return replace(one, sync_column=flag, merged_column=MERGED if MERGED in columns else "")


def _to_column(
    one: Object, each: Field, column: Column | None, options: Options
) -> tuple[Field | None, tuple[Finding, ...]]:
    name = logical(each.column)
    if column is None:
        words = f"{one.name}: {each.name} is not kept in step, Dynamics has no column {name}"
        return None, (Finding("unknown", one.name, each.name, words),)
    if not column.readable:
        words = f"{one.name}: {each.name} is not kept in step, the column {name} cannot be read in Dynamics"
        return None, (Finding("unreadable", one.name, each.name, words),)
    field = replace(each, options=options.get(name, ()))
    findings: tuple[Finding, ...] = ()
    if "to-dynamics" in each.directions and not column.updatable:
        field, findings = _without(one, field, "to-dynamics", f"the column {name} cannot be written in Dynamics")
    if column.secured and field.directions:
        findings = (*findings, _secured(one, field, name))
    return _limited(one, field, column.max_length, "dynamics", findings)


def _secured(one: Object, each: Field, column: str) -> Finding:
    """Dynamics does not tell whom it is granted to."""
    granted = "Read, Create and Update" if "to-dynamics" in each.directions else "Read"
    words = (
        f"{one.name}: {each.name} may be read as empty, field-level security is on for {column} in Dynamics: "
        f"grant {granted} on it to the sync's application user in a field security profile"
    )
    return Finding("secured", one.name, each.name, words)


def fitted_to_marketo(one: Object, fields: Mapping[str, PersonField]) -> Fitted:
    """`one` with what Marketo has of it, found by display name first, then by REST name, neither by its case."""
    by_rest = {name.lower(): field for name, field in fields.items()}
    by_display = {field.display_name.lower(): field for field in fields.values()}
    found = [_to_marketo(one, each, found_as(each, by_rest, by_display)) for each in one.fields]
    kept = replace(
        one,
        fields=tuple(field for field, _ in found if field),
        deleted_field=one.deleted_field if one.deleted_field.lower() in by_rest else "",
    )
    return Fitted(kept, tuple(finding for _, findings in found for finding in findings))


def found_as(
    each: Field, by_rest: Mapping[str, PersonField], by_display: Mapping[str, PersonField]
) -> PersonField | None:
    """The Marketo field that `each` is in this instance; both mappings have their names in lower case."""
    return (each.display_name and by_display.get(each.display_name.lower())) or by_rest.get(each.name.lower()) or None


def _to_marketo(one: Object, each: Field, there: PersonField | None) -> tuple[Field | None, tuple[Finding, ...]]:
    if there is None:
        called = f"'{each.display_name}'" if each.display_name else "of that name"
        words = f"{one.name}: {each.name} is not kept in step, Marketo has no field {called}"
        return None, (Finding("unknown", one.name, each.name, words),)
    field = replace(each, rest_name=there.name)
    findings: tuple[Finding, ...] = ()
    # Where several fields are the key, as of roles, Marketo calls them not updateable: a record is made with them.
    if "to-marketo" in each.directions and not there.updateable and one.marketo_key:
        field, findings = _without(one, field, "to-marketo", f"the field {there.name} cannot be written in Marketo")
    return _limited(one, field, there.length, "marketo", findings)


def left_out(one: Object, why: str) -> Fitted:
    """An object that a side does not have at all: nothing of it is kept in step."""
    return Fitted(
        replace(one, fields=()), (Finding("unknown", one.name, "", f"{one.name} are not kept in step, {why}"),)
    )


def without_orphans(objects: Sequence[Object]) -> tuple[Object, ...]:
    """`objects` with no reference to one that was left out, for which their rows would wait for ever."""
    names = {one.name for one in objects}

    def kept(each: Field) -> Field:
        return replace(each, parents=tuple(parent for parent in each.parents if parent.object in names))

    return tuple(
        replace(one, fields=tuple(kept(each) for each in one.fields if not each.parents or kept(each).parents))
        for one in objects
    )


def _without(one: Object, each: Field, way: Direction, why: str) -> tuple[Field, tuple[Finding, ...]]:
    left = tuple(direction for direction in each.directions if direction != way)
    words = f"{one.name}: {each.name} is not written {way}, {why}"
    return replace(each, directions=left), (Finding("read-only", one.name, each.name, words),)


def _limited(
    one: Object, field: Field, length: int | None, side: Side, findings: tuple[Finding, ...]
) -> tuple[Field | None, tuple[Finding, ...]]:
    """With the shorter of both sides' lengths, whichever side is read first."""
    if not field.directions:
        return None, findings
    if field.kind not in TEXTS or length is None:
        return field, findings
    if field.limit is None:
        return replace(field, limit=length), findings
    marketo, dynamics = (length, field.limit) if side == "marketo" else (field.limit, length)
    return replace(field, limit=min(marketo, dynamics)), (*findings, *_too_short(one, field, marketo, dynamics))


def _too_short(one: Object, field: Field, marketo: int, dynamics: int) -> Iterator[Finding]:
    if marketo < dynamics and field.too_long == "refuse" and "to-marketo" in field.directions:
        words = (
            f"{one.name}: {field.name} holds {marketo} characters in Marketo and {dynamics} in Dynamics; "
            "longer ones are refused"
        )
        yield Finding("too-short", one.name, field.name, words)


def logical(column: str) -> str:
    """The logical name of a column as it is selected: lookups are selected as `_name_value`."""
    return column.removeprefix("_").removesuffix("_value") if column.startswith("_") else column
