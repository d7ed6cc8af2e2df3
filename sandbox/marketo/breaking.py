"""Records over which Marketo refuses the whole call, or breaks down over it: nothing of that call is done."""

from dataclasses import dataclass
from typing import Any

from sandbox.marketo.envelope import Refusal


@dataclass(frozen=True)
class Breaking:
    """Every call that writes a record whose `field` holds `value` ends in `code` and `message`.

    Without a value, it is every call that writes such a record with the field empty or left out.
    """

    field: str
    value: Any
    code: str
    message: str

    def holds(self, record: dict[str, Any]) -> bool:
        return bool((record.get(self.field) or None) == self.value)


def check_breaking(breaking: list[Breaking], body: Any) -> None:
    records = body.get("input") if isinstance(body, dict) else None
    if not isinstance(records, list):
        return
    for each in breaking:
        if any(each.holds(record) for record in records):
            raise Refusal(each.code, each.message)
