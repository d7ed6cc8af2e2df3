"""Both sides are worked on at random, in good weather and bad, and the process dies now and then: all the same, at
rest both sides agree by the rules, nothing is lost, nothing is doubled, and nobody writes for ever.

Hypothesis chooses; what it chose is printed where something is wrong. Passes and crashes are steps like any other.
"""

import asyncio
import shutil
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from storage.database import Database
from sync.engine import Pace
from tests.journeys.at_rest import assert_at_rest, come_to_rest
from tests.journeys.choices import anyone, customer, edit, kind, mail, number, sure_mail, yes_or_no
from tests.journeys.crashing import crash
from tests.journeys.workday import Workday
from tests.journeys.world import control, world_of

T = TypeVar("T")
PACE = Pace(settle_seconds=20, insert_settles_seconds=30, page_size=5, calls_per_round=2)


class BothSides(RuleBasedStateMachine):
    """One world and the engine between its two sides. `steps` counts over all examples of this process."""

    steps: ClassVar[int] = 0
    empty: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.home = TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.workday = self.do(self._begin())
        self.world = self.workday.world

    def do(self, what: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(what)

    def step(self, what: Coroutine[Any, Any, T]) -> T:
        type(self).steps += 1
        return self.do(what)

    async def _begin(self) -> Workday:
        home = Path(self.home.name)
        (home / "nobody").mkdir()
        database = Database(f"sqlite:///{shutil.copy(self.empty, home / 'sync.db')}")
        return Workday(await self.stack.enter_async_context(world_of(database, home / "nobody", PACE)))

    @initialize(flag=some.booleans())
    def begin(self, flag: bool) -> None:
        self.do(self.workday.begin(flag))

    # colleagues

    @rule(mail=sure_mail, edit=edit, account=some.integers(0, 3), flag=yes_or_no)
    def new_lead(self, mail: int, edit: Any, account: int, flag: bool | None) -> None:
        self.step(self.workday.new_row("leads", mail, edit, account, flag))

    @rule(mail=sure_mail, edit=edit, account=some.integers(0, 3), flag=yes_or_no)
    def new_contact(self, mail: int, edit: Any, account: int, flag: bool | None) -> None:
        self.step(self.workday.new_row("contacts", mail, edit, account, flag))

    @rule(one=kind, which=anyone, edit=edit, mail=mail)
    def edit_row(self, one: str, which: int, edit: Any, mail: int) -> None:
        self.step(self.workday.edit_row(one, which, edit, mail))

    @rule(one=some.sampled_from(["leads", "contacts", "accounts", "opportunities", "connections"]), which=anyone)
    def delete_row(self, one: str, which: int) -> None:
        self.step(self.workday.delete_row(one, which))

    @precondition(lambda self: self.workday.has_flag)
    @rule(one=kind, which=anyone, flag=yes_or_no)
    def set_flag(self, one: str, which: int, flag: bool | None) -> None:
        self.step(self.workday.set_flag(one, which, flag))

    @rule(one=kind, which=anyone, state=some.integers(0, 1))
    def close_or_reopen(self, one: str, which: int, state: int) -> None:
        self.step(self.workday.set_state(one, which, state))

    @rule(which=anyone)
    def qualify(self, which: int) -> None:
        self.step(self.workday.qualify(which))

    @rule(one=some.sampled_from(["leads", "contacts", "accounts"]), winner=anyone, loser=anyone)
    def merge_rows(self, one: str, winner: int, loser: int) -> None:
        self.step(self.workday.merge_rows(one, winner, loser))

    @rule(number=number)
    def new_account(self, number: int) -> None:
        self.step(self.workday.deals.new_account(number))

    @rule(which=anyone, number=number)
    def edit_account(self, which: int, number: int) -> None:
        self.step(self.workday.deals.edit_account(which, number))

    @rule(customer=customer, which=anyone, number=number)
    def new_deal(self, customer: str, which: int, number: int) -> None:
        self.step(self.workday.deals.new_deal(customer, which, number))

    @rule(deal=anyone, customer=customer, which=anyone, number=number)
    def edit_deal(self, deal: int, customer: str, which: int, number: int) -> None:
        self.step(self.workday.deals.edit_deal(deal, customer, which, number))

    @rule(deal=anyone, contact=anyone, role=anyone)
    def new_role(self, deal: int, contact: int, role: int) -> None:
        self.step(self.workday.deals.new_role(deal, contact, role))

    # marketers

    @rule(mail=sure_mail, edit=edit, flag=some.booleans(), as_contact=some.booleans())
    def new_person(self, mail: int, edit: Any, flag: bool, as_contact: bool) -> None:
        self.step(self.workday.new_person(mail, edit, flag, as_contact))

    @rule(which=anyone, edit=edit, mail=mail, flag=some.sampled_from([False, False, True]))
    def edit_person(self, which: int, edit: Any, mail: int, flag: bool) -> None:
        self.step(self.workday.edit_person(which, edit, mail, flag))

    @rule(which=anyone)
    def delete_person(self, which: int) -> None:
        self.step(self.workday.delete_person(which))

    @rule(winner=anyone, loser=anyone)
    def merge_people(self, winner: int, loser: int) -> None:
        self.step(self.workday.merge_people(winner, loser))

    # both

    @rule(edit=edit, on_the_other_side=some.booleans())
    def edit_again(self, edit: Any, on_the_other_side: bool) -> None:
        self.step(self.workday.edit_again(edit, on_the_other_side))

    # the engine, and what happens to it

    @rule(apart=some.sampled_from([1, 5, 60, 700]))
    def a_pass(self, apart: float) -> None:
        self.step(self.world.sync(apart=apart))

    @rule(passes=some.integers(2, 4), apart=some.sampled_from([5, 60]))
    def some_passes(self, passes: int, apart: float) -> None:
        self.step(self.world.sync(passes, apart))

    @rule(edit=edit, apart=some.sampled_from([1, 60]))
    def a_pass_and_an_edit_of_what_it_brought(self, edit: Any, apart: float) -> None:
        self.step(self._pass_and_edit(edit, apart))

    async def _pass_and_edit(self, edit: Any, apart: float) -> None:
        await self.world.sync(apart=apart)
        await self.workday.edit_again(edit, on_the_other_side=True)

    @rule(count=some.integers(1, 120), apart=some.sampled_from([1, 60]))
    def a_pass_that_dies(self, count: int, apart: float) -> None:
        self.step(self._die(count, apart))

    async def _die(self, count: int, apart: float) -> None:
        await crash(self.world, count)
        await self.world.check_sum()
        await self.world.advance(apart)

    @rule(side=some.sampled_from(["dynamics", "marketo"]))
    def a_pass_while_a_side_is_down(self, side: str) -> None:
        self.step(self._outage(side))

    async def _outage(self, side: str) -> None:
        service = self.world.dynamics if side == "dynamics" else self.world.marketo
        await self.world.weather(service, down=True)
        await self.world.sync()
        await self.world.weather(service, down=False)

    @rule(share=some.sampled_from([0.0, 0.15, 0.4]))
    def calls_fail(self, share: float) -> None:
        """That share of the calls, from now on; half of the failed writes take effect all the same."""
        self.step(self._fail(share))

    async def _fail(self, share: float) -> None:
        for service in (self.world.dynamics, self.world.marketo):
            await self.world.weather(service, faults=share)

    @rule()
    def delta_links_expire(self) -> None:
        self.step(control(self.world.dynamics, "delta/expire", {}))

    @rule()
    def all_comes_to_rest(self) -> None:
        self.step(self._rest())

    async def _rest(self) -> None:
        await come_to_rest(self.workday)
        await assert_at_rest(self.workday)

    @invariant()
    def look_round(self) -> None:
        self.do(self.workday.look_round())

    def teardown(self) -> None:
        try:
            self.do(self._rest())
        finally:
            self.do(self._end())
            self.runner.close()
            self.home.cleanup()

    async def _end(self) -> None:
        await self.stack.aclose()
        await self.world.database.close()


def travel(empty: Path, of: int, examples: int, steps: int) -> int:
    """Runs the machine as the seed `of` chooses, and returns how many steps it took."""
    BothSides.empty, BothSides.steps = empty, 0
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,  # a step may be a dozen passes over HTTP
        suppress_health_check=list(HealthCheck),  # likewise: slow by what it is, not by mistake
        phases=[Phase.generate],  # to shrink costs hundreds of journeys; what failed is printed step by step
        print_blob=True,
        database=None,
    )
    run_state_machine_as_test(seed(of)(BothSides), settings=chosen)
    print(f"{BothSides.steps} steps")
    return BothSides.steps


def test_whatever_happens_at_rest_both_sides_agree(empty_sqlite: Path) -> None:
    assert travel(empty_sqlite, of=0, examples=3, steps=20) >= 30


@pytest.mark.long
@pytest.mark.parametrize("of", range(1, 9))
def test_whatever_happens_for_a_long_time_at_rest_both_sides_agree(empty_sqlite: Path, of: int) -> None:
    """Two thousand steps in eight parts, for as many cores."""
    assert travel(empty_sqlite, of, examples=8, steps=50) >= 250
