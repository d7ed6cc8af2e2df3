"""Modals, questions before a press, the home tab and threads."""

from collections.abc import Callable
from typing import Any

import httpx

from tests.page.app import Listener, actions, button, text
from tests.page.conftest import Visit
from tests.waiting import until

SURE = {"title": text("Ignore 3 errors?"), "text": text("They stay."), "confirm": text("Ignore"), "deny": text("Keep")}


async def test_a_modal_takes_the_focus_is_filled_in_and_submitted_by_keys(listener: Listener, visit: Visit) -> None:
    screen = await visit()
    await screen.type("/sync search")
    await screen.page.get_by_role("dialog", name="Search errors").wait_for()
    assert await screen.focused() == "Words"
    await screen.page.keyboard.type("lovelace")
    await screen.page.get_by_label("Object").select_option("leads")
    await screen.page.get_by_label("Since").fill("2026-11-01")
    await screen.page.get_by_label("Out").check()
    await screen.page.get_by_label("Words").press("Enter")
    await screen.page.get_by_role("dialog").wait_for(state="hidden")
    (values,) = listener.submitted
    assert values["words"]["value"] == "lovelace"
    assert values["object"]["selected_option"]["value"] == "leads"
    assert values["since"]["selected_date"] == "2026-11-01"
    assert [each["value"] for each in values["sides"]["selected_options"]] == ["out"]
    assert await screen.focused() == "Message"


async def test_what_the_app_finds_wrong_stands_under_its_field(listener: Listener, visit: Visit) -> None:
    screen = await visit()
    await screen.type("/sync search")
    words = screen.page.get_by_label("Words")
    await words.fill("bad")
    await screen.press("Search")
    await screen.page.get_by_role("alert").filter(has_text="Nothing is called that").wait_for()
    assert (await words.get_attribute("aria-invalid"), await words.input_value()) == ("true", "bad")
    await words.fill("good")
    await screen.press("Search")
    await screen.page.get_by_role("dialog").wait_for(state="hidden")
    assert len(listener.submitted) == 2


async def test_a_required_field_left_empty_is_asked_for_and_sends_nothing(listener: Listener, visit: Visit) -> None:
    screen = await visit()
    await screen.type("/sync search")
    await screen.press("Search")
    await screen.page.get_by_role("alert").filter(has_text="Please complete this required field").wait_for()
    assert await screen.focused() == "Words"
    assert listener.submitted == []


async def test_escape_closes_a_modal(listener: Listener, visit: Visit) -> None:
    screen = await visit()
    await screen.type("/sync search")
    await screen.page.get_by_role("dialog").wait_for()
    await screen.page.keyboard.press("Escape")
    await screen.page.get_by_role("dialog").wait_for(state="hidden")
    assert listener.submitted == []


async def test_a_press_that_must_be_confirmed_is_not_sent_before(
    listener: Listener, visit: Visit, post: Callable[..., Any]
) -> None:
    await post(actions(button("Ignore all", style="danger", confirm=SURE)))
    screen = await visit()
    for answer in ("Keep", "Ignore"):
        await screen.press("Ignore all")
        asked = screen.page.get_by_role("alertdialog", name="Ignore 3 errors?")
        assert "They stay." in await asked.inner_text()
        await screen.press(answer, asked)
        await asked.wait_for(state="hidden")
    await until(lambda: listener.pressed)
    assert [one["value"] for one in listener.pressed] == ["Ignore all"]


async def test_of_two_buttons_of_one_action_the_pressed_one_is_sent(
    listener: Listener, visit: Visit, post: Callable[..., Any]
) -> None:
    await post(actions(button("First")), actions(button("Second")))
    await (await visit()).press("Second")
    await until(lambda: listener.pressed)
    assert listener.pressed[0]["value"] == "Second"


async def test_the_home_tab_opens_and_its_buttons_work(listener: Listener, visit: Visit) -> None:
    screen = await visit("U0OPS", "D0OPS")
    await screen.page.get_by_role("tab", name="Home").click()
    await screen.page.get_by_role("heading", name="Overview").wait_for()
    await screen.press("Refresh")
    await screen.page.get_by_text("1 presses").wait_for()
    await screen.page.get_by_role("tab", name="Messages").click()
    assert await screen.page.get_by_role("textbox", name="Message", exact=True).is_visible()


async def test_in_a_thread_the_app_is_called_by_name_and_commands_do_not_work(
    listener: Listener, visit: Visit, post: Callable[..., Any]
) -> None:
    await post(text="An alert")
    screen = await visit()
    await screen.press("Reply in thread")
    assert await screen.focused() == "Reply"
    await screen.page.keyboard.type("@Sync status")
    await screen.page.keyboard.press("Enter")
    replies = screen.page.locator("#replies")
    await screen.says("You called?", replies)
    await screen.page.keyboard.type("/sync status")
    await screen.page.keyboard.press("Enter")
    await screen.says("/sync is not supported in threads", replies)
    await screen.page.keyboard.press("Escape")
    assert await screen.focused() == "3 replies"
    assert await screen.page.locator("#messages article").count() == 1


async def test_messages_come_change_and_go_before_ones_eyes(
    listener: Listener, visit: Visit, post: Callable[..., Any]
) -> None:
    screen = await visit()
    posted = await post(text="Retrying 1 of 3")
    await screen.says("Retrying 1 of 3")
    await post(method="chat.update", ts=posted["ts"], text="Retried 3")
    changed = await screen.says("Retried 3")
    assert "(edited)" in await changed.inner_text()
    await post(method="chat.delete", ts=posted["ts"])
    await changed.wait_for(state="detached")


async def test_another_channel_with_news_is_marked(listener: Listener, visit: Visit, post: Callable[..., Any]) -> None:
    screen = await visit("U0OPS", "C0GENERAL")
    await post(text="An alert")
    await screen.page.locator("#rooms .unread").filter(has_text="crm-sync").wait_for()


async def test_a_service_that_cannot_be_reached_is_said(slack_url: str, visit: Visit, http: httpx.AsyncClient) -> None:
    screen = await visit()
    await screen.page.context.set_offline(True)
    await screen.page.get_by_role("alert").filter(has_text="cannot be reached").wait_for()
    await screen.page.context.set_offline(False)
    await screen.page.get_by_role("alert").wait_for(state="hidden")
