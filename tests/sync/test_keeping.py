"""Which Dynamics rows are kept in step, from values alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sync.keeping import FILTERED, FLAG_IS_NO, MERGED, rules_of, settles_until, why_left_out
from sync.objects import SYNC_COLUMN, Filter, Object
from sync.values import FORMATTED
from tests.objects import LEADS

PLAIN = replace(LEADS, sync_column="", merged_column="", filters=())
FLAGGED = replace(PLAIN, sync_column=SYNC_COLUMN, merged_column="merged")
WEB = {"leadsourcecode": 8, f"leadsourcecode{FORMATTED}": "Web"}
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def filtered(column: str, *values: Any, excluded: bool = False) -> Object:
    return replace(PLAIN, filters=(Filter(column, values, excluded),))


def why(one: Object, row: dict[str, Any]) -> str:
    return why_left_out(rules_of(one), row)


@pytest.mark.parametrize("row", [{}, {SYNC_COLUMN: None}, {SYNC_COLUMN: True}])
def test_absent_empty_and_yes_are_kept(row: dict[str, Any]) -> None:
    assert why(FLAGGED, row) == ""


def test_only_an_explicit_no_leaves_a_row_out() -> None:
    assert why(FLAGGED, {SYNC_COLUMN: False}) == FLAG_IS_NO


def test_the_loser_of_a_merge_is_left_out_whatever_its_flag_says() -> None:
    assert why(FLAGGED, {"merged": True, SYNC_COLUMN: True}) == MERGED
    assert why(FLAGGED, {"merged": False}) == ""


def test_a_table_without_flag_filter_or_merges_has_no_rules_to_ask() -> None:
    assert rules_of(PLAIN) == ()


@pytest.mark.parametrize(
    ("one", "row", "kept"),
    [
        (filtered("address1_country", "Germany", "Austria"), {"address1_country": " germany "}, True),
        (filtered("address1_country", "Germany"), {"address1_country": "France"}, False),
        (filtered("address1_country", "Germany"), {}, False),
        (filtered("address1_country", "Germany", ""), {"address1_country": None}, True),
        (filtered("address1_country", "Germany", excluded=True), {"address1_country": "Germany"}, False),
        (filtered("address1_country", "Germany", excluded=True), {"address1_country": None}, True),
        (filtered("leadsourcecode", 8), {"leadsourcecode": 8}, True),
        (filtered("leadsourcecode", "Web"), {"leadsourcecode": 8, f"leadsourcecode{FORMATTED}": "Web"}, True),
        (
            filtered("leadsourcecode", 8, excluded=True),
            {"leadsourcecode": 8, f"leadsourcecode{FORMATTED}": "Web"},
            False,
        ),
        (filtered("revenue", 5), {"revenue": 5.0}, True),
        (filtered("donotemail", False), {"donotemail": False}, True),
        (filtered("donotemail", False), {"donotemail": 0}, False),
    ],
)
def test_a_filter_names_values_or_labels_that_a_row_must_or_must_not_hold(
    one: Object, row: dict[str, Any], kept: bool
) -> None:
    assert why(one, row) == ("" if kept else FILTERED)


def test_of_several_filters_all_must_hold() -> None:
    one = replace(PLAIN, filters=(Filter("leadsourcecode", (8,)), Filter("address1_country", ("Germany",))))
    assert why(one, {"leadsourcecode": 8, "address1_country": "Germany"}) == ""
    assert why(one, {"leadsourcecode": 8, "address1_country": "France"}) == FILTERED


def test_a_new_row_rests_until_90_seconds_after_its_making_where_there_is_a_flag() -> None:
    row = {"createdon": "2026-11-23T09:59:00Z"}
    assert settles_until(FLAGGED, row, 90, NOW) == NOW + timedelta(seconds=30)
    assert settles_until(FLAGGED, row, 60, NOW) is None
    assert settles_until(PLAIN, row, 90, NOW) is None


def test_the_columns_that_judge_a_row_are_asked_for() -> None:
    one = replace(FLAGGED, filters=(Filter("leadsourcecode", (8,)),))
    assert {SYNC_COLUMN, "merged", "leadsourcecode", "createdon"} <= set(one.columns)
    assert not {SYNC_COLUMN, "merged"} & set(PLAIN.columns)
