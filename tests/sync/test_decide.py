"""The rules that decide, on values alone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from storage.changes import EQUAL, Change, Direction, Link, Operation
from sync.decide import (
    CLOSED,
    DELETED_FIRST,
    GONE,
    LOST,
    Delete,
    Insert,
    Skip,
    Update,
    agreed_by_insert,
    decide,
    edited,
    first_agreement,
)
from sync.values import fingerprint, fingerprints, from_dynamics, from_marketo
from tests.objects import ACCOUNTS, CONTACTS, LEADS

NOW = datetime(2026, 11, 23, tzinfo=UTC)
BEFORE = {"city": "Pune", "title": "Clerk", "doNotCall": False, "unsubscribed": False}


def change(
    direction: Direction,
    values: dict[str, Any],
    operation: Operation = "update",
    extra: dict[str, Any] | None = None,
    unsure: bool = False,
) -> Change:
    return Change(1, "leads", direction, "id", operation, "in_flight", values, extra, "", NOW, 0, unsure)


def linked(**more: Any) -> Link:
    agreed = fingerprints(LEADS.fields, BEFORE)
    return Link(**{"object": "leads", "dynamics_id": "guid", "marketo_id": "50", "agreed": agreed, **more})


def test_a_record_the_other_side_lacks_is_inserted_with_all_that_has_a_value() -> None:
    decision = decide(LEADS, change("to-marketo", {"city": "Pune", "title": None}, "insert"), None, None)
    assert decision == Insert({"city": "Pune"})


def test_an_insert_never_opts_anybody_in() -> None:
    decision = decide(LEADS, change("to-marketo", {"doNotCall": False, "unsubscribed": True}, "insert"), None, None)
    assert decision == Insert({"unsubscribed": True})


def test_only_what_changed_is_copied() -> None:
    values = {**BEFORE, "city": "Mumbai"}
    assert decide(LEADS, change("to-marketo", values), linked(), None) == Update({"city": "Mumbai"})


def test_a_change_that_was_taken_back_needs_no_write() -> None:
    assert decide(LEADS, change("to-marketo", BEFORE), linked(), None) == Skip(EQUAL)


def test_of_two_edits_of_a_lead_marketos_stands() -> None:
    theirs = {**BEFORE, "city": "Delhi"}
    to_marketo = decide(LEADS, change("to-marketo", {**BEFORE, "city": "Mumbai"}), linked(), theirs)
    to_dynamics = decide(LEADS, change("to-dynamics", theirs), linked(), {**BEFORE, "city": "Mumbai"})
    assert (to_marketo, to_dynamics) == (Skip(LOST), Update({"city": "Delhi"}))


def test_of_two_edits_of_a_contact_dynamics_stands() -> None:
    theirs = {**BEFORE, "city": "Delhi"}
    to_marketo = decide(CONTACTS, change("to-marketo", {**BEFORE, "city": "Mumbai"}), linked(), theirs)
    to_dynamics = decide(CONTACTS, change("to-dynamics", theirs), linked(), {**BEFORE, "city": "Mumbai"})
    assert (to_marketo, to_dynamics) == (Update({"city": "Mumbai"}), Skip(LOST))


def test_edits_of_different_fields_both_travel() -> None:
    to_marketo = decide(LEADS, change("to-marketo", {**BEFORE, "title": "Head"}), linked(), {**BEFORE, "city": "Delhi"})
    assert to_marketo == Update({"title": "Head"})


def test_the_same_edit_on_both_sides_agrees_without_a_write() -> None:
    both = {**BEFORE, "city": "Delhi"}
    assert decide(LEADS, change("to-marketo", both), linked(), both) == Skip(EQUAL, {"city": "Delhi"})


def test_an_opt_out_is_copied_in_either_direction() -> None:
    for direction in ("to-marketo", "to-dynamics"):
        values = {**BEFORE, "unsubscribed": True}
        assert decide(LEADS, change(direction, values), linked(), None) == Update({"unsubscribed": True})


def test_a_later_explicit_opt_in_is_copied() -> None:
    link = linked(agreed=fingerprints(LEADS.fields, {**BEFORE, "unsubscribed": True}))
    assert decide(LEADS, change("to-marketo", BEFORE), link, None) == Update({"unsubscribed": False})


def test_after_an_unknown_outcome_everything_is_written_again_but_an_opt_in() -> None:
    decision = decide(LEADS, change("to-marketo", BEFORE, unsure=True), linked(), None)
    assert decision == Update({"city": "Pune", "title": "Clerk"})


def test_a_record_deleted_before_it_was_synced_leaves_no_trace() -> None:
    assert decide(LEADS, change("to-marketo", {}, "delete"), None, None) == Skip(DELETED_FIRST)


def test_a_delete_of_a_synced_record_is_told() -> None:
    assert decide(LEADS, change("to-marketo", {}, "delete"), linked(), None) == Delete()


def test_an_edit_of_a_person_deleted_in_dynamics_stays_in_marketo() -> None:
    link = linked(dynamics_deleted=True)
    assert decide(LEADS, change("to-dynamics", {"city": "Delhi"}), link, None) == Skip(GONE)


def test_a_person_deleted_in_dynamics_and_flagged_again_is_created_anew() -> None:
    decision = decide(LEADS, change("to-dynamics", {"city": "Delhi"}, "insert"), linked(dynamics_deleted=True), None)
    assert decision == Insert({"city": "Delhi"})


def test_a_closed_lead_is_not_written_to() -> None:
    assert decide(LEADS, change("to-dynamics", {"city": "Delhi"}), linked(closed=True), None) == Skip(CLOSED)


def test_state_and_status_travel_from_dynamics_only() -> None:
    assert decide(LEADS, change("to-dynamics", {**BEFORE, "leadStatus": "Won"}), linked(), None) == Skip(EQUAL)


def test_scores_travel_to_dynamics_only() -> None:
    assert decide(LEADS, change("to-dynamics", {**BEFORE, "leadScore": 7}), linked(), None) == Update({"leadScore": 7})
    assert decide(LEADS, change("to-marketo", {**BEFORE, "leadScore": 7}), linked(), None) == Skip(EQUAL)


def test_an_owner_is_written_to_dynamics_on_creation_only() -> None:
    owner = {"externalSalesPersonId": "7"}
    assert decide(LEADS, change("to-dynamics", owner, "insert"), None, None) == Insert(owner)
    assert decide(LEADS, change("to-dynamics", {**BEFORE, **owner}), linked(), None) == Skip(EQUAL)


def test_what_has_to_be_put_back_is_written_though_nothing_else_changed() -> None:
    decision = decide(LEADS, change("to-marketo", {}, extra={"city": "Delhi"}), linked(), None)
    assert decision == Update({})


@pytest.mark.parametrize("sent", [{}, {"city": (fingerprint(LEADS.field("city"), "Pune"), "")}])
def test_an_echo_never_undoes_a_newer_edit(sent: dict[str, tuple[str, str]]) -> None:
    """The value agreed on is an echo; one that is neither agreed nor sent is an edit, whatever its time stamp says."""
    assert not edited(LEADS, "to-dynamics", BEFORE, linked(sent=sent))
    assert edited(LEADS, "to-dynamics", {**BEFORE, "city": "Delhi"}, linked(sent=sent))


def test_a_value_that_was_sent_is_an_echo_even_before_its_outcome_is_known() -> None:
    city = LEADS.field("city")
    sent = {"city": (fingerprint(city, "Pune"), fingerprint(city, "Delhi"))}
    assert not edited(LEADS, "to-dynamics", {**BEFORE, "city": "Delhi"}, linked(sent=sent))


def test_what_was_inserted_is_agreed_on_and_echoes_as_such() -> None:
    values = from_dynamics(LEADS, {"firstname": "Ann", "donotphone": False})
    link = linked(agreed=agreed_by_insert(LEADS, "to-marketo", values))
    assert not edited(LEADS, "to-marketo", values, link)
    assert not edited(LEADS, "to-dynamics", from_marketo(LEADS, {"firstName": "Ann"}), link)


def three_way(dynamics: dict[str, Any], marketo: dict[str, Any], one: Any = LEADS) -> tuple[Any, Any]:
    """What is written to each side after two filled records were matched."""
    ours, theirs = from_dynamics(one, dynamics), from_marketo(one, marketo)
    link = linked(agreed=first_agreement(one, ours, theirs))
    return (
        decide(one, change("to-marketo", ours), link, None),
        decide(one, change("to-dynamics", theirs), link, None),
    )


def test_matched_records_that_are_equal_need_no_write() -> None:
    assert three_way({"firstname": "Ann"}, {"firstName": "Ann"}) == (Skip(EQUAL), Skip(EQUAL))


def test_on_a_match_an_empty_side_is_filled() -> None:
    to_marketo, to_dynamics = three_way({"firstname": "Ann"}, {"lastName": "Lee"})
    assert (to_marketo, to_dynamics) == (Update({"firstName": "Ann"}), Update({"lastName": "Lee"}))


def test_on_a_match_the_rule_decides_between_two_values() -> None:
    assert three_way({"firstname": "Ann"}, {"firstName": "Anna"}) == (Skip(EQUAL), Update({"firstName": "Anna"}))
    contact = three_way({"firstname": "Ann"}, {"firstName": "Anna"}, CONTACTS)
    assert contact == (Update({"firstName": "Ann"}), Skip(EQUAL))


def test_on_a_match_an_opt_out_wins_whichever_side_it_is_on() -> None:
    assert three_way({"donotphone": True}, {"doNotCall": False}) == (Update({"doNotCall": True}), Skip(EQUAL))
    assert three_way({"donotphone": False}, {"doNotCall": True}, CONTACTS) == (Skip(EQUAL), Update({"doNotCall": True}))


def test_one_way_objects_are_always_dynamics() -> None:
    decision = decide(ACCOUNTS, change("to-marketo", {"company": "Acme"}), linked(agreed={}), {"company": "Other"})
    assert decision == Update({"company": "Acme"})


def test_what_is_merely_repeated_overwrites_no_edit_of_the_other_side_waiting_or_refused() -> None:
    unsure = change("to-dynamics", BEFORE, unsure=True)
    theirs = {**BEFORE, "title": "Chief"}
    assert decide(LEADS, unsure, linked(), theirs) == Update({"city": "Pune"})
    assert decide(LEADS, unsure, linked(), None, refused=theirs) == Update({"city": "Pune"})


def test_what_is_repeated_replaces_what_we_may_have_written_ourselves() -> None:
    sent = {"title": (fingerprint(LEADS.field("title"), "Clerk"), fingerprint(LEADS.field("title"), "Chief"))}
    unsure = change("to-dynamics", BEFORE, unsure=True)
    decision = decide(LEADS, unsure, linked(sent=sent), None, refused={**BEFORE, "title": "Chief"})
    assert decision == Update({"city": "Pune", "title": "Clerk"})
