"""What a rehearsal pretends to have written is found again like records."""

from storage.pretended import Pretended


def test_what_was_written_is_found_by_id_and_adds_up() -> None:
    pretended = Pretended({"email"})
    pretended.write("leads", "-1", {"email": "Ada@x.example", "title": "Countess"})
    pretended.write("leads", "-1", {"title": "Programmer"})
    pretended.write("accounts", "-1", {"name": "x"})
    assert pretended.by_id("leads", ["-1", "-2"]) == {"-1": {"email": "Ada@x.example", "title": "Programmer"}}
    pretended.close()


def test_it_is_found_by_its_newest_key_in_either_case() -> None:
    pretended = Pretended({"email"})
    pretended.write("leads", "7", {"email": "Ada@x.example"})
    assert list(pretended.by_key("leads", "email", ["ADA@x.example"])) == ["7"]
    pretended.write("leads", "7", {"email": "byron@x.example"})
    assert pretended.by_key("leads", "email", ["ada@x.example"]) == {}
    pretended.close()
