"""How each kind of block is drawn."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.page.app import text
from tests.page.conftest import PHONE, WIDE, Visit

Post = Callable[..., Any]


def cells(*words: str) -> list[dict[str, Any]]:
    return [{"type": "raw_text", "text": each} for each in words]


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


STEPS = [f"{day} Nov {hour:02}:00" for day in (18, 19, 20, 21, 22) for hour in (0, 8, 16)]
CHART = {
    "type": "data_visualization",
    "title": "Leads waiting, 5 days",
    "chart": {
        "type": "line",
        "series": [{"name": "waiting", "data": [{"label": name, "value": n * 250} for n, name in enumerate(STEPS)]}],
        "axis_config": {"categories": STEPS, "x_label": "steps of 4 hours", "y_label": "records"},
    },
}
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll('.chart text')].map((one) => one.getBoundingClientRect());
  return boxes.some((a, i) => boxes.some((b, j) => i < j && a.left < b.right && b.left < a.right
    && a.top < b.bottom - 2 && b.top < a.bottom - 2));
}"""
OUTSIDE = """() => {
  const edge = document.querySelector('.chart svg').getBoundingClientRect();
  return [...document.querySelectorAll('.chart text')].map((one) => one.getBoundingClientRect())
    .some((box) => box.left < edge.left - 1 || box.right > edge.right + 1 || box.bottom > edge.bottom + 1);
}"""


async def test_a_table_has_headings_and_figures_stand_to_the_right(visit: Visit, post: Post) -> None:
    rows = [cells("Object", "Inserts"), cells("Leads", "1,204")]
    await post({"type": "table", "column_settings": [None, {"align": "right"}], "rows": rows})
    screen = await visit()
    assert await screen.page.get_by_role("columnheader").all_inner_texts() == ["Object", "Inserts"]
    figure = screen.page.get_by_role("cell", name="1,204")
    assert await figure.evaluate("(node) => getComputedStyle(node).textAlign") == "right"


async def test_a_data_table_is_paged_sorted_and_filtered(visit: Visit, post: Post) -> None:
    rows = [[*cells(f"c{n}"), {"type": "raw_number", "value": n}] for n in (9, 100, 20)]
    await post({"type": "data_table", "caption": "Codes", "page_size": 2, "rows": [cells("Code", "Count"), *rows]})
    screen = await visit()
    body = screen.page.locator("tbody tr")
    assert await body.count() == 2
    await screen.press("Next")
    assert await body.all_inner_texts() == ["c20\t20"]
    await screen.press("Previous")
    await screen.press("Count")
    await screen.press("Count")
    assert await body.all_inner_texts() == ["c100\t100", "c20\t20"]
    await screen.page.get_by_label("Filter Codes").fill("C9")
    assert await body.all_inner_texts() == ["c9\t9"]


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
@pytest.mark.parametrize("kind", ["line", "bar"])
async def test_a_charts_labels_can_be_read_at_every_width(visit: Visit, post: Post, viewport: Any, kind: str) -> None:
    await post({**CHART, "chart": {**CHART["chart"], "type": kind}})  # type: ignore[dict-item]
    screen = await visit(viewport=viewport)
    await screen.page.locator(".chart svg").wait_for()
    assert await screen.page.locator(".chart text").filter(has_text="18 Nov 00:00").count() == 1
    assert not await screen.page.evaluate(OVERLAPS)
    assert not await screen.page.evaluate(OUTSIDE)


async def test_a_chart_is_named_and_told_in_figures_to_those_who_do_not_see_it(visit: Visit, post: Post) -> None:
    await post(CHART)
    screen = await visit()
    await screen.page.get_by_role("img", name="Leads waiting, 5 days, a line chart").wait_for()
    assert await screen.page.get_by_role("row", name="22 Nov 16:00 3,500").count() == 1


async def test_rich_text_has_its_styles_links_dates_and_mentions(visit: Visit, post: Post) -> None:
    await post(
        rich(
            {"type": "text", "text": "<b>bold</b>", "style": {"bold": True}},
            {"type": "link", "url": "https://contoso.example/1", "text": "Dynamics"},
            {"type": "link", "url": "javascript:alert(1)", "text": "nowhere"},
            {"type": "date", "timestamp": 1795444320, "format": "{date_num} {time}"},
            {"type": "user", "user_id": "U0OPS"},
        )
    )
    screen = await visit("U0OPS")
    message = screen.newest
    assert await message.locator("b", has_text="<b>bold</b>").count() == 1
    assert await message.get_by_role("link").all_inner_texts() == ["Dynamics"]
    assert "2026-11-23 09:32" in await message.inner_text()
    assert await message.locator(".mention").inner_text() == "@Otto Ops"


async def test_dates_in_mrkdwn_are_in_the_zone_and_language_of_the_reader(visit: Visit, post: Post) -> None:
    await post(text="<!date^1795444320^{date_long} at {time}|fallback>")
    assert "Monday, November 23, 2026 at 09:32" in await (await visit("U0OPS")).newest.inner_text()
    assert "segunda-feira, 23 de novembro de 2026 at 11:32" in await (await visit("U0READER")).newest.inner_text()


async def test_headers_fields_context_dividers_markdown_and_containers(visit: Visit, post: Post) -> None:
    shut = {"is_collapsible": True, "default_collapsed": True}
    inside = [{"type": "section", "text": text("inside")}]
    await post(
        {"type": "header", "text": text("Heading")},
        {"type": "section", "fields": [text("*as it is*"), {"type": "mrkdwn", "text": "*strong*"}]},
        {"type": "divider"},
        {"type": "context", "elements": [text("small")]},
        {"type": "markdown", "text": "## Part\n\n- **one**\n- two\n\n| A | B |\n|---|---|\n| 1 | <i>2</i> |"},
        {"type": "container", "title": text("More"), "child_blocks": inside, **shut},
    )  # fmt: skip
    screen = await visit()
    message = screen.newest
    assert await message.get_by_role("heading").all_inner_texts() == ["Heading", "Part"]
    assert await message.locator("b").all_inner_texts() == ["Sync", "strong", "one"]
    assert await message.get_by_role("cell").all_inner_texts() == ["1", "<i>2</i>"]
    assert await message.get_by_text("*as it is*").count() == 1
    assert not await message.get_by_text("inside").is_visible()
    await message.get_by_text("More").click()
    assert await message.get_by_text("inside").is_visible()


async def test_an_image_is_described(visit: Visit, post: Post) -> None:
    await post(
        {"type": "image", "alt_text": "a trend that falls", "image_url": "data:image/gif;base64,R0lGODlhAQABAAAAACw="}
    )
    assert await (await visit()).page.get_by_role("img", name="a trend that falls").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_stand_out_from_the_ground_by_day_and_by_night(visit: Visit, post: Post, scheme: str) -> None:
    await post(text="An alert")
    screen = await visit(color_scheme=scheme)
    await screen.says("An alert")
    light = """() => ['color', 'backgroundColor'].map((name) => getComputedStyle(document.body)[name])
      .map((colour) => Number(colour.match(/\\d+/)[0]))"""
    ink, ground = await screen.page.evaluate(light)
    assert abs(ink - ground) > 150
    assert (ground < 128) == (scheme == "dark")


async def test_the_page_of_one_person_holds_no_message_of_anothers(visit: Visit, post: Post) -> None:
    await post(method="chat.postEphemeral", user="U0OPS", text="for Otto alone")
    await post(text="for all")
    rita = await visit("U0READER")
    await rita.says("for all")
    assert await rita.page.get_by_text("for Otto alone").count() == 0
