"""Words -> what a channel is to hear of, or is to hear of no more. Pure."""

from dataclasses import replace
from datetime import time

from bot.alerts.asked import OF_THE_SYNC, WHATS
from bot.amounts import time_of, weekday_of
from bot.reading_terms import EXAMPLES, NUMBER, Said, sorted_out
from bot.request_subscribing import Digest, Subscribe, Unsubscribe
from bot.texts import _
from bot.words import NoSense, Token, Vocabulary, known, nearest_of

FILLERS = ("all", "everything", "to", "from", "about", "of", "when", "or", "and", "alert", "this", "channel", "here")
DIGEST_FILLERS = ("digest", "daily", "weekly", "at", "on", "every", "each", "day", "week", "the")
NINE = time(9)


def read_subscribe(tokens: list[Token], vocabulary: Vocabulary) -> Subscribe:
    """An object, what to hear of, thresholds, whom to call; or a digest and when. Nothing named is everything."""
    said = sorted_out(tokens, vocabulary, "subscribe")
    said.rest = [word for word in said.rest if not known(word, FILLERS)]
    digest = _digest(said)
    if digest:
        return Subscribe(digest=digest, instead=said.instead)
    if said.rest:
        raise _unknown(said.rest[0], "subscribe", vocabulary)
    if len(said.objects) > 1:
        words = _subscribe(said, said.objects[0]).words
        raise NoSense(_("One object at a time. Try: /sync {words}").format(words=words), words)
    request = _subscribe(said, said.objects[0] if said.objects else None)
    whole = next((what for what in request.what if what in OF_THE_SYNC), None)
    if request.object and whole:
        sentence = _("“{what}” is about the whole sync, not about {object}. Try: /sync subscribe {what}")
        raise NoSense(sentence.format(what=whole, object=request.object), f"subscribe {whole}")
    return request


def _subscribe(said: Said, object: str | None) -> Subscribe:
    return Subscribe(object, said.rules, said.thresholds, said.mention, None, said.instead)


def _digest(said: Said) -> Digest | None:
    """The digest that was asked for, if one was: by its name, or by a time or a day."""
    named = any(known(word, DIGEST_FILLERS[:3]) for word in said.rest)
    left = [word for word in _joined(said.rest) if not known(word, DIGEST_FILLERS)]
    days = [day for word in left if (day := weekday_of(word)) is not None]
    times = [at for word in left if (named or ":" in word) and (at := time_of(word)) is not None]
    if not (named or times):
        return None
    if len(days) + len(times) < len(left) or len(days) > 1 or len(times) > 1:
        raise _which_digest(" ".join(said.rest))
    if said.objects or said.what or said.terms or said.mention:
        sentence = _("A digest is about everything, and calls nobody. Try: /sync subscribe digest 09:00")
        raise NoSense(sentence, "subscribe digest 09:00")
    weekly = any(known(word, ("weekly", "week")) for word in said.rest)
    return Digest(times[0] if times else NINE, days[0] if days else 0 if weekly else None)


def _joined(words: list[str]) -> list[str]:
    """`9 am` is one word."""
    joined: list[str] = []
    for word in words:
        if joined and word.casefold() in ("am", "pm"):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _which_digest(words: str) -> NoSense:
    sentence = _(
        "I cannot read “{words}” as a time of a digest. Try: /sync subscribe digest 09:00, "
        "or /sync subscribe digest weekly mon 09:00"
    )
    return NoSense(sentence.format(words=words), "subscribe digest 09:00")


def _unknown(word: str, command: str, vocabulary: Vocabulary) -> NoSense:
    near = nearest_of(word, [*vocabulary.objects, *WHATS, "digest"])
    if near is None:
        words = f"{command} {vocabulary.example} {EXAMPLES['backlog'] if command == 'subscribe' else ''}".strip()
        return NoSense(_("I do not know “{word}”. Try: /sync {words}").format(word=word, words=words), words)
    words = f"{command} {near}"
    return NoSense(_("I do not know “{word}”. Did you mean: /sync {words}").format(word=word, words=words), words)


def read_unsubscribe(tokens: list[Token], vocabulary: Vocabulary) -> Unsubscribe:
    """Numbers of subscriptions, or what it is about; `all` is all of them, and nothing asks which there are."""
    said = sorted_out(tokens, vocabulary, "unsubscribe")
    everything = any(known(word, ("all", "everything")) for word in said.rest)
    digest = any(known(word, DIGEST_FILLERS[:3]) for word in said.rest)
    rest = [word for word in said.rest if not known(word, [*FILLERS, *DIGEST_FILLERS])]
    numbers = [NUMBER.fullmatch(word) for word in rest]
    if unread := next((word for word, number in zip(rest, numbers, strict=True) if not number), None):
        raise _unknown(unread, "unsubscribe", vocabulary)
    if numbers:
        return Unsubscribe(tuple(dict.fromkeys(int(number[1]) for number in numbers if number)))
    if len(said.objects) > 1:
        words = f"unsubscribe {said.objects[0]}"
        raise NoSense(_("One object at a time. Try: /sync {words}").format(words=words), words)
    object = said.objects[0] if said.objects else None
    about = Unsubscribe((), object, said.rules, said.terms.get("code"), digest)
    return replace(about, everything=everything and about == Unsubscribe())
