"""What a channel is told of a turn: counts, object and ages; nothing about people. Pure."""

from datetime import timedelta

from bot import blocks, durations
from bot.answers import Answer
from bot.blocks import Button
from bot.figures import count, named
from bot.request import Status
from bot.safe import for_mrkdwn
from storage.turn import Turn


def late(turn: Turn) -> Answer:
    return _said(turn, of_late(turn))


def of_late(turn: Turn) -> str:
    return f"BEHIND  {_object(turn)}: {_figures(turn)}."


def recovered(turn: Turn, after: timedelta) -> Answer:
    """Takes the place of what `late` said."""
    return _said(turn, f"RECOVERED  {_object(turn)} was behind for {durations.spell(after)}; now {_figures(turn)}.")


def _object(turn: Turn) -> str:
    return named(str(turn.detail["object"]))


def _figures(turn: Turn) -> str:
    waiting = f"{count(int(turn.detail['backlog']))} waiting"
    seconds = turn.detail["oldest_seconds"]
    return waiting if seconds is None else f"{waiting}, the oldest for {durations.spell(timedelta(seconds=seconds))}"


def _said(turn: Turn, sentence: str) -> Answer:
    show = Button("Show", Status(str(turn.detail["object"])).words, "Show me this object's status")
    return Answer(for_mrkdwn(sentence), [blocks.plain(sentence), blocks.actions([show])])
