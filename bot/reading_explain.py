"""Words -> which code is to be explained. Pure."""

from bot.request import Explain
from bot.words import Token, Vocabulary


def read_explain(tokens: list[Token], vocabulary: Vocabulary) -> Explain:
    """The first word, or what stands behind `code:`; none asks what there is."""
    codes = [token.value.replace('"', "") for token in tokens if token.key in ("", "code")]
    return Explain(next((code for code in codes if code), None))
