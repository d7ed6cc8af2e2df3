"""Words -> what a channel is to hear of, or is to hear of no more. Pure."""

from dataclasses import replace
from datetime import time

from bot.alerts.asked import OF_THE_SYNC, WHATS
from bot.amounts import time_of, weekday_of
from bot.reading_terms import ALIKE, EXAMPLES, NUMBER, Said, sorted_out, term_of, without
from bot.request_subscribing import Digest, Subscribe, Unsubscribe
from bot.texts import _
from bot.words import MUCH_ALIKE, NoSense, Token, Vocabulary, known, nearest_of, one_at_a_time

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
        raise _unknown(said.rest[0], said, "subscribe", vocabulary)
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
    weekly = any(known(word, ("weekly", "week")) for word in said.rest)
    digest = Digest(times[0] if times else NINE, days[0] if days else 0 if weekly else None)
    words = f"subscribe {digest.words}"
    if len(days) + len(times) < len(left):
        raise _which_digest(" ".join(said.rest), words)
    if len(days) > 1 or len(times) > 1:
        raise one_at_a_time(words)
    if said.objects or said.what or said.thresholds.rules or said.mention:
        raise NoSense(
            _("A digest is about everything, and calls nobody. Try: /sync {words}").format(words=words), words
        )
    return digest


def _joined(words: list[str]) -> list[str]:
    """`9 am` is one word."""
    joined: list[str] = []
    for word in words:
        if joined and word.casefold() in ("am", "pm"):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _which_digest(said: str, words: str) -> NoSense:
    sentence = _(
        "I cannot read “{said}” as a time of a digest. Try: /sync {words}, or /sync subscribe digest weekly mon 09:00"
    )
    return NoSense(sentence.format(said=said, words=words), words)


def _unknown(word: str, said: Said, command: str, vocabulary: Vocabulary) -> NoSense:
    """The hint has the nearest in the place of the word; without one, what was said without it."""
    names = [*vocabulary.objects, *WHATS, "digest"]
    if command == "unsubscribe":
        near = nearest_of(word, names, MUCH_ALIKE)
    else:
        near = term_of(word) or EXAMPLES.get(word.casefold()) or nearest_of(word, [*names, *EXAMPLES], ALIKE)
    if near is None:
        words = without(f"{command} {said.with_other(word, '')}".strip(), vocabulary)
        return NoSense(_("I do not know “{word}”. Try: /sync {words}").format(word=word, words=words), words)
    words = f"{command} {said.with_other(word, near)}"
    return NoSense(_("I do not know “{word}”. Did you mean: /sync {words}").format(word=word, words=words), words)


def read_unsubscribe(tokens: list[Token], vocabulary: Vocabulary) -> Unsubscribe:
    """Numbers of subscriptions, or what it is about; `all` is all of them, and nothing asks which there are."""
    said = sorted_out(tokens, vocabulary, "unsubscribe")
    everything = any(known(word, ("all", "everything")) for word in said.rest)
    digest = any(known(word, DIGEST_FILLERS[:3]) for word in said.rest)
    rest = [word for word in said.rest if not known(word, [*FILLERS, *DIGEST_FILLERS])]
    rest = [part for word in rest for part in word.split(",")]
    numbers = [NUMBER.fullmatch(word) for word in rest]
    if unread := next((word for word, number in zip(rest, numbers, strict=True) if not number), None):
        raise _unknown(unread, said, "unsubscribe", vocabulary)
    named = bool(said.objects or said.rules)
    if [bool(numbers), named, digest].count(True) > 1:
        raise NoSense(
            _("Name them by their numbers, by what they are about, or as digest. Try: /sync alerts"), "alerts"
        )
    if numbers:
        return Unsubscribe(tuple(dict.fromkeys(int(number[1]) for number in numbers if number)))
    if len(said.objects) > 1:
        words = f"unsubscribe {said.objects[0]}"
        raise NoSense(_("One object at a time. Try: /sync {words}").format(words=words), words)
    object = said.objects[0] if said.objects else None
    about = Unsubscribe((), object, said.rules, said.terms.get("code"), digest)
    return replace(about, everything=everything and about == Unsubscribe())
