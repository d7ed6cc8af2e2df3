"""Words -> when a channel wants to hear nothing. Pure."""

import re
from datetime import timedelta

from bot import durations
from bot.amounts import time_of, weekday_of
from bot.reading_terms import LONGEST, NUMBER, SHORTEST
from bot.request_subscribing import Quiet
from bot.texts import _
from bot.words import NoSense, Token, Vocabulary, known, nearest_of

FILLERS = ("all", "everything", "for", "on", "every", "from", "at", "about", "here")
_WINDOW = re.compile(r"(\S+?)\s*(?:-|–|—|\bto\b|\buntil\b)\s*(\S+)", re.IGNORECASE)


def read_quiet(tokens: list[Token], vocabulary: Vocabulary) -> Quiet:
    """`end` and a number; or an object, or none, and a span from now or a window of each week."""
    words = [f"{token.key}:{token.value}" if token.key not in ("", "object") else token.value for token in tokens]
    words = [word.replace('"', "") for word in words]
    words = [word for word in words if word and not known(word, FILLERS)]
    if words and known(words[0], ("end", "stop")):
        return _end(words[1:])
    objects = [named for word in words if (named := known(word, vocabulary.objects))]
    rest = [word for word in words if not known(word, vocabulary.objects)]
    if len(objects) > 1:
        tip = f"quiet {objects[0]} {' '.join(rest)}".strip()
        raise NoSense(_("One object at a time. Try: /sync {words}").format(words=tip), tip)
    about = objects[0] if objects else None
    if not rest:
        if about:
            raise _when("", f"quiet {about} 2h")
        return Quiet()
    return _timed(about, rest, vocabulary)


def _end(words: list[str]) -> Quiet:
    number = NUMBER.fullmatch(words[0]) if len(words) == 1 else None
    if number is None:
        raise NoSense(_("Which quiet time? Name it by its number, as in /sync quiet end 3"), "quiet")
    return Quiet(end=int(number[1]))


def _timed(about: str | None, words: list[str], vocabulary: Vocabulary) -> Quiet:
    if span := durations.parse("".join(words)):
        return _for_a_while(about, span)
    day = weekday_of(words[0])
    found = _WINDOW.fullmatch(" ".join(words if day is None else words[1:]))
    begins, ends = (time_of(found[1]), time_of(found[2])) if found else (None, None)
    whole = " ".join(part for part in ("quiet", about) if part)
    if begins is None or ends is None or begins == ends:
        raise _unread(words, whole, vocabulary)
    if day is None:
        tip = f"{whole} sat {begins:%H:%M}-{ends:%H:%M}"
        raise NoSense(_("On which day of the week? Try: /sync {words}").format(words=tip), tip)
    return Quiet(about, None, day, begins, ends)


def _for_a_while(about: str | None, span: timedelta) -> Quiet:
    if SHORTEST <= span <= LONGEST:
        return Quiet(about, span)
    tip = Quiet(about, LONGEST if span > LONGEST else SHORTEST).words
    raise NoSense(_("I can be quiet from a minute to 90 days. Try: /sync {words}").format(words=tip), tip)


def _unread(words: list[str], whole: str, vocabulary: Vocabulary) -> NoSense:
    near = nearest_of(words[0], vocabulary.objects) if words[0].isalpha() and weekday_of(words[0]) is None else None
    return _when(" ".join(words), f"{whole} {near} 2h" if near else f"{whole} 2h")


def _when(said: str, tip: str) -> NoSense:
    sentence = _("When, and for at most 90 days? Try: /sync {words}, or /sync quiet sat 20:00-23:00")
    if said:
        sentence = _("I cannot read “{said}” as a time. Try: /sync {words}, or /sync quiet sat 20:00-23:00")
    return NoSense(sentence.format(said=said, words=tip), tip)
