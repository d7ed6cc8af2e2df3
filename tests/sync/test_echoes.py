"""Marketo's activities: echoes of our own writes, edits, and edits that our write ran over."""

from typing import Any

from storage.changes import Link
from sync.echoes import API, Judged, judge
from sync.values import fingerprint
from tests.objects import CONTACTS, LEADS

CITY = LEADS.field("city")
FORM = "Web form fillout"


def activity(old: str | None, new: str | None, source: str = API, field: str = "city") -> dict[str, Any]:
    return {
        "leadId": 50,
        "activityDate": "2026-11-23T10:00:00+0000",
        "activityTypeId": 13,
        "fields": [{"name": field, "newValue": new, "oldValue": old}],
        "attributes": [{"name": "Source", "value": source}],
    }


def judged(one: Any, before: str, sent: str | None, *activities: dict[str, Any], agreed: str | None = None) -> Judged:
    pairs = {"city": (fingerprint(CITY, before), fingerprint(CITY, sent))} if sent else {}
    link = Link(one.name, "guid", "50", agreed={"city": fingerprint(CITY, agreed or sent or before)}, sent=pairs)
    links: dict[str, dict[str, Link]] = {LEADS.name: {}, CONTACTS.name: {}}
    links[one.name]["50"] = link
    return judge((LEADS, CONTACTS), "50", links, activities)


def test_our_own_write_is_an_echo_and_nobody_is_read() -> None:
    found = judged(LEADS, "Pune", "Delhi", activity("Pune", "Delhi"))
    assert not found.look and not found.restore and found.met == {"leads": {"city"}}


def test_an_edit_makes_us_look() -> None:
    assert judged(LEADS, "Pune", None, activity("Pune", "Goa", FORM)).look


def test_an_edit_that_our_write_ran_over_is_put_back_where_marketo_wins() -> None:
    found = judged(LEADS, "Pune", "Delhi", activity("Pune", "Goa", FORM), activity("Goa", "Delhi"))
    assert found.restore == {"leads": {"city": "Goa"}}


def test_an_edit_that_our_write_ran_over_is_gone_where_dynamics_wins() -> None:
    found = judged(CONTACTS, "Pune", "Delhi", activity("Pune", "Goa", FORM), activity("Goa", "Delhi"))
    assert not found.restore


def test_an_edit_after_our_write_is_not_undone() -> None:
    found = judged(LEADS, "Pune", "Delhi", activity("Pune", "Delhi"), activity("Delhi", "Goa", FORM))
    assert found.look and not found.restore


def test_somebody_who_goes_back_to_what_we_wrote_is_not_taken_for_us() -> None:
    """Our write changed nothing, so no activity of ours ever came; what others do must not be undone for that."""
    acts = (activity("Delhi", "Goa", FORM), activity("Goa", "Delhi"))
    found = judged(LEADS, "Pune", "Delhi", *acts)
    assert not found.restore and found.met == {"leads": {"city"}}


def test_a_person_without_a_link_is_always_looked_at() -> None:
    links: dict[str, dict[str, Link]] = {LEADS.name: {}, CONTACTS.name: {}}
    assert judge((LEADS, CONTACTS), "50", links, [activity("a", "b")]).look


def test_a_flag_that_steers_creation_makes_us_look() -> None:
    assert judged(LEADS, "Pune", None, activity("false", "true", FORM, "syncToDynamics")).look
