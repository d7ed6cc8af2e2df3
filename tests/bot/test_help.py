"""What there is, and how each of it is asked for."""

import pytest

from bot.commands import COMMANDS
from bot.commands.help import rest_of
from bot.tables import WIDEST
from tests.bot.conversation import Conversation


@pytest.mark.parametrize("name", COMMANDS)
def test_how_a_command_is_asked_for_stands_on_a_phone(name: str) -> None:
    rest = rest_of((COMMANDS[name].__doc__ or "").strip())
    assert rest.startswith(f"/sync {name}")
    assert [line for line in rest.splitlines() if len(line) > WIDEST] == []


async def test_help_names_every_command_and_every_object(talk: Conversation) -> None:
    said = (await talk.say("/sync help"))["text"]
    assert [name for name in COMMANDS if f"/sync {name}  " not in said] == []
    assert "Objects: users, " in said
