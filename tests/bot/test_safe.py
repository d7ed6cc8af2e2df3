"""Texts cut to fit, and labels that hold ids."""

import pytest

from bot.request import Record
from bot.safe import cut
from bot.story import choose
from storage.record_story import Known

GUID = "0a1b2c3d-0000-4000-8000-000000000001"


@pytest.mark.parametrize("left", [1, 10, 24])
def test_a_text_is_not_cut_where_saying_so_takes_as_much_room(left: int) -> None:
    assert cut("x" * (12 + left), 12) == "x" * (12 + left)


def test_what_is_cut_says_how_much_is_left() -> None:
    assert cut("x" * 100, 12) == "x" * 12 + "… and 88 more characters"


@pytest.mark.parametrize("name", ["Jerome Brewer", "Wolfeschlegelsteinhausenbergerdorff Senior"])
def test_a_button_shows_the_whole_id_and_of_the_name_what_there_is_room_for(name: str) -> None:
    answer = choose([Known("contacts", GUID, None, name)] * 2, may_see_people=True)
    label = answer.blocks[-1]["elements"][0]["text"]["text"]
    assert label.startswith("Contacts " + name[:12]) and label.endswith(f"Dynamics {GUID}")
    assert Record(GUID, "contacts").words in answer.text
