"""Where two records have to agree, and whose value stands where they do not: on values alone."""

from dataclasses import replace
from typing import Any

import pytest

from storage.changes import Link
from sync.decide import CLOSED
from sync.differing import BLOCKED, TWIN, Pair, differing, mend, value_differences
from sync.objects import Object
from sync.values import fingerprints, from_dynamics, from_marketo
from sync.verdicts import KEPT, PARTED, Met, judge_gone, judge_row, left_out
from tests.objects import ACCOUNTS, BY_NAME, CONTACTS, LEADS

ID = "6f1d0e5a-0000-4000-8000-000000000001"
USERS = BY_NAME["users"]


def pair(ours: dict[str, Any], theirs: dict[str, Any], agreed: dict[str, Any] | None = None, **more: Any) -> Pair:
    """Of a lead; what is not said is nothing on both sides, and what was agreed where nothing is said."""
    none = from_dynamics(LEADS, {})
    known = fingerprints(LEADS.fields, none if agreed is None else {**none, **agreed})
    return Pair({**none, **ours}, {**none, **theirs}, Link("leads", ID, "12", agreed=known), **more)


def names(one: Object, compared: Pair) -> list[str]:
    return [each.name for each in differing(one, compared)[0]]


def mended(compared: Pair) -> dict[str, dict[str, Any]]:
    return {way: values for way, values in mend(LEADS.fields, compared).notes.items() if values}


def test_spelling_is_no_difference() -> None:
    row = {"emailaddress1": "Ada@X.example", "jobtitle": " Clerk ", "donotphone": False}
    person = {"email": "ada@x.example", "title": "Clerk"}
    compared = Pair(from_dynamics(LEADS, row), from_marketo(LEADS, person), Link("leads", ID, "12"))
    assert names(LEADS, compared) == []


def test_each_field_that_differs_is_named_with_both_values() -> None:
    compared = pair({"title": "Clerk", "doNotCall": True}, {"city": "Pune"})
    shown = {
        each.field: (each.dynamics_value, each.marketo_value) for each in value_differences(LEADS, compared, "")[0]
    }
    assert shown == {"title": ("Clerk", None), "city": (None, "Pune"), "doNotCall": ("true", "false")}


def test_a_score_of_nought_is_no_score() -> None:
    assert names(LEADS, pair({}, {"leadScore": 0})) == []
    assert names(LEADS, pair({}, {"leadScore": 5})) == ["leadScore"]


def test_what_is_given_on_creation_only_may_differ() -> None:
    assert names(LEADS, pair({"company": "Acme"}, {"company": "Umbrella"})) == []


def test_a_closed_row_may_lag_behind_marketo_but_not_the_other_way_round() -> None:
    there = pair({"city": "Pune"}, {"city": "London"}, {"city": "Pune"}, closed=True)
    assert differing(LEADS, there) == ([], CLOSED)
    here = pair({"city": "London"}, {"city": "Pune"}, {"city": "Pune"}, closed=True)
    assert names(LEADS, here) == ["city"]
    assert names(LEADS, pair({"leadStatus": "Lost"}, {"leadStatus": "Open"}, closed=True)) == ["leadStatus"]


def test_what_marketo_blocks_is_left_out() -> None:
    there = pair({"city": "London"}, {"city": "Pune"}, {"city": "London"}, blocked={"city"})
    assert differing(LEADS, there) == ([], BLOCKED)


def test_of_a_closed_row_neither_scores_nor_opt_outs_of_marketo_are_missed() -> None:
    there = pair({"unsubscribed": False}, {"unsubscribed": True, "leadScore": 5}, {"unsubscribed": True}, closed=True)
    assert differing(LEADS, there) == ([], CLOSED)


def test_the_side_that_changed_since_both_agreed_stands() -> None:
    here = pair({"city": "London"}, {"city": "Pune"}, {"city": "Pune"})
    assert mended(here) == {"to-marketo": {"city": "London"}}
    there = pair({"city": "Pune"}, {"city": "London"}, {"city": "Pune"})
    assert mended(there) == {"to-dynamics": {"city": "London"}}


def test_a_side_that_was_emptied_stands_too() -> None:
    assert mended(pair({"city": None}, {"city": "Pune"}, {"city": "Pune"})) == {"to-marketo": {"city": None}}


def test_where_both_changed_the_rule_decides() -> None:
    both = pair({"city": "London"}, {"city": "Paris"}, {"city": "Pune"})
    assert mended(both) == {"to-dynamics": {"city": "Paris"}}
    assert mend(CONTACTS.fields, both).notes["to-marketo"] == {"city": "London"}


def test_with_nothing_agreed_an_empty_side_is_filled() -> None:
    link = Link("leads", ID, "12")
    assert mended(replace(pair({"city": None}, {"city": "Pune"}), link=link)) == {"to-dynamics": {"city": "Pune"}}
    assert mended(replace(pair({"city": "Pune"}, {"city": None}), link=link)) == {"to-marketo": {"city": "Pune"}}


@pytest.mark.parametrize("agreed", [True, False])
def test_an_opt_out_stands_on_whichever_side_it_is(agreed: bool) -> None:
    here = pair({"unsubscribed": True}, {"unsubscribed": False}, {"unsubscribed": agreed})
    assert mended(here) == {"to-marketo": {"unsubscribed": True}}
    there = pair({"unsubscribed": False}, {"unsubscribed": True}, {"unsubscribed": agreed})
    assert mended(there) == {"to-dynamics": {"unsubscribed": True}}


def test_what_travels_one_way_has_its_source_even_where_that_is_empty() -> None:
    assert mended(pair({"rating": None}, {"rating": "Hot"}, {"rating": "Hot"})) == {"to-marketo": {"rating": None}}
    assert mended(pair({"leadScore": 7}, {"leadScore": 5})) == {"to-dynamics": {"leadScore": 5}}


def test_a_closed_row_is_not_mended() -> None:
    assert mended(pair({"city": "Pune"}, {"city": "London"}, {"city": "Pune"}, closed=True)) == {}


def test_mending_takes_for_agreed_what_has_to_give_way() -> None:
    mending = mend([LEADS.field("city")], pair({"city": "London"}, {"city": "Paris"}, {"city": "Pune"}))
    assert mending.agreed == fingerprints(LEADS.fields, {"city": "London"})


# one record


def met(link: Link | None, *there: dict[str, Any], **more: Any) -> Met:
    return Met({"leadid": ID, "lastname": "Lovelace"}, link, there, **more)


LINKED = Link("leads", ID, "12")
THERE = {"id": 12, "dynamicsLeadId": ID, "lastName": "Lovelace"}


def kind(one: Object, found: Met) -> tuple[str, str]:
    (difference,) = judge_row(one, found).differences
    return difference.kind, difference.field


def test_a_linked_record_that_agrees_is_equal() -> None:
    assert judge_row(LEADS, met(LINKED, THERE)).outcome == "equal"


def test_a_record_that_is_not_where_its_link_says_is_missing() -> None:
    assert kind(LEADS, met(LINKED)) == kind(LEADS, met(None)) == ("missing in marketo", "")
    assert kind(LEADS, met(None, THERE)) == ("not linked", "")


def test_a_person_who_holds_another_id_is_linked_wrongly() -> None:
    assert kind(LEADS, met(LINKED, {**THERE, "dynamicsLeadId": "other"})) == ("linked wrongly", "dynamicsLeadId")


def test_a_person_who_was_deleted_in_marketo_is_missed_by_nobody() -> None:
    assert judge_row(LEADS, met(replace(LINKED, marketo_id=None))) == left_out(PARTED)


def test_who_became_a_contact_is_compared_as_that() -> None:
    assert judge_row(LEADS, met(LINKED, {**THERE, "lastName": "King"}, twin=True)) == left_out(TWIN)
    contact = {"id": 12, "dynamicsContactId": ID, "leadStatus": "Qualified", "lastName": "King"}
    row = {"contactid": ID, "lastname": "Lovelace"}
    found = judge_row(CONTACTS, Met(row, Link("contacts", ID, "12"), [contact], twin=True))
    assert [each.field for each in found.differences] == ["lastName"]


def test_a_flag_that_says_deleted_of_a_row_that_is_there_differs() -> None:
    assert kind(LEADS, met(LINKED, {**THERE, "dynamicsDeleted": True})) == ("value", "dynamicsDeleted")


def test_what_dynamics_never_gave_to_a_row_we_made_is_not_missed() -> None:
    person = {**THERE, "leadSource": "Webinar"}
    assert judge_row(LEADS, met(LINKED, person, made_by_us=True)).outcome == "equal"
    assert kind(LEADS, met(LINKED, person)) == ("value", "leadSource")
    taken = met(LINKED, {**person, "lastName": "King"}, made_by_us=True)
    assert kind(LEADS, taken) == ("value", "lastName")


def test_a_row_that_is_gone_must_be_flagged_or_gone_in_marketo_too() -> None:
    assert judge_gone(LEADS, LINKED, [{**THERE, "dynamicsDeleted": True}], twin=False).outcome == "equal"
    (found,) = judge_gone(LEADS, LINKED, [THERE], twin=False).differences
    assert found.kind == "missing in dynamics"
    assert judge_gone(ACCOUNTS, Link("accounts", ID, "1"), [], twin=False).outcome == "left out"
    assert judge_gone(USERS, Link("users", ID, "1"), [{}], twin=False) == left_out(KEPT)
