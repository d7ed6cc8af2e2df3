"""The words of `/sync status`: an object, a view, in any order. Pure."""

from typing import Any

from bot.request import Status
from bot.texts import _
from bot.words import NoSense, Token, Vocabulary, known, nearest_of, one_at_a_time, typed


def read_status(tokens: list[Token], vocabulary: Vocabulary) -> Status:
    """A view may be two words (`last hour`), or `by:user`. Raises NoSense, with the nearest that works."""
    if strange := next((token for token in tokens if token.key not in ("", "by", "object")), None):
        raise _no_filter(strange, tokens, vocabulary)
    views: list[Any] = []
    objects: list[str] = []
    words = [_word(token) for token in tokens]
    at = 0
    while at < len(words):
        pair = known("".join(words[at : at + 2]), vocabulary.views) if at + 1 < len(words) else None
        view = pair or known(words[at], vocabulary.views)
        named = None if view else known(words[at], vocabulary.objects)
        if view:
            views.append(view)
        elif named:
            objects.append(named)
        elif words[at]:
            raise _unknown(at, tokens, vocabulary)
        at += 2 if pair else 1
    asked = Status(objects[0] if objects else None, views[0] if views else "backlog")
    if len({*views}) > 1 or len({*objects}) > 1:
        raise one_at_a_time(asked.words)
    return asked


def _word(token: Token) -> str:
    """`object:leads` is `leads`."""
    return f"by-{token.value}" if token.key == "by" else token.value


def _no_filter(token: Token, tokens: list[Token], vocabulary: Vocabulary) -> NoSense:
    """What status has not, errors may have; a misspelt `object:` is its object."""
    if named := known(token.value, vocabulary.objects):
        words = " ".join(["status", named, *_kept([one for one in tokens if one is not token], vocabulary)])
    else:
        kept = [one for one in tokens if one.key not in ("", "by") or known(one.value, vocabulary.objects)]
        words = " ".join(["errors", *map(typed, kept)])
    said = _("I do not know “{word}”. Did you mean: /sync {words}")
    return NoSense(said.format(word=typed(token), words=words), words)


def _unknown(at: int, tokens: list[Token], vocabulary: Vocabulary) -> NoSense:
    """The hint has the nearest in the place of the word, and the others that are known as they were typed."""
    word = typed(tokens[at])
    kinds = [*vocabulary.objects, *vocabulary.views]
    near = nearest_of(_word(tokens[at]), kinds if tokens[at].key else [*vocabulary.commands, *kinds])
    if near is None and tokens[at].key == "by":
        near = "by-user"
    if near is None:
        return NoSense(_("I do not know “{word}”. Try: /sync help").format(word=word))
    if near in vocabulary.commands and near != "status":
        words = " ".join([near, *(typed(token) for token in tokens[:at] + tokens[at + 1 :])])
    else:
        before, after = _kept(tokens[:at], vocabulary), _kept(tokens[at + 1 :], vocabulary)
        words = " ".join(["status", *before, *([] if near == "status" else [near]), *after])
    return NoSense(_("I do not know “{word}”. Did you mean: /sync {words}").format(word=word, words=words), words)


def _kept(tokens: list[Token], vocabulary: Vocabulary) -> list[str]:
    """Those that status knows, or that are half of a view: what a hint says has to work."""
    halves = (half for view in vocabulary.views for half in view.split("-"))
    words = [*vocabulary.objects, *vocabulary.views, *halves]
    return [typed(token) for token in tokens if known(_word(token), words)]
