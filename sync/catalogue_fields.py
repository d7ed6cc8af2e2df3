"""One field of the catalogue, in its short form (a column) or its long one."""

from collections.abc import Mapping

from storage.changes import Direction, Side
from sync.catalogue_tables import Table, nearest
from sync.objects import Field, Kind, Parent

KEYS = (
    *("column", "kind", "direction", "wins", "too_long", "travels_as", "refers_to", "opt_out", "owner"),
    *("on_creation", "display_name"),
)
SIDES = ("dynamics", "marketo")
LENGTHS = ("refuse", "truncate")
KINDS = ("text", "email", "flag", "number", "date", "moment", "choice", "reference")


def read_field(name: str, fields: Table, one: Table, parents: Mapping[str, Parent]) -> Field:
    """The field `name` among `fields` of the object `one`, whose settings hold where the field says nothing."""
    told = fields.values[name]
    table = fields.table(name, {"column": told} if isinstance(told, str) else told)
    table.only(KEYS)
    column = table.needed("column", "the Dynamics column it is kept in step with") if table.is_one else ""
    leads_to = _parents(table, parents)
    kind = _kind(table, bool(leads_to))
    directions = _directions(table, one, lookup=kind == "reference" or column.startswith("_"))
    return Field(
        name,
        _lookup(column) if kind == "reference" else column,
        kind,
        directions=directions,
        wins=_winner(table, one, directions),
        opt_out=table.flag("opt_out"),
        parents=leads_to,
        owner=table.flag("owner"),
        on_creation=table.flag("on_creation"),
        display_name=table.text("display_name"),
        number=table.word("travels_as", ("label", "number"), "label") == "number",
        too_long=table.word("too_long", LENGTHS, one.word("too_long", LENGTHS, "refuse")),
    )


def _lookup(column: str) -> str:
    """How the Web API has a lookup column read: `_parentaccountid_value`."""
    return column if column.startswith("_") or not column else f"_{column}_value"


def _parents(table: Table, parents: Mapping[str, Parent]) -> tuple[Parent, ...]:
    found = []
    for name in table.texts("refers_to"):
        if name in parents:
            found.append(parents[name])
        else:
            table.wrong(("refers_to",), f"there is no object '{name}'; {nearest(name, parents)}")
    return tuple(found)


def _kind(table: Table, leads_somewhere: bool) -> Kind:
    implied = "flag" if table.flag("opt_out") else "reference" if "refers_to" in table.values else "text"
    kind: Kind = table.word("kind", KINDS, implied)
    if kind != implied and implied != "text":
        key = "opt_out" if implied == "flag" else "refers_to"
        table.wrong(("kind",), f"'{key}' makes it a {implied}; leave 'kind' out")
    if kind == "reference" and "refers_to" not in table.values:
        table.wrong(("kind",), 'a reference says where it leads: refers_to = "accounts"')
    if table.flag("owner") and not leads_somewhere and "refers_to" not in table.values:
        table.wrong(("owner",), 'an owner says who may be one: refers_to = "users"')
    if table.flag("on_creation") and table.text("direction") != "to-dynamics":
        table.wrong(("on_creation",), 'what is given on creation only says direction = "to-dynamics"')
    if "travels_as" in table.values and kind != "choice":
        table.wrong(("travels_as",), 'only a choice travels as its label or its number: add kind = "choice"')
    return kind


def _directions(table: Table, one: Table, lookup: bool) -> tuple[Direction, ...]:
    """Lookups travel to Marketo only: what is read as `_name_value` cannot be written by that name.

    An owner's way to Dynamics, on creation, is not one of edits.
    """
    whole = one.directions(default=("to-marketo",))
    found = table.directions(default=("to-marketo",) if lookup and "to-marketo" in whole else whole)
    if not set(found) <= set(whole):
        table.wrong(("direction",), f"'{one.path[0]}' go {whole[0]} only; so can their fields")
    elif lookup and found != ("to-marketo",):
        table.wrong(("direction",), "a lookup travels to-marketo only; leave 'direction' out")
    return found


def _winner(table: Table, one: Table, directions: tuple[Direction, ...]) -> Side:
    """What travels one way only is its source's."""
    told: Side = table.word("wins", SIDES, one.word("wins", SIDES, "dynamics"))
    if len(directions) == 2:
        return told
    return "dynamics" if directions[0] == "to-marketo" else "marketo"
