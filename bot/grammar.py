"""Words -> a request. Pure: what words there are is handed in, and the order in which they come does not matter."""

from collections.abc import Callable, Mapping

from bot.reading_acting import read_act, read_audit, read_lanes, read_run
from bot.reading_activity import read_activity
from bot.reading_alerts import read_alerts
from bot.reading_comparing import read_compare
from bot.reading_errors import read_errors
from bot.reading_explain import read_explain
from bot.reading_match import read_match
from bot.reading_quiet import read_quiet
from bot.reading_record import read_record
from bot.reading_share import read_share
from bot.reading_status import read_status
from bot.reading_subscribing import read_subscribe, read_unsubscribe
from bot.request import Health, Help, Ignore, Misunderstood, Pause, Reopen, Request, Resume, Retry
from bot.texts import _
from bot.words import MUCH_ALIKE, NoSense, Token, Vocabulary, known, nearest_of, others, tokens_of, typed

LONGEST = 500
MOST_MISTAKES = 5


def parse(text: str, vocabulary: Vocabulary) -> Request | Misunderstood:
    """What `text` (all that stands behind /sync, or a button's value) asks for; nothing is the overview.

    What is offered in its place, where it means nothing, can always be read.
    """
    read = _read(text, vocabulary)
    return _mended(read, vocabulary) if isinstance(read, Misunderstood) else read


def _mended(said: Misunderstood, vocabulary: Vocabulary) -> Misunderstood:
    """The same with an offer that can be read: further mistakes in it are mended as if it had been typed."""
    offer = said.nearest
    for _mistake in range(MOST_MISTAKES):
        read = _read(offer, vocabulary)
        if not isinstance(read, Misunderstood):
            return Misunderstood(said.sentence.replace(f"/sync {said.nearest}", f"/sync {offer}", 1), offer)
        offer = read.nearest
    return Misunderstood(said.sentence.replace(f"/sync {said.nearest}", "/sync help", 1))


def _read(text: str, vocabulary: Vocabulary) -> Request | Misunderstood:
    if len(text) > LONGEST:
        return Misunderstood(f"That is longer than {LONGEST} characters; fewer words will do.")
    tokens = tokens_of(text)
    try:
        command, rest = _command(tokens, vocabulary)
        return _READERS[command](rest, vocabulary)
    except NoSense as nonsense:
        return nonsense.misunderstood


def _command(tokens: list[Token], vocabulary: Vocabulary) -> tuple[str, list[Token]]:
    """The command among `tokens`, and the others. Where there is none, filters mean errors, all else status.

    Raises NoSense where filters follow a word that is much like a command.
    """
    for at, token in enumerate(tokens):
        named = None if token.key or token.quoted else known(token.value, vocabulary.commands)
        if named:
            return named, tokens[:at] + tokens[at + 1 :]
    about_errors = any(token.key not in ("", "by") or token.value.casefold() == "csv" for token in tokens)
    if about_errors and (misspelt := _misspelt(tokens, vocabulary)):
        raise misspelt
    return ("errors" if about_errors else "status"), tokens


def _misspelt(tokens: list[Token], vocabulary: Vocabulary) -> NoSense | None:
    """What to say where the first bare word is much like a command."""
    passed = [*vocabulary.objects, *vocabulary.views, "csv"]
    bare = (token for token in tokens if not token.key and not token.quoted and not known(token.value, passed))
    first = next(bare, None)
    near = first and nearest_of(first.value, vocabulary.commands, MUCH_ALIKE)
    if not first or not near:
        return None
    words = others(near, tokens, first)
    return NoSense(
        _("I do not know “{word}”. Did you mean: /sync {words}").format(word=first.value, words=words), words
    )


def _read_help(tokens: list[Token], vocabulary: Vocabulary) -> Help:
    """What to explain: the first command that is named. An object or a view is passed over, another word is not."""
    named = next((name for token in tokens if (name := known(token.value, vocabulary.commands))), None)
    passed = [*vocabulary.objects, *vocabulary.views]
    strange = next((token for token in tokens if token.value and not known(token.value, passed)), None)
    if named or not strange:
        return Help(named)
    word = typed(strange)
    near = nearest_of(word, vocabulary.commands)
    if near is None:
        raise NoSense(_("I do not know “{word}”. Try: /sync help").format(word=word))
    words = f"help {near}"
    raise NoSense(_("I do not know “{word}”. Did you mean: /sync {words}").format(word=word, words=words), words)


_READERS: Mapping[str, Callable[[list[Token], Vocabulary], Request]] = {
    "status": read_status,
    "errors": read_errors,
    "help": _read_help,
    "explain": read_explain,
    "health": lambda tokens, vocabulary: Health(),
    "record": read_record,
    "activity": read_activity,
    "share": lambda tokens, vocabulary: read_share(tokens, lambda text: parse(text, vocabulary)),
    "retry": lambda tokens, vocabulary: read_act(Retry, tokens, vocabulary, read_errors),
    "ignore": lambda tokens, vocabulary: read_act(Ignore, tokens, vocabulary, read_errors),
    "reopen": lambda tokens, vocabulary: read_act(Reopen, tokens, vocabulary, read_errors),
    "match": read_match,
    "run": read_run,
    "pause": lambda tokens, vocabulary: read_lanes(Pause, tokens, vocabulary),
    "resume": lambda tokens, vocabulary: read_lanes(Resume, tokens, vocabulary),
    "audit": read_audit,
    "compare": read_compare,
    "subscribe": read_subscribe,
    "unsubscribe": read_unsubscribe,
    "alerts": read_alerts,
    "quiet": read_quiet,
}
