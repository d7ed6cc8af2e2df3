"""The language of the answer under way: every sentence people read goes through `_`, its {places} filled after."""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ENGLISH = gettext.NullTranslations()
_current: ContextVar[gettext.NullTranslations] = ContextVar("language", default=ENGLISH)


def _(text: str) -> str:
    """`text` in the reader's language; the English text is its own key."""
    return _current.get().gettext(text)


def plural(one: str, many: str, count: int) -> str:
    """`one` or `many`, as the reader's language counts."""
    return _current.get().ngettext(one, many, count)


@contextmanager
def speaking(translations: gettext.NullTranslations) -> Iterator[None]:
    """Within this, `_` and `plural` answer in that language."""
    token = _current.set(translations)
    try:
        yield
    finally:
        _current.reset(token)
