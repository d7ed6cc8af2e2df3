"""What a Dataverse column and table are, as values. The kinds are the AttributeType words of the Web API."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from uuid import NAMESPACE_URL, uuid5

LOOKUPS = frozenset({"Lookup", "Customer", "Owner"})
CHOICES = frozenset({"Picklist", "State", "Status"})
NUMBERS = frozenset({"Integer", "BigInt", "Decimal", "Double", "Money"})


@dataclass(frozen=True)
class Column:
    """One column. `options` are the labels of a choice, `states` the state that each status belongs to."""

    name: str
    kind: str
    length: int | None = None
    low: float | None = None
    high: float | None = None
    precision: int | None = None
    options: dict[int, str] = field(default_factory=dict)
    states: dict[int, int] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    create: bool = True
    update: bool = True
    required: str = "None"
    format: str | None = None
    default: object = None
    schema_name: str | None = None
    secured: bool = False

    @cached_property
    def property_name(self) -> str:
        """The name a reader sees: lookups are read as `_name_value`."""
        return f"_{self.name}_value" if self.kind in LOOKUPS else self.name

    @cached_property
    def type_property(self) -> str:
        """Where a row keeps what kind of row a polymorphic lookup points at."""
        return f"{self.property_name}@Microsoft.Dynamics.CRM.lookuplogicalname"

    def navigations(self) -> Iterator[tuple[str, str]]:
        """Pairs of navigation property and target table; polymorphic ones are split by target, owners are not."""
        for target in self.targets:
            split = len(self.targets) > 1 and self.kind != "Owner"
            yield (f"{self.name}_{target}" if split else self.schema_name or self.name), target


class Table:
    """A table's definition, without its rows. `keys` are its alternate keys: name -> columns."""

    def __init__(self, logical: str, entity_set: str, code: int, columns: Iterable[Column], name: str = "name") -> None:
        self.logical = logical
        self.entity_set = entity_set
        self.code = code
        self.schema_name = logical[0].upper() + logical[1:]
        self.id_name = f"{logical}id"
        self.name_column = name
        self.tracking = True
        self.keys: dict[str, tuple[str, ...]] = {}
        self.columns: dict[str, Column] = {}
        self.properties: dict[str, Column] = {}
        self.navigations: dict[str, tuple[Column, str]] = {}
        self.changed_at_version = 0
        self.add(Column(self.id_name, "Uniqueidentifier", update=False, required="SystemRequired"))
        for column in columns:
            self.add(column)

    def add(self, column: Column) -> None:
        self.columns[column.name] = column
        self.properties[column.property_name] = column
        for navigation, target in column.navigations():
            # an owner takes a user or a team under one name: the bound address says which
            self.navigations.setdefault(navigation, (column, target))

    def drop(self, name: str) -> None:
        column = self.columns.pop(name)
        del self.properties[column.property_name]
        for navigation, _ in column.navigations():
            self.navigations.pop(navigation, None)

    @property
    def metadata_id(self) -> str:
        return str(uuid5(NAMESPACE_URL, f"table/{self.logical}"))

    def column_id(self, name: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"table/{self.logical}/{name}"))

    def key_id(self, name: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"table/{self.logical}/key/{name}"))

    def privilege(self, verb: str) -> str:
        """`prvReadLead` and the like; a systemuser is called User there."""
        return f"prv{verb}{'User' if self.logical == 'systemuser' else self.schema_name}"


def texts(names: str, length: int, **more: object) -> list[Column]:
    """String columns of one length: `texts("firstname lastname", 50)`."""
    return [Column(name, "String", length=length, **more) for name in names.split()]  # type: ignore[arg-type]


def columns_of(kind: str, names: str, **more: object) -> list[Column]:
    """Several columns that differ in nothing but their name."""
    return [Column(name, kind, **more) for name in names.split()]  # type: ignore[arg-type]


def lookup(name: str, *targets: str, kind: str = "Lookup", **more: object) -> Column:
    return Column(name, kind, targets=targets, **more)  # type: ignore[arg-type]


def choice(name: str, labels: str, first: int = 1, **more: object) -> Column:
    """A choice whose values count up from `first`: `choice("leadqualitycode", "Hot,Warm,Cold")`."""
    options = dict(enumerate(labels.split(","), first))
    return Column(name, "Picklist", options=options, **more)  # type: ignore[arg-type]


def life(states: dict[int, tuple[str, dict[int, str]]]) -> list[Column]:
    """statecode and statuscode from {state: (label, {status: label})}; a state's first status is its default."""
    labels = {state: label for state, (label, _) in states.items()}
    status = {code: label for _, reasons in states.values() for code, label in reasons.items()}
    belongs = {code: state for state, (_, reasons) in states.items() for code in reasons}
    return [
        Column("statecode", "State", options=labels, required="SystemRequired"),
        Column("statuscode", "Status", options=status, states=belongs),
    ]
