"""What Marketo's codes mean to us, and how rows are cut into calls."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import Later, Never, PersonMustLook
from sync.marketo.codes import failure, is_soon_over, reason, seconds_to_new_quota
from sync.marketo.connection import as_json
from sync.marketo.reading import described_fields
from sync.marketo.writing import MOST_BYTES, fitting_chunks, outcome, outcome_of_delete
from sync.outcomes import Written


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("606", Later),
        ("607", Later),
        ("604", Later),
        ("611", Later),
        ("718", Later),
        ("1022", Later),
        ("http-502", Later),
        ("603", PersonMustLook),
        ("1018", PersonMustLook),
        ("1006", PersonMustLook),
        ("1003", Never),
        ("1007", Never),
        ("1008", Never),
        ("609", Never),
        ("http-413", Never),
        ("4711", Never),
    ],
)
def test_a_code_is_of_one_kind(code: str, kind: type[Exception]) -> None:
    assert type(failure(code, "words")) is kind


@pytest.mark.parametrize("code", ["604", "611", "500", "502", "http-500", "http-503"])
def test_a_write_may_have_happened_after_a_breakdown(code: str) -> None:
    failed = failure(code, "words", write=True)
    assert isinstance(failed, Later)
    assert failed.unknown
    assert not is_soon_over(failed)


@pytest.mark.parametrize("code", ["601", "602", "606", "608", "615", "713"])
def test_nothing_was_executed_after_a_refusal_for_now(code: str) -> None:
    failed = failure(code, "words", write=True)
    assert isinstance(failed, Later)
    assert not failed.unknown
    assert is_soon_over(failed)


@pytest.mark.parametrize("code", ["607", "614", "718"])
def test_what_takes_long_to_mend_is_not_tried_again_by_the_client(code: str) -> None:
    assert not is_soon_over(failure(code, "words"))


def test_the_quota_is_new_at_midnight_in_us_central_time() -> None:
    assert seconds_to_new_quota(datetime(2026, 11, 23, 5, 0, tzinfo=UTC)) == 3600
    assert seconds_to_new_quota(datetime(2026, 7, 1, 4, 59, 50, tzinfo=UTC)) == 10


@pytest.mark.parametrize(
    "told",
    [
        {"reasons": [{"code": "1005", "message": "Lead already exists"}]},
        {"reason": {"code": "1005", "message": "Lead already exists"}},
        {"reason": [{"code": 1005, "message": "Lead already exists"}]},
    ],
)
def test_the_reason_of_a_skipped_record_is_read_in_every_shape(told: dict[str, Any]) -> None:
    assert reason({"status": "skipped", **told}) == ("1005", "Lead already exists")


def test_a_record_skipped_without_a_reason_still_has_a_code() -> None:
    assert reason({"status": "skipped"})[0] == "skipped"


def test_an_outcome_carries_the_id_on_the_written_side() -> None:
    assert outcome({"id": 50, "status": "created"}) == Written("50", created=True)
    assert outcome({"seq": 0, "marketoGUID": "a-b", "status": "updated"}) == Written("a-b", created=False)


def test_deleting_what_is_gone_counts_as_done() -> None:
    gone = {"seq": 0, "status": "skipped", "reasons": [{"code": "1013", "message": "Object not found"}]}
    assert outcome_of_delete(gone) == Written("", created=False)
    in_use = {"seq": 0, "status": "skipped", "reasons": [{"code": "1022", "message": "Object in use"}]}
    assert isinstance(outcome_of_delete(in_use), Later)


def test_a_field_that_is_searched_only_together_with_others_is_not_searchable() -> None:
    told = {"searchableFields": [["a"], ["b", "c"]], "fields": [{"name": "a"}, {"name": "b", "updateable": True}]}
    fields = described_fields(told)
    assert (fields["a"].searchable, fields["b"].searchable, fields["b"].updateable) == (True, False, True)


@given(st.lists(st.integers(1, 600_000), max_size=700))
def test_rows_are_cut_in_order_into_calls_that_fit(lengths: list[int]) -> None:
    rows = [{"length": length} for length in lengths]

    def size_of(chunk: Any) -> int:
        return sum(row["length"] for row in chunk)

    chunks = fitting_chunks(rows, size_of)
    assert [row for chunk in chunks for row in chunk] == rows
    assert all(1 <= len(chunk) <= 300 and size_of(chunk) <= MOST_BYTES for chunk in chunks)


def test_bodies_are_measured_in_bytes() -> None:
    assert len(as_json({"a": "ü"})) == 10
