"""Words -> what is asked of alerts: which there are, a test, or an episode acknowledged or silenced. Pure."""

from bot.reading_terms import NUMBER, span_of, unread
from bot.request_subscribing import Alerts
from bot.texts import _
from bot.words import NoSense, Token, Vocabulary, known, nearest_of, one_at_a_time, typed

ACTS = {"test": "test", "ack": "ack", "acknowledge": "ack", "snooze": "snooze", "unsnooze": "unsnooze"}
FILLERS = ("all", "for", "until", "till", "here", "episode")
TOMORROW = ("tomorrow", "morning")


def read_alerts(tokens: list[Token], vocabulary: Vocabulary) -> Alerts:
    """`test`, or what to do to the episode of a number: `ack 7`, `snooze 7 1h`, `snooze 7 tomorrow`, `unsnooze 7`."""
    words = [word for word in map(typed, tokens) if word and not known(word, FILLERS)]
    if not words:
        return Alerts()
    act = known(words[0], ACTS)
    if act is None:
        near = nearest_of(words[0], ACTS)
        tip = " ".join(["alerts", near, *words[1:]]) if near else "alerts"
        raise NoSense(_("I do not know “{word}”. Try: /sync {words}").format(word=words[0], words=tip), tip)
    if ACTS[act] != "test":
        return _about_episode(ACTS[act], words[1:])
    if len(words) > 1:
        raise NoSense(_("A test is of all alerts alike. Try: /sync alerts test"), "alerts test")
    return Alerts("test")


def _about_episode(act: str, words: list[str]) -> Alerts:
    number = NUMBER.fullmatch(words[0]) if words else None
    if number is None:
        tip = "alerts snooze 7 1h" if act == "snooze" else f"alerts {act} 7"
        raise NoSense(_("Name one alert by its number, as in /sync {words}").format(words=tip), "alerts")
    episode, rest = int(number[1]), words[1:]
    if act != "snooze":
        if rest:
            raise one_at_a_time(f"alerts {act} {episode}")
        return Alerts("ack" if act == "ack" else "unsnooze", episode)
    if rest and all(known(word, TOMORROW) for word in rest):
        return Alerts("snooze", episode)
    span = span_of(" ".join(rest))
    if span is None:
        if any(nearest_of(word, TOMORROW) for word in rest):
            raise unread(" ".join(rest), f"alerts snooze {episode} tomorrow")
        tip = f"alerts snooze {episode} 1h"
        raise NoSense(_("For how long, at most 90 days? Try: /sync {words}, or tomorrow").format(words=tip), tip)
    return Alerts("snooze", episode, span)
