"""Words -> which code is to be explained. Pure."""

from bot.request import Explain
from bot.words import Token, Vocabulary, known, one_at_a_time


def read_explain(tokens: list[Token], vocabulary: Vocabulary) -> Explain:
    """One code, bare or behind `code:`; none asks what there is."""
    codes = [token.value.replace('"', "") for token in tokens if token.key in ("", "code")]
    named = list(dict.fromkeys(code for code in codes if code and not known(code, ("code", "error"))))
    if len(named) > 1:
        raise one_at_a_time(Explain(named[0]).words)
    return Explain(named[0] if named else None)
