"""Words -> when a channel wants to hear nothing. Pure."""

import re
from collections.abc import Sequence
from datetime import time, timedelta

from bot import durations
from bot.amounts import time_of, weekday_of
from bot.reading_terms import ALIKE, LONGEST, NUMBER, SHORTEST, unread
from bot.request_subscribing import DAYS, Quiet
from bot.texts import _
from bot.words import KEYS, NoSense, Token, Vocabulary, known, nearest_of, one_at_a_time, typed

FILLERS = ("all", "everything", "for", "on", "every", "from", "at", "about", "and", "here")
ENDINGS = ("end", "stop", "off", "delete", "remove", "cancel")
_TIME = r"\d\S*?(?:\s*[ap]m)?"
_WINDOW = re.compile(rf"({_TIME})\s*(?:-|–|—|\bto\b|\buntil\b)\s*({_TIME})(?!\S)", re.IGNORECASE)
_MIDNIGHT = re.compile(r"24(?:[:.h]00)?")


def read_quiet(tokens: list[Token], vocabulary: Vocabulary) -> Quiet:
    """`end` and a number; or an object, or none, and a span from now or a window of each week."""
    objects = vocabulary.objects
    text = " ".join(_said(token, objects) for token in tokens)
    words = [word for word in re.split(r'[\s";]+|,(?!\d)|(?<!\d),', text) if word and not known(word, FILLERS)]
    if any(known(word, ENDINGS) for word in words):
        return _end([word for word in words if not known(word, ENDINGS)])
    named = list(dict.fromkeys(one for word in words if (one := known(word, objects))))
    rest = [word for word in words if not known(word, objects)]
    if len(named) > 1:
        tip = f"quiet {named[0]} {' '.join(rest)}".strip()
        raise NoSense(_("One object at a time. Try: /sync {words}").format(words=tip), tip)
    about = named[0] if named else None
    if not rest:
        if about:
            raise _when("", f"quiet {about} 2h")
        return Quiet()
    return _timed(about, rest, vocabulary)


def _said(token: Token, objects: Sequence[str]) -> str:
    """`object:leads` is `leads`, also where the key is misspelt."""
    meant = token.key == "object" or (token.key not in KEYS and known(token.value, objects))
    return token.value if meant else typed(token)


def _end(words: list[str]) -> Quiet:
    numbers = [NUMBER.fullmatch(word) for word in words]
    if not numbers or not numbers[0]:
        raise NoSense(_("Which quiet time? Name it by its number, as in /sync quiet end 3"), "quiet")
    ending = Quiet(end=int(numbers[0][1]))
    if len(words) > 1:
        raise one_at_a_time(ending.words)
    return ending


def _timed(about: str | None, words: list[str], vocabulary: Vocabulary) -> Quiet:
    text = " ".join(words)
    if (span := durations.parse(text)) is not None:
        return _for_a_while(about, span)
    found = _WINDOW.search(text)
    hours = _hours(found[1], found[2]) if found else None
    around = _WINDOW.sub(" ", text, count=1).split()
    day = weekday_of(around[0]) if len(around) == 1 else None
    whole = " ".join(part for part in ("quiet", about) if part)
    if hours is None or (around and day is None):
        near = _nearest(words, hours, vocabulary)
        raise unread(text, f"{whole} {near}") if near else _when(text, f"{whole} 2h")
    if day is None:
        tip = f"{whole} {_weekly(5, hours)}"
        raise NoSense(_("On which day of the week? Try: /sync {words}").format(words=tip), tip)
    return Quiet(about, None, day, *hours)


def _hours(begins: str, ends: str) -> tuple[time, time] | None:
    """From when until when; `24:00` ends a day, and so it may end a whole one."""
    midnight = _MIDNIGHT.fullmatch(ends)
    read = time_of(begins), time(0) if midnight else time_of(ends)
    return (read[0], read[1]) if read[0] and read[1] and (midnight or read[0] != read[1]) else None


def _for_a_while(about: str | None, span: timedelta) -> Quiet:
    if SHORTEST <= span <= LONGEST:
        return Quiet(about, span)
    tip = Quiet(about, LONGEST if span > LONGEST else SHORTEST).words
    raise NoSense(_("I can be quiet from a minute to 90 days. Try: /sync {words}").format(words=tip), tip)


def _nearest(words: list[str], hours: tuple[time, time] | None, vocabulary: Vocabulary) -> str | None:
    """The words with one that is misspelt put right; without such a one, what they have of a time, made whole."""
    for at, word in enumerate(words):
        if not word.isalpha() or weekday_of(word) is not None:
            continue
        if near := nearest_of(word, [*vocabulary.objects, *DAYS], ALIKE) or nearest_of(word, ENDINGS):
            return " ".join([*words[:at], near, *words[at + 1 :]])
    text = " ".join(words)
    days = [day for word in re.findall("[a-z]+", text, re.IGNORECASE) if (day := weekday_of(word)) is not None]
    if hours:
        return _weekly(days[0] if days else 5, hours)
    if days:
        clocks = [clock for word in words if ":" in word and (clock := time_of(word))]
        return _weekly(days[0], (clocks[0] if clocks else time(0), time(0)))
    return durations.found_in(text)


def _weekly(day: int, hours: tuple[time, time]) -> str:
    return Quiet(None, None, day, *hours).words.removeprefix("quiet ")


def _when(said: str, tip: str) -> NoSense:
    sentence = _("When, and for at most 90 days? Try: /sync {words}, or /sync quiet sat 20:00-23:00")
    if said:
        sentence = _("I cannot read “{said}” as a time. Try: /sync {words}, or /sync quiet sat 20:00-23:00")
    return NoSense(sentence.format(said=said, words=tip), tip)
