"""The catalogue: what is kept in step, read from a TOML file. The packaged one is sync/objects.toml."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sync.catalogue_fields import LENGTHS, SIDES, read_field
from sync.catalogue_rules import in_order, mistakes_between
from sync.catalogue_tables import Mistake, Table
from sync.objects import Field, Filter, Object, Parent
from sync.toml_lines import line_of, lines_of

DEFAULT = Path(__file__).with_name("objects.toml")

NAME = re.compile(r"[a-z][a-z0-9_-]*")
LONGEST_NAME = 20
COMMON = ("direction", "wins", "sync_flag", "same_email", "default_owner", "too_long")
KEYS = (
    *("table", "rows", "key", "label", "marketo", "marketo_key", "deleted_flag", "filters", "open_state", "fields"),
    *COMMON,
)
KINDS = ("leads", "companies", "opportunities", "opportunities/roles", "salespersons")
CUSTOM = "customobjects/"


class BadCatalogue(Exception):
    """A file that cannot be used; `mistakes` holds a sentence for each, with file, line and remedy."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


@cache
def default_objects() -> tuple[Object, ...]:
    """The packaged catalogue, parents before children."""
    return read_objects(DEFAULT)


def read_objects(path: Path) -> tuple[Object, ...]:
    """The objects of a file, parents before children. Raises BadCatalogue with every mistake that was found."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as failure:
        raise BadCatalogue([f"{path}: {failure.strerror or failure}; SYNC_OBJECTS names the file"]) from None
    except UnicodeDecodeError:
        raise BadCatalogue([f"{path}: this is no text in UTF-8; save it as UTF-8"]) from None
    return parse_objects(text, str(path))


def parse_objects(text: str, name: str) -> tuple[Object, ...]:
    """The same for the text of a file called `name`."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        raise BadCatalogue([_syntax(name, str(failure))]) from None
    mistakes: list[Mistake] = []
    objects = _objects(told, mistakes)
    mistakes += mistakes_between(objects)
    if mistakes:
        lines = lines_of(text)
        found = sorted({(line_of(lines, each.path), each.words) for each in mistakes})
        raise BadCatalogue([f"{name}:{line}: {words}" for line, words in found])
    return in_order(objects)


def _syntax(name: str, message: str) -> str:
    """tomllib: "Expected '=' after a key in a key/value pair (at line 3, column 5)"."""
    at = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    what = message[: at.start()] if at else message
    return f"{name}:{at[1] if at else 1}: this is no TOML: {what[:1].lower()}{what[1:]}"


def _objects(told: Mapping[str, Any], mistakes: list[Mistake]) -> tuple[Object, ...]:
    defaults = _defaults(told, mistakes)
    tables = {name: values for name, values in told.items() if name != "defaults"}
    parents = {name: _parent(name, values) for name, values in tables.items() if isinstance(values, dict)}
    if not tables:
        mistakes.append(Mistake((), "no object is described here; copy the packaged file and edit it"))
    found = []
    for name, values in tables.items():
        if isinstance(values, dict):
            found.append(_object(name, Table({**defaults, **values}, (name,), mistakes), parents))
        else:
            mistakes.append(Mistake((name,), f"'{name}' belongs under an object's [NAME], or under [defaults]"))
    return tuple(found)


def _defaults(told: Mapping[str, Any], mistakes: list[Mistake]) -> dict[str, Any]:
    """What holds for every object; wrong values are told here, once."""
    own: list[Mistake] = []
    table = Table(told.get("defaults", {}), ("defaults",), own)
    table.only(COMMON)
    _common(table)
    table.word("wins", SIDES, "")
    table.word("too_long", LENGTHS, "")
    mistakes += own
    wrong = {each.path[1] for each in own if len(each.path) > 1}
    return {key: value for key, value in table.values.items() if key not in wrong}


def _common(table: Table) -> dict[str, Any]:
    return {
        "directions": table.directions(default=("to-marketo",)),
        "sync_flag": table.text("sync_flag"),
        "same_email": table.word("same_email", ("park", "separate", "share"), "park"),
        "default_owner": table.text("default_owner").lower(),
    }


def _parent(name: str, values: Mapping[str, Any]) -> Parent:
    return Parent(name, str(values.get("table", "")), str(values.get("rows", "")))


def _object(name: str, table: Table, parents: Mapping[str, Parent]) -> Object:
    table.only(KEYS)
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        table.wrong((), f"'{name}' cannot be an object's name; use up to {LONGEST_NAME} small letters, digits, - and _")
    kind = _kind(table)
    return Object(
        name=name,
        table=table.needed("table", 'the table in Dynamics, such as "account"'),
        entity_set=table.needed("rows", 'what the Web API calls the table\'s rows, such as "accounts"'),
        dynamics_key=table.needed("key", 'the column that holds a row\'s id, such as "accountid"'),
        kind=kind,
        marketo_key=_marketo_key(table, kind),
        label_columns=table.texts("label") or ("name",),
        deleted_field=table.text("deleted_flag"),
        open_state=table.whole("open_state"),
        filters=_filters(table),
        fields=_fields(table, parents),
        **_common(table),
    )


def _kind(table: Table) -> str:
    kind = table.needed("marketo", 'the object in Marketo, such as "leads"')
    if kind.startswith(CUSTOM) and len(kind) > len(CUSTOM):
        return kind
    return table.word("marketo", KINDS, kind) if kind else ""


def _marketo_key(table: Table, kind: str) -> str:
    """Roles have none: a role's opportunity, person and name are its key."""
    if kind == "opportunities/roles":
        return table.text("marketo_key")
    return table.needed("marketo_key", "the Marketo field that holds the Dynamics id")


def _filters(table: Table) -> tuple[Filter, ...]:
    found = []
    for each in table.tables("filters"):
        each.only(("column", "only", "except"))
        column = each.needed("column", "the Dynamics column that is looked at")
        if ("only" in each.values) == ("except" in each.values):
            each.wrong((), "a filter says either only = […] or except = […]")
        key = "except" if "except" in each.values else "only"
        found.append(Filter(column, each.scalars(key), excluded=key == "except"))
    return tuple(found)


def _fields(table: Table, parents: Mapping[str, Parent]) -> tuple[Field, ...]:
    fields = table.table("fields", table.values.get("fields", {}))
    if not fields.values:
        table.wrong((), f"it has no fields; list them under [{table.path[0]}.fields]")
    table.word("wins", SIDES, "")
    table.word("too_long", LENGTHS, "")
    return tuple(read_field(name, fields, table, parents) for name in fields.values)
