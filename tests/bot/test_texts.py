"""One catalogue of texts: every sentence people read is there in every language, with the same places to fill."""

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
    return marked | codes | {*WHO.values(), *AGAIN.values()} | {first_of(text_of(one)) for one in COMMANDS.values()}


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
