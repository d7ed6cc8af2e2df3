"""python -m bot verify: compares both sides in the terminal, beside a bot that syncs or without one."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from tabulate import tabulate
from tqdm import tqdm

from bot.compared import errors_alone, unsettled
from bot.comparison_csv import Sheet
from bot.export import unwritable
from bot.links import links_of
from storage.comparisons import errors_of_people_alone
from sync.comparing import Tally, by_kind, compare, expected
from sync.engine import Engine
from sync.errors import Spent, SyncFailure
from sync.fit import fit_both
from sync.repairing import Queued, repair

HEADINGS = ("Object", "Compared", "Equal", "Different", "Waiting", "Edited just now", "In errors", "Left out")


class Findings:
    """What was found, object by object; the differences go to `sheet` at once, where there is one."""

    def __init__(self, engine: Engine, sheet: Sheet | None, *, mends: bool) -> None:
        self._engine, self._sheet, self._mends = engine, sheet, mends
        self.tallies: dict[str, Tally] = {}
        self.kinds: dict[tuple[str, str, str], int] = {}
        self.queued = Queued()
        self.alone = 0

    async def verify(self, name: str) -> None:
        """Compares one object, and shows how far it is on stderr."""
        tally = self.tallies[name] = Tally()
        with tqdm(total=await expected(self._engine, name), desc=name, unit=" records", file=sys.stderr) as bar:
            async for portion in compare(self._engine, name):
                tally.add(portion.tally)
                bar.update(portion.tally.compared)
                for (kind, field), records in by_kind(portion.differences).items():
                    self.kinds[name, kind, field] = self.kinds.get((name, kind, field), 0) + records
                if self._sheet:
                    self._sheet.add(name, portion.differences)
                if self._mends and portion.differences:
                    self.queued += await repair(self._engine, name, portion.differences)
            bar.total = tally.compared
            bar.refresh()
        async with self._engine.database.read() as connection:
            self.alone += await errors_of_people_alone(connection, name)

    def told(self) -> str:
        """The table, and below it why records were left out and where they differ."""
        rows = [
            (name, each.compared, each.equal, each.different, each.waiting, each.just_edited, each.in_errors, left_out)
            for name, each in self.tallies.items()
            for left_out in [each.left_out.total()]
        ]
        told = [tabulate(rows, headers=HEADINGS)]
        told += [
            f"left out: {records} {name}, {why}"
            for name, each in self.tallies.items()
            for why, records in each.left_out.most_common()
        ]
        told += [
            f"different: {records} {name}, {kind if kind != 'value' else field}"
            for (name, kind, field), records in sorted(self.kinds.items())
        ]
        if self._mends:
            told.append(
                f"queued: {self.queued.to_marketo} changes to Marketo, {self.queued.to_dynamics} to Dynamics; "
                f"{self.queued.left} left alone"
            )
        if self.alone:
            told.append(errors_alone(self.alone))
        return "\n".join([*told, self._verdict()])

    def _verdict(self) -> str:
        """Both sides agree where every record is equal, and no error is left."""
        total = self.total
        if total.different:
            return "1 record differs." if total.different == 1 else f"{total.different} records differ."
        if total.agrees and not self.alone:
            return "Both sides agree."
        return "; ".join(["None differ", *filter(None, [unsettled(total)])]) + "."

    @property
    def total(self) -> Tally:
        """The sum over all objects."""
        total = Tally()
        for each in self.tallies.values():
            total.add(each)
        return total


async def verify(engine: Engine, arguments: Namespace) -> int:
    """0 where nothing differs, 1 where anything does, 2 where it could not be found out."""
    if arguments.csv and (refused := unwritable(arguments.csv)):
        print(refused, file=sys.stderr)
        return 2
    try:
        await fit_both(engine)
        names = [one.name for one in engine.objects]
        if unknown := [name for name in arguments.objects if name not in names]:
            print(f"There is no object {unknown[0]}; there are: {', '.join(names)}.", file=sys.stderr)
            return 2
        with _sheet(engine, arguments.csv) as sheet:
            findings = Findings(engine, sheet, mends=arguments.repair)
            for name in arguments.objects or names:
                await findings.verify(name)
    except Spent as spent:
        print(f"Not to the end: {spent.message}.", file=sys.stderr)
        return 2
    except SyncFailure as failure:
        print(f"A service could not be read: {failure}", file=sys.stderr)
        return 2
    except SQLAlchemyError as failure:
        print(f"The database could not be used; did the bot run on it? {str(failure).splitlines()[0]}", file=sys.stderr)
        return 2
    print(findings.told())
    return 1 if findings.total.different else 0


@contextmanager
def _sheet(engine: Engine, path: str | None) -> Iterator[Sheet | None]:
    """A CSV at `path`, which is whole at the end of the block; none where none was asked for."""
    if path is None:
        yield None
        return
    with Path(path).open("wb") as file:
        sheet = Sheet(file, links_of(engine.objects, engine.instance), people=True)
        yield sheet
        sheet.end()
