"""What is left out, narrowed or reported once both sides' metadata is known."""

from dataclasses import replace
from typing import Any

from storage.changes import DIRECTIONS
from sync.dynamics.access import Column
from sync.fitting import Fitted, fitted_to_dynamics, fitted_to_marketo, without_orphans
from sync.marketo.access import PersonField
from sync.objects import Field, Object, Parent

BOTH = Object("leads", "lead", "leads", "leadid", "leads", "dynamicsLeadId", (Field("title", "jobtitle"),), DIRECTIONS)
COLUMN = Column("jobtitle", "String", 100, creatable=True, updatable=True, readable=True)
THERE = PersonField("title", "Job Title", "string", 255, updateable=True, searchable=False)


def to_dynamics(one: Object, *columns: Column) -> Fitted:
    return fitted_to_dynamics(one, {each.name: each for each in columns}, {})


def to_marketo(one: Object, *fields: PersonField) -> Fitted:
    return fitted_to_marketo(one, {each.name: each for each in fields})


def with_field(**changed: Any) -> Object:
    return replace(BOTH, fields=(replace(BOTH.fields[0], **changed),))


def kinds(fitted: Fitted) -> list[str]:
    return [finding.kind for finding in fitted.findings]


def test_what_both_sides_have_is_kept_without_a_word() -> None:
    fitted = to_marketo(to_dynamics(BOTH, COLUMN).one, THERE)
    assert fitted.one.fields == (replace(BOTH.fields[0], rest_name="title", limit=100),)
    assert fitted.findings == ()


def test_a_column_that_dynamics_lacks_leaves_its_field_out() -> None:
    fitted = to_dynamics(BOTH)
    assert (fitted.one.fields, kinds(fitted)) == ((), ["unknown"])
    assert fitted.findings[0].message == "leads: title is not kept in step, Dynamics has no column jobtitle"


def test_a_column_that_cannot_be_read_leaves_its_field_out() -> None:
    fitted = to_dynamics(BOTH, replace(COLUMN, readable=False))
    assert (fitted.one.fields, kinds(fitted)) == ((), ["unreadable"])


def test_a_column_under_field_level_security_is_kept_with_a_warning_that_says_what_to_grant() -> None:
    fitted = to_dynamics(BOTH, replace(COLUMN, secured=True))
    assert (fitted.one.fields[0].directions, kinds(fitted)) == (DIRECTIONS, ["secured"])
    assert "grant Read, Create and Update on it" in fitted.findings[0].message
    only_read = to_dynamics(with_field(directions=("to-marketo",)), replace(COLUMN, secured=True))
    assert "grant Read on it" in only_read.findings[0].message


def test_a_column_that_cannot_be_written_is_only_read() -> None:
    fitted = to_dynamics(BOTH, replace(COLUMN, updatable=False))
    assert (fitted.one.fields[0].directions, kinds(fitted)) == (("to-marketo",), ["read-only"])


def test_a_field_that_cannot_be_written_in_marketo_is_only_read() -> None:
    fitted = to_marketo(BOTH, replace(THERE, updateable=False))
    assert (fitted.one.fields[0].directions, kinds(fitted)) == (("to-dynamics",), ["read-only"])


def test_a_field_that_would_travel_nowhere_any_more_is_left_out() -> None:
    fitted = to_marketo(with_field(directions=("to-marketo",)), replace(THERE, updateable=False))
    assert (fitted.one.fields, kinds(fitted)) == ((), ["read-only"])


def test_a_field_that_only_reads_marketo_may_be_read_only_there() -> None:
    assert kinds(to_marketo(with_field(directions=("to-dynamics",)), replace(THERE, updateable=False))) == []


def test_a_field_is_found_by_its_display_name_before_its_own_name() -> None:
    other = replace(THERE, name="badge_c", display_name="Visitor badge")
    fitted = to_marketo(with_field(display_name="Visitor Badge"), THERE, other)
    assert (fitted.one.fields[0].name, fitted.one.fields[0].rest) == ("title", "badge_c")


def test_a_field_whose_display_name_is_not_there_is_found_by_its_own() -> None:
    assert to_marketo(with_field(display_name="Visitor Badge"), THERE).one.fields[0].rest == "title"


def test_a_field_of_neither_name_is_told_by_its_display_name() -> None:
    fitted = to_marketo(with_field(display_name="Visitor Badge"))
    assert fitted.findings[0].message == "leads: title is not kept in step, Marketo has no field 'Visitor Badge'"


def test_a_field_shorter_in_marketo_is_told_whichever_side_is_read_first() -> None:
    short = replace(THERE, length=50)
    for fitted in (
        to_marketo(to_dynamics(BOTH, COLUMN).one, short),
        to_dynamics(to_marketo(BOTH, short).one, COLUMN),
    ):
        assert (kinds(fitted), fitted.one.fields[0].limit) == (["too-short"], 50)
        assert (
            "holds 50 characters in Marketo and 100 in Dynamics; longer ones are refused" in fitted.findings[0].message
        )


def test_a_field_that_is_truncated_is_not_too_short() -> None:
    fitted = to_marketo(to_dynamics(with_field(too_long="truncate"), COLUMN).one, replace(THERE, length=50))
    assert (kinds(fitted), fitted.one.fields[0].limit) == ([], 50)


def test_the_fields_of_a_key_of_several_are_written_although_marketo_calls_them_read_only() -> None:
    role = replace(BOTH, marketo_key="", kind="opportunities/roles")
    assert kinds(to_marketo(role, replace(THERE, updateable=False))) == []


def test_options_are_those_of_the_column() -> None:
    choice = with_field(kind="choice")
    fitted = fitted_to_dynamics(choice, {"jobtitle": COLUMN}, {"jobtitle": ((1, "Boss"),)})
    assert fitted.one.fields[0].options == ((1, "Boss"),)


def test_the_flag_that_keeps_rows_out_is_asked_for_where_the_table_has_it() -> None:
    flag = replace(COLUMN, name="new_SyncToMkto")
    flagged = replace(BOTH, sync_flag="new_synctomkto")
    assert to_dynamics(flagged, COLUMN, flag).one.sync_column == "new_SyncToMkto"
    assert to_dynamics(flagged, COLUMN).one.sync_column == ""


def test_a_reference_to_an_object_that_was_left_out_goes_with_it() -> None:
    to_one = Field("a", "_a_value", "reference", parents=(Parent("gone", "gone", "gones"),))
    to_two = replace(to_one, name="b", parents=(*to_one.parents, Parent("leads", "lead", "leads")))
    (one,) = without_orphans([replace(BOTH, fields=(to_one, to_two))])
    assert [(each.name, [parent.object for parent in each.parents]) for each in one.fields] == [("b", ["leads"])]
