"""What was asked about alerts, as values that can be put back into the words that ask for it. Pure."""

from dataclasses import dataclass, fields
from datetime import time, timedelta
from typing import Literal

from bot.durations import exact

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Digest:
    """Every day `at` that time of the asker's day, or every week on a `weekday` (Monday is 0)."""

    at: time = time(9)
    weekday: int | None = None

    @property
    def words(self) -> str:
        weekly = "" if self.weekday is None else f"weekly {DAYS[self.weekday]} "
        return f"digest {weekly}{self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on a channel wants to hear; None where the default will do. `code` is the one error code meant."""

    backlog: int | None = None
    oldest: timedelta | None = None
    failures: int | None = None
    open: int | None = None
    code: str | None = None

    @property
    def words(self) -> list[str]:
        said = [f"backlog>{self.backlog}"] if self.backlog is not None else []
        said += [f"oldest>{exact(self.oldest)}"] if self.oldest is not None else []
        said += [f"failures>{self.failures}%"] if self.failures is not None else []
        said += [f"open>{self.open}"] if self.open is not None else []
        return said + ([f"code:{quoted(self.code)}"] if self.code else [])

    @property
    def rules(self) -> frozenset[str]:
        """The `what` words that they are thresholds of."""
        said = {each.name for each in fields(self) if getattr(self, each.name) is not None}
        return frozenset("errors" if name in ("open", "code") else name for name in said)


@dataclass(frozen=True, slots=True)
class Subscribe:
    """What a channel is to hear of: `what` about an object, all where neither is named; or a digest.

    `what` names every rule that has a threshold. It takes the place of the subscriptions `instead`.
    """

    object: str | None = None
    what: tuple[str, ...] = ()
    terms: Thresholds = Thresholds()
    mention: str | None = None
    digest: Digest | None = None
    instead: tuple[int, ...] = ()

    @property
    def narrows(self) -> bool:
        """Whether it is about less than everything."""
        return self.digest is None and (self.object is not None or bool(self.what))

    @property
    def words(self) -> str:
        if self.digest:
            parts = [self.digest.words]
        else:
            named = [one for one in self.what if one not in self.terms.rules or one == "errors"]
            parts = [self.object or "", *named, *self.terms.words]
        parts += [f"mention:{self.mention}"] if self.mention else []
        parts += [f"instead:{','.join(map(str, self.instead))}"] if self.instead else []
        return " ".join(part for part in ("subscribe", *parts) if part)


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """What a channel is to hear of no more: subscriptions by their `numbers`, those that fit, or all.

    With nothing named, the question is which there are.
    """

    numbers: tuple[int, ...] = ()
    object: str | None = None
    what: tuple[str, ...] = ()
    code: str | None = None
    digest: bool = False
    everything: bool = False

    @property
    def words(self) -> str:
        parts = [*map(str, self.numbers), self.object or "", *self.what]
        parts += [f"code:{quoted(self.code)}"] if self.code else []
        parts += ["digest" if self.digest else "", "all" if self.everything else ""]
        return " ".join(part for part in ("unsubscribe", *parts) if part)


@dataclass(frozen=True, slots=True)
class Alerts:
    """What a channel hears; a `test` of it; or one of its episodes acknowledged, silenced for a while, or no longer.

    `span` is how long it is to be silent: until tomorrow morning where a snooze names none.
    """

    act: Literal["test", "ack", "snooze", "unsnooze"] | None = None
    episode: int | None = None
    span: timedelta | None = None

    @property
    def words(self) -> str:
        if self.act == "snooze":
            return f"alerts snooze {self.episode} {exact(self.span) if self.span else 'tomorrow'}"
        return " ".join(str(part) for part in ("alerts", self.act, self.episode) if part is not None)


@dataclass(frozen=True, slots=True)
class Quiet:
    """When a channel wants to hear nothing about an object, or about anything: for a `span` from now, or every week.

    `end` is the number of a quiet time that is to end. With nothing named, the question is which there are.
    """

    object: str | None = None
    span: timedelta | None = None
    weekday: int | None = None
    begins: time = time(0)
    ends: time = time(0)
    end: int | None = None

    @property
    def words(self) -> str:
        if self.end is not None:
            return f"quiet end {self.end}"
        parts = ["quiet", self.object or "", exact(self.span) if self.span else ""]
        ends = f"{self.ends:%H:%M}" if self.ends != time(0) else "24:00"
        parts += [] if self.weekday is None else [DAYS[self.weekday], f"{self.begins:%H:%M}-{ends}"]
        return " ".join(part for part in parts if part)


def quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
