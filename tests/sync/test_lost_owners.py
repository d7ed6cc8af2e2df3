"""Whose sales person Marketo lost, as its refusals tell."""

from datetime import UTC, datetime
from typing import Any

from storage.changes import Change, Postponed
from sync.catalogue import default_objects
from sync.lost_owners import lost_owners
from sync.owners import owner_fields

AT = datetime(2026, 11, 23, tzinfo=UTC)
(LEADS,) = [one for one in default_objects() if one.name == "leads"]
(OWNER,) = owner_fields(LEADS)


def refused(code: str, owner: Any) -> Postponed:
    values = {OWNER.name: owner}
    change = Change(1, "leads", "to-marketo", "r", "insert", "waiting", values, None, "", AT, 0, False)
    return Postponed(change, "retrying", code, "words", AT)


def test_the_owners_of_records_refused_for_want_of_a_sales_person_are_lost_each_once() -> None:
    results = [refused("718", "ann"), refused("718", "bob"), refused("718", "ann"), refused("718", None)]
    assert lost_owners(LEADS, results) == ["ann", "bob"]


def test_any_other_refusal_says_nothing_of_the_owner() -> None:
    assert lost_owners(LEADS, [refused("606", "ann"), refused("parent", "bob")]) == []
