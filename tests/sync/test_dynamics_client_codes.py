"""What Dataverse's codes mean to us."""

import pytest

from sync.dynamics.codes import failure
from sync.errors import CursorExpired, Later, Never, PersonMustLook


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "0x80044331", Never),
        (412, "0x80040333", Never),
        (400, "0x80040265", Never),
        (404, "0x80040217", Never),
        (403, "0x80040220", PersonMustLook),
        (403, "0x8004F502", PersonMustLook),
        (400, "0x0", PersonMustLook),
        (404, "0x8006088a", PersonMustLook),
        (400, "0x80044352", CursorExpired),
        (429, "0x80072322", Later),
        (412, "0x80060882", Later),
        (500, "0x80040216", Later),
    ],
)
def test_a_code_is_of_one_kind(status: int, code: str, kind: type[Exception]) -> None:
    assert type(failure(status, code, "words")) is kind


def test_an_unknown_refusal_never_comes_right_and_an_unknown_breakdown_may() -> None:
    assert type(failure(400, "0x12345678", "words")) is Never
    assert type(failure(500, "0x12345678", "words")) is Later


def test_a_row_that_may_not_be_written_says_nothing_about_others_but_one_that_may_not_be_read_does() -> None:
    assert type(failure(403, "0x80048306", "words", write=True)) is Never
    assert type(failure(403, "0x80048306", "words")) is PersonMustLook


def test_the_code_decides_and_not_the_status() -> None:
    assert type(failure(500, "0x80040333", "A record was not created or updated because…")) is Never


def test_a_code_that_is_empty_is_made_from_the_status() -> None:
    assert failure(404, "", "No HTTP resource was found").code == "http-404"
    assert failure(503, "", "").code == "http-503"


def test_a_patch_of_a_missing_row_has_one_code_however_it_is_told() -> None:
    assert failure(404, "", "account With Id = 1 Does Not Exist").code == "0x80040217"


@pytest.mark.parametrize("code", ["0x80040216", "0x80044151", ""])
def test_a_breakdown_during_a_write_leaves_its_outcome_unknown(code: str) -> None:
    failed = failure(500, code, "words", write=True)
    assert isinstance(failed, Later)
    assert failed.unknown


@pytest.mark.parametrize("code", ["0x80072322", "0x80060882", "0x80044339"])
def test_what_was_refused_for_now_was_not_written(code: str) -> None:
    failed = failure(429, code, "words", write=True)
    assert isinstance(failed, Later)
    assert not failed.unknown
