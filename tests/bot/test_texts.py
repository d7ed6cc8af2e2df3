"""One catalogue of texts: every sentence people read is there in every language, with the same places to fill."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from bot.commands import COMMANDS
from bot.commands.help import first_of
from bot.explanations import AGAIN, CATALOGUE, WHO
from bot.texts import LANGUAGES, _, grouped, plural, speaking, translations

BOT = Path(__file__).parents[2] / "bot"
LANGUAGE_NAMES = [path.stem for path in LANGUAGES.glob("*.po")]


def texts() -> set[str]:
    """Every English text: those marked in the code, the catalogue of codes, and what each command says it does."""
    found = extract_from_dir(BOT, [("**.py", "python")], keywords={"_": None, "_marked": None, "plural": (1, 2)})
    marked = {one for _file, _line, text, _comments, _context in found for one in _each(text)}
    codes = {text for cause in CATALOGUE.values() for text in (cause.meaning, cause.remedy)}
    return (
        marked
        | codes
        | constants()
        | {*WHO.values(), *AGAIN.values()}
        | {first_of(text_of(one)) for one in COMMANDS.values()}
    )


def constants() -> set[str]:
    """The texts of the constants that are handed to `_` by their name, wherever in the bot they stand."""
    trees = [ast.parse(file.read_text()) for file in BOT.rglob("*.py")]
    asked = {name for tree in trees for name in _asked_by_name(tree)}
    return {
        text
        for tree in trees
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value and _target(node) in asked
        for text in _values(node.value)
    }


def _asked_by_name(tree: ast.Module) -> set[str]:
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call) and each.args]
    handed = [each.args[0] for each in calls if isinstance(each.func, ast.Name) and each.func.id == "_"]
    return {name.id for one in handed for name in ast.walk(one) if isinstance(name, ast.Name) and name.id.isupper()}


def _target(node: ast.Assign | ast.AnnAssign) -> str:
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    return target.id if isinstance(target, ast.Name) else ""


def _values(node: ast.expr) -> set[str]:
    """The strings in it; of a table, those of its values."""
    parts = node.values if isinstance(node, ast.Dict) else [node]
    found = [each.value for part in parts for each in ast.walk(part) if isinstance(each, ast.Constant)]
    return {text for text in found if isinstance(text, str) and text}


def text_of(command: object) -> str:
    return (command.__doc__ or "").strip()


def _each(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text[:1] if isinstance(text, tuple) else (text,)


def places(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


def test_there_is_another_language() -> None:
    assert LANGUAGE_NAMES == ["pt_BR"]


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_every_text_is_translated(language: str) -> None:
    known = set(translations(language)._catalog)  # type: ignore[attr-defined] # gettext has no public way to ask
    known = {key[0] if isinstance(key, tuple) else key for key in known}
    assert sorted(texts() - known) == []


def test_texts_that_stand_in_constants_are_not_forgotten() -> None:
    assert {"newest first", "updated", "its account"} <= constants()
    assert any("SYNC_PEOPLE_READERS" in text for text in constants())


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_a_translation_fills_the_same_places(language: str) -> None:
    for key, translated in translations(language)._catalog.items():  # type: ignore[attr-defined]
        english = key[0] if isinstance(key, tuple) else key
        if english and not english.startswith("tried once"):
            assert places(translated) <= places(english) | {"count"}, english


def test_the_reader_decides_the_language() -> None:
    assert _("IN STEP") == "IN STEP"
    with speaking("pt-BR"):
        assert _("IN STEP") == "EM SINCRONIA"
        assert plural("{count} error", "{count} errors", 2) == "{count} erros"
        assert grouped("1,204") == "1.204"
    assert grouped("1,204") == "1,204"


@pytest.mark.parametrize("locale", ["en-GB", "de-DE", "", "xx"])
def test_who_speaks_neither_is_answered_in_english(locale: str) -> None:
    with speaking(locale):
        assert _("Help") == "Help"
