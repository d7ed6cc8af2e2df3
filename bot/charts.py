"""A backlog's rise and fall: Slack's native line chart, and the same in letters. Pure.

Slack's `data_visualization` takes 20 points of 6 series (docs.slack.dev, data visualization block). Five days in
4-hour steps are 30 points, so a chart shows the highest of each 6 hours; the letters show all 30.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bot.blocks import Block, preformatted
from bot.figures import clock
from bot.texts import _
from storage.trend import STEP, STEPS, Peaks, in_longer_steps

CHART_STEPS, LETTER_STEPS = 3, 2  # of two hours each
MOST_SERIES = 6
LONGEST_NAME = 20
LONGEST_BESIDE = 13  # of 45 columns, 30 are bars
UNSEEN = "·"
_LEVELS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: what waited in each two hours, the oldest first; None where nobody looked."""

    name: str
    peaks: Peaks

    @property
    def highest(self) -> int:
        return max((one for one in self.peaks if one is not None), default=0)


@dataclass(frozen=True, slots=True)
class Curve:
    """A rise and fall, drawn in letters and, where there is enough to draw, as Slack's chart."""

    letters: str
    native: Block | None

    @property
    def block(self) -> tuple[Block, Block | None]:
        """What `answers.assembled` takes."""
        return preformatted(self.letters), self.native


def title() -> str:
    return _("Backlog, the last 5 days")


def curve(named: Mapping[str, Peaks], end: datetime, zone: tzinfo) -> Curve:
    """The lines of `named`, as many as a chart takes: those with the highest peaks."""
    lines = [Line(name, peaks) for name, peaks in named.items()]
    tallest = sorted(lines, key=lambda line: -line.highest)[:MOST_SERIES]
    drawn = [line for line in lines if line in tallest]
    notes = [_("{count} more are not drawn.").format(count=len(lines) - len(drawn))] if len(drawn) < len(lines) else []
    return Curve("\n".join([letters(drawn, end, zone), *notes]), chart(drawn, end, zone))


def chart(lines: Sequence[Line], end: datetime, zone: tzinfo) -> Block | None:
    """Slack's chart; none with fewer than two moments to draw. A step at which nobody looked is left out."""
    drawn = [in_longer_steps(line.peaks, CHART_STEPS) for line in lines]
    seen = [at for at, step in enumerate(zip(*drawn, strict=True)) if any(value is not None for value in step)]
    if len(seen) < 2:
        return None
    labels = {at: _label(end - (STEPS - at * CHART_STEPS) * STEP, end, zone) for at in seen}
    series = [
        {"name": line.name[:LONGEST_NAME], "data": [{"label": labels[at], "value": values[at] or 0} for at in seen]}
        for line, values in zip(lines, drawn, strict=True)
    ]
    axis = {
        "categories": list(labels.values()),
        "x_label": _("Highest of each 6 hours"),
        "y_label": _("Changes waiting"),
    }
    drawing = {"type": "line", "series": series, "axis_config": axis}
    return {"type": "data_visualization", "title": title()[:50], "chart": drawing}


def letters(lines: Sequence[Line], end: datetime, zone: tzinfo) -> str:
    """A line each, in 4-hour steps, each drawn against its own highest."""
    steps = {line.name: in_longer_steps(line.peaks, LETTER_STEPS) for line in lines}
    if all(value is None for values in steps.values() for value in values):
        return _("Nobody has looked at the backlog yet.")
    drawn = _beside({name: sparkline(values) for name, values in steps.items()})
    since = _("{time} to now, 4 hours a bar, each line").format(time=_label(end - STEPS * STEP, end, zone))
    unseen = [_("{dot} where nobody looked").format(dot=UNSEEN)] if UNSEEN in "".join(drawn) else []
    return "\n".join([*drawn, since, _("up to its own highest"), *unseen])


def _beside(bars: Mapping[str, str]) -> list[str]:
    """Each name before its bars; above them, where one is too long for both to stand on a phone."""
    width = max(len(name) for name in bars)
    if width > LONGEST_BESIDE:
        return [f"{name}\n{drawn}" for name, drawn in bars.items()]
    return [f"{name:<{width}}  {drawn}" for name, drawn in bars.items()]


def sparkline(values: Sequence[int | None]) -> str:
    """One letter a step: a dot where nobody looked, the lowest bar for nothing."""
    highest = max((value for value in values if value is not None), default=0)
    return "".join(UNSEEN if value is None else _bar(value, highest) for value in values)


def _bar(value: int, highest: int) -> str:
    """Anything at all stands above nothing."""
    if not value:
        return _LEVELS[0]
    return _LEVELS[max(1, round(value / highest * (len(_LEVELS) - 1)))]


def _label(start: datetime, end: datetime, zone: tzinfo) -> str:
    return clock(start, end - timedelta(seconds=1), zone)[:LONGEST_NAME]
