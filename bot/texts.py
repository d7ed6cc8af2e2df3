"""The language of the answer under way: every sentence people read goes through `_`, its {places} filled after.

English texts are their own keys; the others are in languages/*.po, read as they are: there is nothing to compile.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = Path(__file__).parent / "languages"
ENGLISH = "en"
_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


def _(text: str) -> str:
    """`text` in the reader's language."""
    return translations(_current.get()).gettext(text)


def plural(one: str, many: str, count: int) -> str:
    """`one` or `many`, as the reader's language counts."""
    return translations(_current.get()).ngettext(one, many, count)


def grouped(digits: str) -> str:
    """A number written with commas between its thousands, as the reader's language writes it."""
    return digits if _current.get() == ENGLISH else digits.replace(",", ".")


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Within this, `_` and `plural` answer in the language of a Slack locale ("pt-BR"), else in English."""
    token = _current.set(language_of(locale))
    try:
        yield
    finally:
        _current.reset(token)


def language_of(locale: str) -> str:
    """The name of the language that a locale is answered in: every kind of Portuguese gets that of Brazil."""
    return "pt_BR" if locale.lower().startswith("pt") else ENGLISH


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language, read once."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    compiled = BytesIO()
    with (LANGUAGES / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
