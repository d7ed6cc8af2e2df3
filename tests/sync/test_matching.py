"""Who is who, on values alone: what an address that others have comes to, by the object's `same_email`."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from storage.changes import Candidate, Change, Link
from sync.addresses import Holder, in_the_way
from sync.blocked import held_back
from sync.errors import Never
from sync.matching import CHOSEN, NONE_OF_THESE, SHARES_PERSON, SHARES_RECORD, Shared
from sync.matching_dynamics import Possible, Search
from sync.matching_dynamics import meet as meet_in_dynamics
from sync.matching_marketo import Meeting, meet
from sync.objects import Object, SameEmail
from sync.values import fingerprint
from tests.objects import CONTACTS, LEADS

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ADA, BEA = {"id": 1}, {"id": 2}


def held(person: str, row: str, deleted: bool = False) -> dict[str, Link]:
    return {person: Link("leads", row, person, dynamics_deleted=deleted)}


def met(
    rule: SameEmail,
    *people: dict[str, Any],
    rows: tuple[str, ...] = (),
    links: dict[str, Link] | None = None,
    leaving: tuple[str, ...] = (),
    gone: tuple[str, ...] = (),
    first: str | None = None,
) -> Any:
    found = Meeting(people, rows, links or {}, frozenset(leaving), frozenset(gone))
    return meet(replace(LEADS, same_email=rule), "mine", found, first)


RULES: list[SameEmail] = ["park", "separate", "share"]


@pytest.mark.parametrize("rule", RULES)
def test_an_address_that_nobody_has_makes_a_new_person(rule: SameEmail) -> None:
    assert met(rule, rows=("mine",)) is None


@pytest.mark.parametrize("rule", RULES)
def test_an_address_that_is_unique_on_both_sides_is_a_match(rule: SameEmail) -> None:
    assert met(rule, ADA, rows=("mine",)) == ADA


@pytest.mark.parametrize("rule", RULES)
def test_the_person_of_a_deleted_row_is_free(rule: SameEmail) -> None:
    assert met(rule, ADA, rows=("mine",), links=held("1", "old", deleted=True)) == ADA


def test_a_person_that_names_a_row_which_is_known_deleted_is_free() -> None:
    """As after a crash between giving the person up and linking it anew."""
    assert met("park", named := {"id": 1, "dynamicsLeadId": "old"}, gone=("old",)) == named


@pytest.mark.parametrize("rule", RULES)
def test_the_person_of_a_row_whose_deletion_waits_is_waited_for(rule: SameEmail) -> None:
    assert met(rule, ADA, links=held("1", "old"), leaving=("old",)) == "old"


def test_several_people_park_and_are_named() -> None:
    found = met("park", ADA, BEA)
    assert isinstance(found, Never) and found.candidates == (Candidate("leads", "1"), Candidate("leads", "2"))


def test_several_rows_with_one_person_park_and_the_person_is_named() -> None:
    found = met("park", ADA, rows=("mine", "other"))
    assert isinstance(found, Never) and found.candidates == (Candidate("leads", "1"),)


def test_a_person_that_is_another_row_parks() -> None:
    found = met("park", ADA, links=held("1", "other"))
    assert isinstance(found, Never) and found.candidates == (Candidate("leads", "1"),)


def test_a_person_that_says_it_is_another_row_parks() -> None:
    assert isinstance(met("park", {"id": 1, "dynamicsLeadId": "other"}), Never)


@pytest.mark.parametrize("rule", ["park", "share"])
def test_the_second_row_of_a_round_waits_for_the_first(rule: SameEmail) -> None:
    assert met(rule, first="first") == "first"


def test_separate_rows_never_wait_and_never_take_a_person_others_may_be() -> None:
    assert met("separate", first="first") is None
    assert met("separate", ADA, BEA) is None
    assert met("separate", ADA, rows=("mine", "other")) is None
    assert met("separate", ADA, links=held("1", "other")) is None


def test_a_row_that_shares_a_person_stands_back_for_its_holder() -> None:
    assert met("share", ADA, links=held("1", "other")) == Shared(SHARES_PERSON, "1")
    assert met("share", ADA, rows=("mine", "other")) == ADA
    assert isinstance(met("share", ADA, BEA), Never)


# the other way round


def flagged(**values: Any) -> Change:
    return Change(1, "leads", "to-dynamics", "1", "insert", "in_flight", values, None, "", NOW, 0, False)


def row(one: Object, row_id: str, holder: str | None = None, mail: str = "a@x", **columns: Any) -> Possible:
    return Possible(one, {one.dynamics_key: row_id, "emailaddress1": mail, "statecode": 0, **columns}, holder)


def found_in_dynamics(rule: SameEmail, *rows: Possible, doubled: bool = False, **values: Any) -> Any:
    search = Search({"1": set()}, rows, frozenset({"a@x"} if doubled else ()))
    return meet_in_dynamics(replace(LEADS, same_email=rule), flagged(**values), "a@x", search)


LEAD, CONTACT, TAKEN = row(LEADS, "L"), row(CONTACTS, "C"), row(LEADS, "T", holder="9")


@pytest.mark.parametrize("rule", RULES)
def test_a_person_is_the_one_free_row_with_its_address(rule: SameEmail) -> None:
    assert found_in_dynamics(rule, CONTACT) == CONTACT
    assert found_in_dynamics(rule, LEAD, CONTACT) == LEAD


@pytest.mark.parametrize("rule", RULES)
def test_an_open_row_goes_before_a_closed_one(rule: SameEmail) -> None:
    assert found_in_dynamics(rule, row(LEADS, "L", statecode=1), CONTACT) == CONTACT


def test_several_rows_park_and_are_named() -> None:
    found = found_in_dynamics("park", LEAD, row(LEADS, "M"))
    assert isinstance(found, Never) and found.candidates == (Candidate("leads", "L"), Candidate("leads", "M"))


def test_a_row_that_is_somebody_else_parks_shares_or_is_left_alone() -> None:
    assert isinstance(found_in_dynamics("park", TAKEN), Never)
    assert found_in_dynamics("share", TAKEN) == Shared(SHARES_RECORD, "T")
    assert found_in_dynamics("separate", TAKEN) is None


def test_an_address_of_several_people_parks_or_makes_a_row_each() -> None:
    assert isinstance(found_in_dynamics("park", LEAD, doubled=True), Never)
    assert found_in_dynamics("separate", LEAD, doubled=True) is None
    assert found_in_dynamics("share", LEAD, doubled=True) == LEAD


def test_of_people_that_share_a_record_the_second_of_a_round_waits() -> None:
    search = Search({"1": set()}, [], frozenset(), first={"a@x": "2"})
    assert meet_in_dynamics(replace(LEADS, same_email="share"), flagged(), "a@x", search) == ""


def test_what_somebody_chose_goes_before_everything() -> None:
    one: dict[str, Any] = {CHOSEN: {"object": "leads", "id": "L"}}
    none: dict[str, Any] = {CHOSEN: NONE_OF_THESE}
    assert found_in_dynamics("park", LEAD, row(LEADS, "M"), doubled=True, **one) == LEAD
    assert found_in_dynamics("park", LEAD, **none) is None


# new addresses of people who are linked


def holder(person: str, linked: bool) -> Holder:
    return Holder(Candidate("leads", person), person, linked)


def test_an_address_of_nobody_else_is_in_nobodys_way() -> None:
    assert in_the_way(LEADS, "1", [holder("1", linked=True)]) == ()
    assert in_the_way(LEADS, "1", [holder("2", linked=False)]) == ()


@pytest.mark.parametrize("rule", RULES)
def test_an_address_of_somebody_linked_is_in_the_way(rule: SameEmail) -> None:
    found = in_the_way(replace(LEADS, same_email=rule), "1", [holder("1", linked=True), holder("2", linked=True)])
    assert found == (Candidate("leads", "2"),)


def test_an_address_that_several_have_is_in_the_way_where_such_are_parked() -> None:
    several = [holder("2", linked=False), holder("3", linked=False)]
    assert len(in_the_way(LEADS, "1", several)) == 2
    assert in_the_way(replace(LEADS, same_email="share"), "1", several) == ()


# fields that Marketo blocks


def title_link(before: str, sent: str, agreed: str) -> Link:
    title = LEADS.field("title")
    pair = (fingerprint(title, before), fingerprint(title, sent))
    return Link("leads", "guid", "50", {"title": fingerprint(title, agreed)}, {"title": pair})


def test_a_field_that_kept_what_it_held_before_our_write_is_blocked() -> None:
    assert held_back(LEADS, {"title": "Clerk"}, title_link("Clerk", "Head", "Head")) == {"title"}


def test_a_field_is_not_blocked_that_somebody_touched_or_that_our_write_reached() -> None:
    link = title_link("Clerk", "Head", "Head")
    assert held_back(LEADS, {"title": "Clerk"}, link, {"title"}) == set()
    assert held_back(LEADS, {"title": "Head"}, link) == set()
    assert held_back(LEADS, {"title": "Countess"}, link) == set()


def test_a_field_whose_write_was_not_taken_is_not_blocked() -> None:
    assert held_back(LEADS, {"title": "Clerk"}, title_link("Clerk", "Head", "Clerk")) == set()
