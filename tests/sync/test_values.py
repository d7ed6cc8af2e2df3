"""How values are compared: differences of spelling are no edits."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.objects import Field
from sync.values import (
    FORMATTED,
    LOOKUP,
    compared,
    fingerprint,
    from_dynamics,
    from_marketo,
    led_to,
    not_an_option,
    to_dynamics,
    to_marketo,
)
from tests.objects import CONTACTS, LEADS, OPPORTUNITIES

TEXT, EMAIL = Field("city", "address1_city"), Field("email", "emailaddress1", "email")
FLAG, NUMBER = Field("doNotCall", "donotphone", "flag"), Field("amount", "actualvalue", "number")


@pytest.mark.parametrize("raw", [None, "", "   "])
def test_an_empty_text_and_no_text_are_one(raw: str | None) -> None:
    assert compared(TEXT, raw) is None


@pytest.mark.parametrize(("raw", "meant"), [(5, 5), (5.0, 5), ("5.00", 5), ("", None), ("1e3", 1000), ("n/a", None)])
def test_a_number_is_the_same_however_it_is_spelled(raw: object, meant: int | None) -> None:
    assert compared(NUMBER, raw) == meant


@pytest.mark.parametrize(("raw", "meant"), [(True, True), ("true", True), ("1", True), (None, False), ("false", False)])
def test_a_flag_that_is_absent_is_off(raw: object, meant: bool) -> None:
    assert compared(FLAG, raw) is meant


def test_an_address_in_other_letters_is_no_edit() -> None:
    assert fingerprint(EMAIL, "Ann@Example.com") == fingerprint(EMAIL, "ann@example.com")


def test_a_name_in_other_letters_is_an_edit() -> None:
    assert fingerprint(TEXT, "mumbai") != fingerprint(TEXT, "Mumbai")


@given(st.one_of(st.none(), st.text(), st.integers(), st.floats(allow_nan=False), st.booleans()))
def test_comparing_a_compared_value_changes_nothing(raw: object) -> None:
    for field in (TEXT, EMAIL, FLAG):
        once = compared(field, raw)
        assert fingerprint(field, compared(field, once)) == fingerprint(field, once)


def test_a_choice_travels_as_its_label() -> None:
    row = {"leadid": "1", "statecode": 1, "statecode" + FORMATTED: "Qualified"}
    assert from_dynamics(LEADS, row)["leadStatus"] == "Qualified"


def test_an_owner_that_is_a_team_is_a_sales_person_too() -> None:
    row = {"_ownerid_value": "7", "_ownerid_value" + LOOKUP: "team"}
    assert from_dynamics(LEADS, row)["externalSalesPersonId"] == "7"
    assert led_to(LEADS, row) == {"@externalSalesPersonId": "teams"}


def test_an_owner_that_is_neither_user_nor_team_is_no_sales_person() -> None:
    row = {"_ownerid_value": "7", "_ownerid_value" + LOOKUP: "businessunit"}
    assert from_dynamics(LEADS, row)["externalSalesPersonId"] is None
    assert led_to(LEADS, row) == {}


def test_an_owner_is_bound_to_the_table_it_is_known_in() -> None:
    owned = {"externalSalesPersonId": "7"}
    assert to_dynamics(LEADS, owned, {"teams": {"7": "1"}}) == {"ownerid@odata.bind": "/teams(7)"}
    assert to_dynamics(LEADS, owned, {}) == {"ownerid@odata.bind": "/systemusers(7)"}


def test_a_customer_that_is_a_contact_is_no_company() -> None:
    row = {"_customerid_value": "7", "_customerid_value" + LOOKUP: "contact"}
    assert from_dynamics(OPPORTUNITIES, row)["externalCompanyId"] is None


def test_both_sides_of_one_person_compare_as_equal() -> None:
    row = {"firstname": "Ann ", "donotbulkemail": True, "mkt_leadscore": None, "emailaddress1": "a@b.example"}
    person = {"firstName": "Ann", "unsubscribed": True, "leadScore": None, "email": "a@b.example"}
    assert from_dynamics(CONTACTS, row) == from_marketo(CONTACTS, person)


def test_an_owner_is_bound_and_nothing_clears_a_column() -> None:
    sent = to_dynamics(LEADS, {"externalSalesPersonId": "7", "city": None, "doNotCall": True}, {})
    assert sent == {"ownerid@odata.bind": "/systemusers(7)", "address1_city": None, "donotphone": True}


def test_a_choice_that_travels_as_its_number_is_a_number_on_both_sides() -> None:
    rank = Field("rank", "new_rank", "choice", number=True, options=((1, "Low"), (2, "High")))
    one = replace(LEADS, fields=(rank,))
    row = {"new_rank": 2, "new_rank" + FORMATTED: "High"}
    assert from_dynamics(one, row) == from_marketo(one, {"rank": "2"}) == {"rank": 2}
    assert to_dynamics(one, {"rank": 2}, {}) == {"new_rank": 2}


def test_a_choice_is_written_to_dynamics_as_the_number_of_its_label_whatever_its_case() -> None:
    rank = Field("rank", "new_rank", "choice", options=((1, "Low"), (2, "High")))
    one = replace(LEADS, fields=(rank,))
    assert to_dynamics(one, {"rank": "high"}, {}) == {"new_rank": 2}
    assert not_an_option(one, {"rank": "high"}) is None is not_an_option(one, {"rank": None})
    assert not_an_option(one, {"rank": "Top"}) == "rank: Dynamics has no option 'Top' for new_rank; it has Low, High"


def test_a_text_to_be_truncated_compares_by_what_the_shorter_side_can_hold() -> None:
    short = Field("a", "b", too_long="truncate", limit=5)
    assert compared(short, "abcdefg") == compared(short, "abcde") == "abcde"
    assert compared(short, "abcd efg") == "abcd"
    assert compared(replace(short, too_long="refuse"), "abcdefg") == "abcdefg"


def test_values_are_read_and_written_under_the_name_a_field_has_in_this_instance() -> None:
    one = replace(LEADS, fields=(Field("badge", "new_badge", rest_name="vb_2019"),))
    assert from_marketo(one, {"vb_2019": "A7", "badge": "-"}) == {"badge": "A7"}
    assert to_marketo(one, {"badge": "A7"}) == {"vb_2019": "A7"}
