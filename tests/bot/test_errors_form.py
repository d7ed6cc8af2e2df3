from datetime import timedelta
from typing import Any

import pytest

from bot import error_form
from bot.request import Errors
from storage.database import Database
from tests.bot.conftest import NOW
from tests.bot.conversation import Conversation
from tests.rows import error, failed
from tests.waiting import until


@pytest.fixture
async def three(sqlite_database: Database) -> Database:
    """Errors of two codes and two objects."""
    await failed(
        sqlite_database,
        error(NOW, label="Ann Lee", code="709"),
        error(NOW - timedelta(days=3), label="Ann Bo", code="709", object="contacts"),
        error(NOW, label="Bea"),
    )
    return sqlite_database


async def opened(talk: Conversation, words: str = "/sync errors") -> tuple[dict[str, Any], dict[str, Any]]:
    """The answer to `words`, and the form that its button opens."""
    answer = await talk.say(words)
    await talk.control("press", user="U0ADMIN", message=answer["id"], text="Filter…")

    async def form() -> dict[str, Any] | None:
        found = (await talk.http.get(f"{talk.url}/sandbox/views", params={"user": "U0ADMIN"})).json()["views"]
        return next((view for view in found if view["open"]), None)

    return answer, dict(await until(form))


async def submitted(talk: Conversation, form: dict[str, Any], **values: str) -> None:
    await talk.control("submit", user="U0ADMIN", view=form["id"], values=values)


async def now_says(talk: Conversation, answer: dict[str, Any]) -> str:
    """The answer, once it was replaced."""

    async def changed() -> str | None:
        (same,) = [one for one in await talk.messages("U0ADMIN") if one["id"] == answer["id"]]
        return str(same["plain"]) if same["edited"] != answer["edited"] else None

    return str(await until(changed))


async def test_what_is_filled_in_answers_in_the_same_place_as_the_words_would(
    three: Database, talk: Conversation
) -> None:
    answer, form = await opened(talk)
    await submitted(talk, form, words="ann", code="709", since="24h", sort="oldest")
    said = await now_says(talk, answer)
    assert said.startswith('1 open error for code:709 since:1d "ann", oldest first')
    assert "Ann Lee" in said


async def test_the_form_begins_with_what_was_asked_for(three: Database, talk: Conversation) -> None:
    answer, form = await opened(talk, "/sync errors object:contacts code:709 until:2026-11-22 ann")
    await submitted(talk, form, words="bo")
    said = await now_says(talk, answer)
    assert said.startswith('1 open error for object:contacts code:709 until:2026-11-22 "bo"')


async def test_a_time_that_cannot_be_read_is_told_at_its_box(three: Database, talk: Conversation) -> None:
    _answer, form = await opened(talk)
    await submitted(talk, form, since="yesterdayish")

    async def complaint() -> Any:
        found = (await talk.http.get(f"{talk.url}/sandbox/views", params={"user": "U0ADMIN"})).json()["views"]
        (still,) = [view for view in found if view["id"] == form["id"]]
        return still["open"] and still.get("trouble")

    assert "yesterdayish" in (await until(complaint))["since"]


async def test_a_form_that_slack_does_not_open_is_answered_with_the_words(three: Database, talk: Conversation) -> None:
    await talk.control("refuse", method="views.open", error="expired_trigger_id", times=1)
    answer = await talk.say("/sync errors")
    helped = await talk.press(answer, "Filter…")
    assert "/sync errors [object:leads]" in helped["plain"]


def test_a_form_and_the_words_are_the_same_request() -> None:
    request = Errors(
        "leads", "1003", "to-marketo", "update", timedelta(hours=5), ("ann",), state="ignored", sort="tried"
    )
    values = {}
    for block in error_form.view(request, ["leads", "contacts"], {})["blocks"]:
        element = block["element"]
        filled = {"value": element.get("initial_value"), "selected_option": element.get("initial_option")}
        values[block["block_id"]] = {element["action_id"]: filled}
    assert error_form.read(values) == (request, {})


@pytest.mark.parametrize(
    "values", [{}, {"words": {}}, {"since": {"since": {"value": None}}}, {"object": {"object": {}}}]
)
def test_a_form_without_values_asks_for_all(values: dict[str, Any]) -> None:
    assert error_form.read(values) == (Errors(), {})
