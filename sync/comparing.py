"""Both sides compared, record by record and field by field: proof that they agree, or where they do not.

Every row of Dynamics is met page by page, and then every link whose row was not met. A record that differs is read
anew on both sides before it is said to, since the sync goes on meanwhile. At no time is more held than one page, and
a bit for each link.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from storage.changes import Difference, Link
from storage.comparisons import count_links, last_link, links_after
from sync.by_hand import go_on
from sync.engine import CALL, Engine
from sync.fit import fit_both
from sync.looking import Looked, look, look_for_gone
from sync.meeting import pages_of, rows_by_id
from sync.objects import Object
from sync.verdicts import Verdict, left_out
from sync.wire import chunks_of

VANISHED = "deleted while they were compared"


@dataclass(slots=True)
class Tally:
    """What became of the records compared: their number is the sum of all others, whatever happens."""

    equal: int = 0
    different: int = 0
    waiting: int = 0
    just_edited: int = 0
    in_errors: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def compared(self) -> int:
        settled = self.equal + self.different + self.left_out.total()
        return settled + self.waiting + self.just_edited + self.in_errors

    @property
    def agrees(self) -> bool:
        """Whether every record is equal, and none has still to be heard of."""
        return self.equal == self.compared

    def add(self, other: "Tally") -> None:
        self.equal += other.equal
        self.different += other.different
        self.waiting += other.waiting
        self.just_edited += other.just_edited
        self.in_errors += other.in_errors
        self.left_out.update(other.left_out)


@dataclass(frozen=True, slots=True)
class Portion:
    """Up to 300 records: what became of them, and where they differ."""

    tally: Tally
    differences: tuple[Difference, ...]


async def expected(engine: Engine, name: str) -> int:
    """About how many records there are to compare: as many as are linked."""
    async with engine.database.read() as connection:
        return await count_links(connection, name)


async def compare(engine: Engine, name: str) -> AsyncIterator[Portion]:
    """Compares the object `name`, portion by portion, reading both services at the pace of the sync.

    Raises SyncFailure where a service cannot be read, the day's calls are spent, or the process is about to end.
    """
    await fit_both(engine)
    one = engine.object_named(name)
    async with engine.database.read() as connection:
        marks = Marks(await last_link(connection))
    async for page in pages_of(engine, one):
        for rows in chunks_of(page, CALL):
            await go_on(engine)
            looked = await look(engine, one, rows)
            marks.set(kept.number for kept in looked.links.values())
            yield portion_of((await second_look(engine, one, looked)).values())
    async for unmet in _unmet(engine, one, marks):
        await go_on(engine)
        yield portion_of((await _look_for_unmet(engine, one, unmet)).values())


async def second_look(engine: Engine, one: Object, looked: Looked) -> dict[str, Verdict]:
    """Those that seem to differ are read anew: what was written between our two reads must not look like it."""
    verdicts = dict(looked.verdicts)
    different = [row_id for row_id, verdict in verdicts.items() if verdict.outcome == "different"]
    if different:
        rows = await rows_by_id(engine, one, different)
        again = await look(engine, one, rows)
        verdicts |= {row_id: again.verdicts.get(row_id, left_out(VANISHED)) for row_id in different}
    return verdicts


async def _unmet(engine: Engine, one: Object, marks: "Marks") -> AsyncIterator[list[Link]]:
    """Links of both sides whose row was on no page, 300 at a time, but for links made since the comparison began."""
    after, more = 0, True
    while more:
        async with engine.database.read() as connection:
            found = await links_after(connection, one.name, after, engine.pace.page_size)
        more = len(found) == engine.pace.page_size
        after = found[-1].number if found else after
        unmet = [
            kept.link for kept in found if marks.lack(kept.number) and kept.link.dynamics_id and kept.link.marketo_id
        ]
        for links in chunks_of(unmet, CALL):
            yield list(links)


async def _look_for_unmet(engine: Engine, one: Object, links: Sequence[Link]) -> dict[str, Verdict]:
    """Some may be in Dynamics all the same: paging passes over a row now and then while others come and go.

    So are the roles of customers, which are no rows of their own.
    """
    ids = [str(link.dynamics_id) for link in links]
    rows = await rows_by_id(engine, one, ids)
    there = await look(engine, one, rows)
    gone = [link for link in links if str(link.dynamics_id) not in there.verdicts]
    return {**there.verdicts, **await look_for_gone(engine, one, gone)}


def portion_of(verdicts: Iterable[Verdict]) -> Portion:
    """Their sum."""
    tally, differences = Tally(), list[Difference]()
    for verdict in verdicts:
        match verdict.outcome:
            case "equal":
                tally.equal += 1
            case "different":
                tally.different += 1
                differences += verdict.differences
            case "waiting":
                tally.waiting += 1
            case "just edited":
                tally.just_edited += 1
            case "in errors":
                tally.in_errors += 1
            case "left out":
                tally.left_out[verdict.reason] += 1
    return Portion(tally, tuple(differences))


class Marks:
    """One bit for each link up to a number."""

    def __init__(self, last: int) -> None:
        self._last = last
        self._bits = bytearray(last // 8 + 1)

    def set(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            if number <= self._last:
                self._bits[number >> 3] |= 1 << (number & 7)

    def lack(self, number: int) -> bool:
        """Whether a link that was there at the beginning is not marked."""
        return number <= self._last and not self._bits[number >> 3] & 1 << (number & 7)


def by_kind(differences: Iterable[Difference]) -> Mapping[tuple[str, str], int]:
    """How many there are of each kind and field."""
    return Counter((each.kind, each.field) for each in differences)
