"""What of a refused write goes by itself, on values alone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from storage.changes import Change, Link
from sync.claims import Item
from sync.decide import Delete, Insert, Update, Write
from sync.opt_outs import alone
from tests.objects import CONTACTS, LEADS

OPT_OUTS = [each.name for each in LEADS.fields if each.opt_out]


def item(decision: Write, extra: dict[str, Any] | None = None) -> Item:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    change = Change(1, "leads", "to-marketo", "guid", "update", "in_flight", {}, extra, "", now, 0, False)
    return Item(change, Link("leads", "guid", "50"), decision)


@pytest.mark.parametrize("name", OPT_OUTS)
@pytest.mark.parametrize("one", [LEADS, CONTACTS])
def test_an_opt_out_goes_without_what_was_refused_beside_it(one: Any, name: str) -> None:
    found = alone(one, item(Update({"email": "a@bücher.example", name: True}), extra={"city": "Pune"}))
    assert found is not None and found.decision == Update({name: True}) and found.change.extra is None


def test_all_opt_outs_of_a_record_go_together() -> None:
    found = alone(LEADS, item(Update({"email": "bad", **dict.fromkeys(OPT_OUTS, True)})))
    assert found is not None and found.decision == Update(dict.fromkeys(OPT_OUTS, True))


@pytest.mark.parametrize("name", OPT_OUTS)
def test_an_opt_in_never_goes_by_itself(name: str) -> None:
    assert alone(LEADS, item(Update({"email": "bad", name: False}))) is None


def test_opt_outs_that_were_refused_by_themselves_are_not_tried_once_more() -> None:
    assert alone(LEADS, item(Update({"unsubscribed": True}))) is None


@pytest.mark.parametrize("decision", [Insert({"email": "bad", "unsubscribed": True}), Delete()])
def test_of_a_record_that_the_other_side_lacks_nothing_goes(decision: Write) -> None:
    assert alone(LEADS, item(decision)) is None
