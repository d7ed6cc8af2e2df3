"""The envelope round every Marketo reply, and the refusals that travel in it (as HTTP 200, with string codes)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.marketo.stamps import stamp

Json = dict[str, Any]


class Refusal(Exception):
    """Marketo says no. Raised for a whole call it becomes `errors`, raised for one record that record's `reasons`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def as_json(self) -> Json:
        return {"code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class Plain:
    """An answer that is a file and travels without an envelope."""

    text: str


@dataclass(slots=True)
class Call:
    """One call as its handler sees it, whichever way its parameters travelled (query, form body or JSON body)."""

    parameters: Mapping[str, str]
    body: Any
    path: tuple[str, ...]
    now: datetime
    first_unseen: int
    """The first person id that was not yet given when the call came in: overlapping upserts do not see each other."""

    def required(self, name: str) -> str:
        """The parameter called `name`; 1002 when it is missing or empty."""
        value = self.parameters.get(name)
        if not value:
            raise Refusal("1002", f"Missing value for the required parameter '{name}'")
        return value

    def listed(self, name: str) -> list[str]:
        """A comma-separated parameter as its parts."""
        return [part.strip() for part in self.parameters.get(name, "").split(",") if part.strip()]

    def batch_size(self) -> int:
        """How many records are wanted on a page: 300 at most and by default."""
        text = self.parameters.get("batchSize") or "300"
        if not text.isdigit():
            raise Refusal("1001", f"Invalid value '{text}'. Required of type 'Integer'")
        return max(1, min(int(text), 300))

    def json(self) -> Json:
        """The JSON object in the body; 609 when there is none."""
        if not isinstance(self.body, dict):
            raise Refusal("609", "Invalid JSON")
        return self.body

    def records(self) -> list[Json]:
        """The body's `input`: 1 to 300 objects. Marketo does not document its code for more; this is 1003."""
        given = self.json().get("input")
        if not isinstance(given, list) or not given:
            raise Refusal("1002", "Missing value for the required parameter 'input'")
        if len(given) > 300:
            raise Refusal("1003", "Input exceeds the maximum of 300 records")
        if not all(isinstance(record, dict) for record in given):
            raise Refusal("609", "Invalid JSON")
        return given

    @property
    def stamp(self) -> str:
        return stamp(self.now)


def failed(refusal: Refusal) -> Json:
    return {"success": False, "errors": [refusal.as_json()]}


def succeeded(result: list[Any], **members: Any) -> Json:
    return {"success": True, "result": result, **members}


def skipped(refusal: Refusal) -> Json:
    return {"status": "skipped", "reasons": [refusal.as_json()]}
