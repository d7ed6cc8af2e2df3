"""The real bot, as people meet it on the page."""

from datetime import timedelta
from typing import Any

import httpx

from storage.database import Database
from storage.models import changes, totals
from tests.bot.conftest import NOW
from tests.bot.test_status_in_slack import fill
from tests.page.conftest import PHONE, Visit
from tests.rows import change, error, failed, put, total


async def test_a_command_is_answered_only_for_the_one_who_typed_it(bot: Database, visit: Visit) -> None:
    await fill(bot)
    ada, otto = await visit("U0ADMIN"), await visit("U0OPS")
    await ada.type("/sync")
    answer = await ada.says("oldest 2h 14m")
    assert "Only visible to you" in await answer.inner_text()
    assert await otto.page.locator("#messages article").count() == 0


async def test_a_press_drills_down_in_the_same_message_and_keeps_the_focus(bot: Database, visit: Visit) -> None:
    await fill(bot)
    screen = await visit()
    await screen.type("/sync")
    answer = await screen.says("oldest 2h 14m")
    await answer.get_by_role("button", name="Leads").first.click()
    await screen.says("(edited)")
    assert await screen.page.locator("#messages article").count() == 1
    assert await screen.page.evaluate("document.activeElement.closest('article') !== null")


async def test_a_view_is_picked_from_the_menu(bot: Database, visit: Visit) -> None:
    await fill(bot)
    screen = await visit("U0OPS")
    await screen.type("/sync")
    answer = await screen.says("oldest 2h 14m")
    await answer.get_by_role("combobox").first.select_option(label="Last hour")
    await screen.says("08:00–09:00")  # New York


async def test_figures_line_up_on_a_phone_without_scrolling_the_page(bot: Database, visit: Visit) -> None:
    await fill(bot)
    screen = await visit(viewport=PHONE)
    await screen.type("/sync")
    await screen.says("oldest 2h 14m")
    assert await screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cut = "() => [...document.querySelectorAll('pre')].some((one) => one.scrollWidth > one.clientWidth)"
    assert not await screen.page.evaluate(cut)


async def test_times_are_those_of_the_person_one_is(bot: Database, visit: Visit) -> None:
    await fill(bot)
    screen = await visit("U0ADMIN")
    await screen.type("/sync")
    await screen.says("15:32")
    await screen.page.get_by_label("You are").select_option("U0OPS")
    await screen.page.wait_for_function("!document.querySelector('#messages article')")
    await screen.type("/sync")
    await screen.says("09:32")


async def test_plain_words_are_answered_in_the_direct_messages(bot: Database, visit: Visit) -> None:
    await fill(bot)
    screen = await visit()
    await screen.page.locator("#apps").get_by_role("button", name="Sync").click()
    await screen.type("status")
    answer = await screen.says("oldest 2h 14m")
    assert "Only visible to you" in await answer.inner_text()


async def test_an_export_arrives_in_the_direct_messages_and_can_be_downloaded(bot: Database, visit: Visit) -> None:
    await failed(bot, *(error(NOW - timedelta(minutes=n), label=f"Person {n}") for n in range(3)))
    screen = await visit()
    await screen.type("/sync errors csv")
    await screen.page.locator("#apps .unread").wait_for()
    await screen.page.locator("#apps").get_by_role("button", name="Sync").click()
    file = await screen.says("Download")
    assert "Person 2" in await screen.downloaded(file.get_by_role("link", name="Download"))


async def test_what_records_say_is_shown_and_never_obeyed(bot: Database, visit: Visit) -> None:
    nasty = "<img src=x onerror=\"document.title='taken'\"><b>x</b> <!channel> javascript:alert(1)"
    await failed(bot, error(NOW, label=nasty, message=nasty))
    screen = await visit()
    await screen.type("/sync errors code:1003")
    await screen.says("onerror=")
    assert await screen.page.title() != "taken"
    assert await screen.page.locator("#messages :is(img, .mention, .said b)").filter(has_text="x").count() == 0


async def test_a_misspelt_word_is_put_right_by_one_press_of_a_key(bot: Database, visit: Visit) -> None:
    await fill(bot)
    screen = await visit()
    await screen.type("/sync stauts")
    await screen.says("stauts")
    await screen.newest.get_by_role("button", name="status").first.focus()
    await screen.page.keyboard.press("Enter")
    await screen.says("oldest 2h 14m")


async def test_the_message_box_offers_the_command_and_says_what_it_takes(bot: Database, visit: Visit) -> None:
    screen = await visit()
    keys = screen.page.keyboard
    await screen.page.get_by_role("textbox", name="Message", exact=True).focus()
    await keys.type("/s")
    assert "/sync" in await screen.page.get_by_role("listbox", name="Commands").inner_text()
    await keys.press("Tab")
    assert "status" in await screen.page.locator("#usage").inner_text()
    await keys.type("help")
    await keys.press("Enter")
    await screen.says("/sync status")


async def test_what_a_press_cannot_reach_is_said(bot: Database, visit: Visit, http: httpx.AsyncClient) -> None:
    screen: Any = await visit("U0GUEST")
    await screen.type("/nothing")
    await screen.says("/nothing is not a valid command.")


async def test_an_answer_goes_on_living_when_its_figures_are_read_anew(bot: Database, visit: Visit) -> None:
    await fill(bot)
    screen = await visit()
    await screen.type("/sync")
    answer = await screen.says("oldest 2h 14m")
    await put(bot, changes, change("contacts", "to-marketo", "update", NOW - timedelta(minutes=5)))
    await put(bot, totals, total("contacts", "to-marketo", "update", "backlog", 77))
    await answer.get_by_role("button", name="Refresh").click()
    await screen.says("77")


async def test_by_keys_alone_one_asks_drills_down_and_picks_a_view(bot: Database, visit: Visit) -> None:
    await fill(bot)
    screen = await visit()
    keys = screen.page.keyboard
    await screen.page.get_by_role("textbox", name="Message", exact=True).focus()
    await keys.type("/sync")
    await keys.press("Enter")
    answer = await screen.says("oldest 2h 14m")
    for _ in range(30):
        if await screen.page.evaluate("document.activeElement.textContent") == "Leads":
            break
        await keys.press("Shift+Tab")
    await keys.press("Enter")
    await screen.says("(edited)")
    for _ in range(30):
        if await screen.page.evaluate("document.activeElement.matches('article select')"):
            break
        await keys.press("Shift+Tab")
    await keys.press("l")  # the first view that begins with it: Last hour
    await keys.press("Enter")
    await screen.says("14:00–15:00")
    assert await answer.count() == 1


async def test_a_native_table_stands_on_a_phone_without_being_cut(bot: Database, visit: Visit) -> None:
    await fill(bot)
    screen = await visit(viewport=PHONE)
    await screen.type("/sync")
    await screen.says("oldest 2h 14m")
    cut = "() => [...document.querySelectorAll('.wide')].some((one) => one.scrollWidth > one.clientWidth)"
    assert not await screen.page.evaluate(cut)
