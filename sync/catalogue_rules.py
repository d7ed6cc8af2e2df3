"""What has to hold between the fields of an object and between objects, and the order objects are pushed in."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from sync.catalogue_tables import Mistake
from sync.custom_types import link_of
from sync.objects import CUSTOM, Field, Object

PERSON_TABLES = ("lead", "contact")
LONGEST_CUSTOM_NAME = 33  # the native connector's; Marketo names no limit of its own, and takes letters, digits and _
MOST_CUSTOM_FIELDS = 50
MOST_CUSTOM_OBJECTS = 10


def mistakes_between(objects: Sequence[Object]) -> list[Mistake]:
    found = [mistake for one in objects for mistake in _mistakes_in(one)]
    return [*found, *_people_twice(objects), *_custom_objects(objects), *_loops(objects)]


def _mistakes_in(one: Object) -> list[Mistake]:
    return [*_names(one), *_spaces(one), *_columns(one), *_people(one), *_ways(one)]


def _names(one: Object) -> Iterator[Mistake]:
    """Marketo tells names apart without their case, TOML with it."""
    for what, names in (
        ("name", [each.name for each in one.fields]),
        ("display_name", [each.display_name for each in one.fields if each.display_name]),
    ):
        counted = Counter(name.lower() for name in names)
        for each in one.fields:
            name = each.name if what == "name" else each.display_name
            if counted[name.lower()] > 1:
                yield _at(one, each, f"two fields of '{one.name}' have the {what} '{name}'; keep one of them")
    for each in one.fields:
        if one.marketo_key and each.name == one.marketo_key:
            yield _at(
                one, each, f"'{each.name}' is the marketo_key of '{one.name}' and is written anyway; remove it here"
            )


def _spaces(one: Object) -> Iterator[Mistake]:
    """Neither service has a space in a name its API goes by; what people read there, a display name, may have some."""
    own = {"table": one.table, "rows": one.entity_set, "key": one.dynamics_key, "deleted_flag": one.deleted_field}
    own |= {"sync_flag": one.sync_flag, "marketo_key": "" if one.is_custom else one.marketo_key}
    told: list[tuple[tuple[str, ...], str]] = [((key,), name) for key, name in own.items()]
    told += [(("label",), name) for name in one.label_columns]
    told += [(("filters", str(at), "column"), each.column) for at, each in enumerate(one.filters)]
    told += [(("fields", each.name), each.name) for each in one.fields]
    told += [(("fields", each.name, "column"), each.column) for each in one.fields]
    for path, name in told:
        if re.search(r"\s", name):
            yield Mistake((one.name, *path), f"'{name}' has a space in it; write the name that the API goes by")


def _columns(one: Object) -> Iterator[Mistake]:
    """A column may be read for several fields, but written from one only, or they would overwrite each other."""
    written = Counter(each.column for each in one.fields if "to-dynamics" in each.directions)
    for each in one.fields:
        if "to-dynamics" in each.directions and written[each.column] > 1:
            words = (
                f"the column '{each.column}' is written from two fields; give one of them direction = \"to-marketo\""
            )
            yield _at(one, each, words)


def _people(one: Object) -> Iterator[Mistake]:
    if one.is_person and one.table and one.table not in PERSON_TABLES:
        yield Mistake((one.name, "table"), 'a person in Marketo is a row of the table "lead" or "contact"')
    if not one.is_person and "to-dynamics" in one.directions:
        words = 'only people travel to Dynamics, for Marketo tells of no other edits; say direction = "to-marketo"'
        yield Mistake((one.name, "direction"), words)


def _ways(one: Object) -> Iterator[Mistake]:
    """What came from Marketo has to be told its Dynamics id, so that no object travels to Dynamics alone."""
    if "to-marketo" not in one.directions:
        words = 'an object goes "to-marketo" or "both" ways; for single fields, direction = "to-dynamics" will do'
        yield Mistake((one.name, "direction"), words)


def _people_twice(objects: Sequence[Object]) -> Iterator[Mistake]:
    """Each table once, and each under a field of its own, or one person's ids would overwrite another's."""
    people = [one for one in objects if one.is_person]
    tables, keys = Counter(one.table for one in people), Counter(one.marketo_key.lower() for one in people)
    for one in people:
        if tables[one.table] > 1:
            yield Mistake(
                (one.name, "table"), f"the people of the table '{one.table}' are two objects; keep one of them"
            )
        if keys[one.marketo_key.lower()] > 1:
            words = f"'{one.marketo_key}' is the marketo_key of two objects of people; give each a field of its own"
            yield Mistake((one.name, "marketo_key"), words)


def _custom_objects(objects: Sequence[Object]) -> Iterator[Mistake]:
    """From Marketo's "Custom objects", and the native connector's rule for their names."""
    custom = [one for one in objects if one.is_custom]
    for number, one in enumerate(custom, 1):
        name = one.kind.removeprefix(CUSTOM)
        if not re.fullmatch(r"\w+", name, re.ASCII) or len(name) > LONGEST_CUSTOM_NAME:
            words = f"'{name}' cannot be a custom object's name; use up to {LONGEST_CUSTOM_NAME} letters, digits and _"
            yield Mistake((one.name, "marketo"), words)
        if not re.fullmatch(r"\w+", one.marketo_key, re.ASCII):
            words = f"'{one.marketo_key}' cannot be a field's name in Marketo; use letters, digits and _"
            yield Mistake((one.name, "marketo_key"), words)
        yield from _links(one, objects)
        if len(one.fields) >= MOST_CUSTOM_FIELDS:
            words = f"'{one.name}' has more than {MOST_CUSTOM_FIELDS - 1} fields beside its key; Marketo takes no more"
            yield Mistake((one.name, "fields"), words)
        if number > MOST_CUSTOM_OBJECTS:
            words = f"Marketo has at most {MOST_CUSTOM_OBJECTS} custom objects; take '{one.name}' out"
            yield Mistake((one.name, "marketo"), words)


def _links(one: Object, objects: Sequence[Object]) -> Iterator[Mistake]:
    """A link names what it leads to, and Marketo takes one to each; a reference kept as text is none."""
    linking = [each for each in one.fields if link_of(each, objects)]
    counted = Counter(each.parents[0].object for each in linking)
    for each in linking:
        if counted[target := each.parents[0].object] > 1:
            yield _at(one, each, f"'{one.name}' has two links to '{target}'; Marketo takes one, so keep one of them")


def _at(one: Object, each: Field, words: str) -> Mistake:
    return Mistake((one.name, "fields", each.name), words)


def _loops(objects: Sequence[Object]) -> Iterator[Mistake]:
    stuck = _sorted(objects)[1]
    names = {one.name for one in stuck}
    for one in stuck:
        for each in one.fields:
            if names & {parent.object for parent in each.parents}:
                words = f"'{one.name}' and its parents refer to each other in a circle; take one of the references out"
                yield _at(one, each, words)


def parents_of(one: Object) -> set[str]:
    return {parent.object for each in one.fields for parent in each.parents}


def in_order(objects: Sequence[Object]) -> tuple[Object, ...]:
    """Parents before children, else as they stand in the file."""
    return tuple(_sorted(objects)[0])


def _sorted(objects: Sequence[Object]) -> tuple[list[Object], list[Object]]:
    """Objects in order, and those that no order brings behind all of their parents."""
    ordered: list[Object] = []
    left = list(objects)
    while ready := next((one for one in left if not parents_of(one) & {other.name for other in left}), None):
        ordered.append(ready)
        left.remove(ready)
    return ordered, left
