"""A place in a payload, by JSON pointer, and the complaints about it, in Slack's words: pure."""

from collections.abc import Collection, Iterator
from typing import Any

PLAIN, ANY_TEXT = ("plain_text",), ("plain_text", "mrkdwn")


class Place:
    """`value` as found at `pointer`; all places of one payload share the list `found`."""

    def __init__(self, value: Any, pointer: str, found: list[str]) -> None:
        self.value, self.pointer, self.found = value, pointer, found

    def complain(self, message: str) -> None:
        self.found.append(f"{message} [json-pointer:{self.pointer}]")

    def has(self, name: str) -> bool:
        return isinstance(self.value, dict) and self.value.get(name) is not None

    def at(self, name: str | int) -> "Place":
        return Place(self.value[name], f"{self.pointer}/{name}", self.found)

    @property
    def kind(self) -> str:
        """The `type` of the object here; empty when it has none."""
        kind = self.value.get("type") if isinstance(self.value, dict) else None
        return kind if isinstance(kind, str) else ""

    def is_object(self) -> bool:
        """Complains unless an object is here."""
        if not isinstance(self.value, dict):
            self.complain("must provide an object")
        return isinstance(self.value, dict)

    def only(self, *names: str) -> None:
        """Complains of fields Slack does not know."""
        for name in self.value:
            if name not in (*names, "type"):
                self.complain(f"invalid additional property: {name}")

    def needs(self, name: str) -> bool:
        if not self.has(name):
            self.complain(f"missing required field: {name}")
        return self.has(name)

    def one_of(self, name: str, allowed: Collection[Any]) -> None:
        if self.has(name) and self.value[name] not in allowed:
            self.at(name).complain(f"must be a valid enum value: {', '.join(map(str, allowed))}")

    def string(self, name: str, most: int, least: int = 1, required: bool = False) -> None:
        """Complains unless `name` is a string of `least` to `most` characters (or is absent and not required)."""
        if self.needs(name) if required else self.has(name):
            self.at(name).is_string(most, least)

    def is_string(self, most: int, least: int = 1) -> None:
        if not isinstance(self.value, str):
            self.complain("must be a string")
        elif len(self.value) > most:
            self.complain(f"must be less than {most + 1} characters")
        elif len(self.value) < least:
            self.complain(f"must be more than {least - 1} characters")

    def number(self, name: str, least: int, most: int) -> None:
        value = self.value.get(name)
        if value is None:
            return
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.at(name).complain(f"must be an integer from {least} to {most}")

    def text(self, name: str, most: int, kinds: tuple[str, ...] = PLAIN, required: bool = False) -> None:
        """Complains unless `name` is a text object of one of `kinds` with 1 to `most` characters."""
        if self.needs(name) if required else self.has(name):
            self.at(name).is_text(most, kinds)

    def is_text(self, most: int, kinds: tuple[str, ...] = PLAIN) -> None:
        if not self.is_object():
            return
        if self.kind not in kinds:
            self.complain(f"must be a valid enum value: {', '.join(kinds)}")
            return
        self.only("text", *(("emoji",) if self.kind == "plain_text" else ("verbatim",)))
        self.string("text", most, required=True)

    def each(self, name: str, most: int, least: int = 1, required: bool = True) -> Iterator["Place"]:
        """The places in the list `name`; complains when it is missing, no list, too long or too short."""
        if not (self.needs(name) if required else self.has(name)):
            return
        listed = self.at(name)
        if not isinstance(listed.value, list):
            listed.complain("must provide an array")
            return
        if len(listed.value) > most:
            listed.complain(f"no more than {most} items allowed")
        if len(listed.value) < least:
            listed.complain(f"no less than {least} items allowed")
        for index in range(len(listed.value)):
            yield listed.at(index)
