from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from bot.answers import Answer, Block
from bot.deliver import LONGEST_TEXT, Deliverer, Refusal, Road, Tables, blocks_of, within_limits

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
HOUR = timedelta(hours=1)
LETTERS: list[Block] = [{"type": "section"}, {"type": "rich_text", "of": "table"}, {"type": "rich_text", "of": "chart"}]
ANSWER = Answer("in words", LETTERS, {1: {"type": "table"}, 2: {"type": "data_visualization"}})


class Workspace:
    """A road to a Slack that does not take some kinds of blocks; it keeps what it was offered."""

    def __init__(self, *refused: str, points: bool = True, error: str = "invalid_blocks") -> None:
        self.refused, self.points, self.error = refused, points, error
        self.offered: list[list[str]] = []

    @property
    def road(self) -> Road:
        return Road(self.take, private=True)

    async def take(self, text: str, blocks: Sequence[Block]) -> Refusal | None:
        kinds = [str(block["type"]) for block in blocks]
        self.offered.append(kinds)
        faults = frozenset(at for at, kind in enumerate(kinds) if kind in self.refused)
        return Refusal(self.error, faults if self.points else frozenset()) if faults else None


class Time:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def deliverer(tables: Tables = "auto", time: Time | None = None) -> Deliverer:
    return Deliverer(tables, time or Time())


async def offered(slack: Workspace, tables: Tables = "auto") -> list[list[str]]:
    assert await deliverer(tables).deliver(ANSWER, slack.road)
    return slack.offered


async def test_native_tables_and_charts_are_tried_first() -> None:
    assert await offered(Workspace()) == [["section", "table", "data_visualization"]]


async def test_a_refused_chart_is_drawn_in_letters_and_the_table_stays() -> None:
    assert (await offered(Workspace("data_visualization")))[1:] == [["section", "table", "rich_text"]]


async def test_where_slack_points_at_nothing_all_native_blocks_are_drawn_in_letters() -> None:
    assert (await offered(Workspace("table", points=False)))[1:] == [["section", "rich_text", "rich_text"]]


async def test_where_letters_are_refused_too_the_text_is_left() -> None:
    assert (await offered(Workspace("table", "rich_text")))[-1] == []


async def test_text_is_tried_at_once_where_no_native_block_can_be_at_fault() -> None:
    assert await offered(Workspace("section")) == [["section", "table", "data_visualization"], []]


async def test_the_setting_text_never_tries_native_blocks() -> None:
    assert await offered(Workspace(), "text") == [["section", "rich_text", "rich_text"]]


async def test_a_refusal_is_remembered_for_an_hour() -> None:
    time, slack = Time(), Workspace("data_visualization")
    bot = deliverer(time=time)
    tries = []
    for later in (timedelta(), HOUR / 2, HOUR):
        time.now = NOW + later
        slack.offered.clear()
        assert await bot.deliver(ANSWER, slack.road)
        tries.append(len(slack.offered))
    assert tries == [2, 1, 2]


async def test_what_private_messages_do_not_take_is_still_tried_in_channels() -> None:
    private, public, bot = Workspace("table"), Workspace(), deliverer()
    await bot.deliver(ANSWER, private.road)
    await bot.deliver(ANSWER, Road(public.take))
    assert public.offered == [["section", "table", "data_visualization"]]


async def test_the_setting_native_tries_every_time() -> None:
    slack, bot = Workspace("table"), deliverer("native")
    for _ in range(2):
        await bot.deliver(ANSWER, slack.road)
    assert len(slack.offered) == 4


async def test_a_refusal_that_is_not_about_kinds_of_blocks_is_not_remembered() -> None:
    slack, bot = Workspace("table", error="msg_blocks_too_long"), deliverer()
    for _ in range(2):
        await bot.deliver(ANSWER, slack.road)
    assert len(slack.offered) == 4


async def test_a_response_url_is_never_asked_more_than_the_five_times_it_serves() -> None:
    for refused in (["table"], ["data_visualization"], ["table", "data_visualization", "rich_text", "section"]):
        assert len(await offered(Workspace(*refused, points=False))) <= 4


async def test_where_one_road_is_closed_the_next_is_taken() -> None:
    async def closed(text: str, blocks: Sequence[Block]) -> Refusal | None:
        return Refusal("expired_url")

    slack = Workspace()
    assert await deliverer().deliver(ANSWER, Road(closed), slack.road)
    assert len(slack.offered) == 1
    assert not await deliverer().deliver(ANSWER, Road(closed))


def test_on_every_other_surface_nothing_native_is_drawn() -> None:
    assert blocks_of(ANSWER) == LETTERS


@given(some.lists(some.text("ab` \n", min_size=1, max_size=300), max_size=100))
def test_text_stays_within_limits_with_its_fences_closed_and_says_what_is_left_out(lines: list[str]) -> None:
    text = "```\n" + "\n".join(line.replace("`", "'") for line in lines) + "\n```"
    kept: Any = within_limits(text * 3)
    assert len(kept) <= LONGEST_TEXT + 60
    assert kept.count("```") % 2 == 0
    assert kept == text * 3 or kept.endswith("more characters")
