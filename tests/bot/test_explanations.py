import pytest

from bot.explanations import CATALOGUE, WHO, explained, known_code, nearest_code, tried_again
from bot.explanations_dynamics import DYNAMICS
from bot.explanations_marketo import MARKETO
from sync.dynamics import codes as dynamics
from sync.marketo import codes as marketo


@pytest.mark.parametrize("code", [*dynamics.VERDICTS, *marketo.VERDICTS, "ambiguous", "parent", "replayed", "schema"])
def test_every_code_the_engine_knows_is_explained(code: str) -> None:
    assert explained(code)


def test_every_explanation_says_who_must_act_and_what_to_do() -> None:
    for code, cause in CATALOGUE.items():
        assert cause.who in WHO, code
        assert cause.meaning.endswith("."), code
        assert cause.remedy.endswith((".", "run.")), code
        assert len(f"{cause.meaning} {cause.remedy}") < 220, code


def test_no_code_means_two_things() -> None:
    assert not set(DYNAMICS) & set(MARKETO)


@pytest.mark.parametrize("code", ["0x80040333", "0X80040333", "80040333", "-2147220685", " 0x80040333 "])
def test_a_code_of_dynamics_is_known_in_each_of_its_spellings(code: str) -> None:
    assert known_code(code) == "0x80040333"


@pytest.mark.parametrize("code", ["", "-", "nonsense", "-99999999999999999", "٣", "x" * 500])
def test_what_is_no_code_is_not_explained(code: str) -> None:
    assert known_code(code) is None
    assert explained(code) is None


def test_an_unknown_code_has_a_nearest_one() -> None:
    assert nearest_code("0x80040334") in ("0x80040333", "0x80044339")
    assert nearest_code("ambigous") == "ambiguous"
    assert nearest_code("zzzzzzzzzzzz") is None


def test_whether_it_is_tried_again_is_what_the_engine_does() -> None:
    assert "again by itself, after" in tried_again("606")
    assert "not tried again" in tried_again("1003")
    assert "Nothing of that object" in tried_again("1018")
    assert "read once more" in tried_again("0x80044352")
    assert "again by itself, after" in tried_again("timeout")
    assert "again by itself, after" in tried_again("http-599")
    assert "becomes an error" in tried_again("611")
    assert "becomes an error" in tried_again("0x80040224")
    assert "not tried again" in tried_again("ambiguous")
