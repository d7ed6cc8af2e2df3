from storage.database import Database
from tests.bot.conftest import NOW
from tests.bot.conversation import Conversation
from tests.rows import error, failed


async def test_a_code_is_explained_with_who_must_act_and_what_waits(
    sqlite_database: Database, talk: Conversation
) -> None:
    await failed(sqlite_database, error(NOW), error(NOW))
    answer = await talk.say("/sync explain 1003", "U0GUEST")
    assert answer["plain"].startswith("1003")
    assert "What it means: Marketo refuses a value, often an e-mail address." in answer["plain"]
    assert "Who must act: Whoever keeps the record" in answer["plain"]
    assert "Tried again?: It is not tried again by itself" in answer["plain"]
    assert "Open errors: 2" in answer["plain"]
    listed = await talk.press(answer, "Its errors", "U0GUEST")
    assert listed["plain"].startswith("2 open errors for code:1003")


async def test_a_code_may_be_written_as_dynamics_or_its_log_do(talk: Conversation) -> None:
    for code in ("0x80040333", "80040333", "-2147220685", "code:0X80040333"):
        assert (await talk.say(f"/sync explain {code}"))["plain"].startswith("0x80040333"), code


async def test_an_unknown_code_gets_the_nearest(talk: Conversation) -> None:
    answer = await talk.say("/sync explain ambigous")
    assert "Nearest to it is ambiguous: A record, or several," in answer["plain"]
    assert (await talk.press(answer, "/sync explain ambiguous"))["plain"].startswith("ambiguous")
    assert "I do not know the code" in (await talk.say("/sync explain <!channel>`zzzzzz`"))["plain"]
    strange = await talk.say("/sync explain 4242")
    assert "I do not know the code “4242”. Try: /sync explain (the codes of the open errors)" in strange["plain"]


async def test_without_a_code_those_of_the_open_errors_are_explained(
    sqlite_database: Database, talk: Conversation
) -> None:
    assert "No open errors" in (await talk.say("/sync explain"))["plain"]
    await failed(sqlite_database, error(NOW, code="709"), error(NOW, code="own-code"))
    answer = await talk.say("/sync explain")
    assert "709: One of Marketo's business rules is violated." in answer["plain"]
    assert "own-code: not a code I know" in answer["plain"]
    assert (await talk.press(answer, "709"))["plain"].startswith("709")
