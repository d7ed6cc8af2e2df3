"""Calls that Marketo refuses as a whole for the sake of some records: which these are, and how many calls it takes."""

from collections.abc import Callable, Collection, Sequence
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from sync.errors import Later, Never, PersonMustLook, SyncFailure
from sync.marketo.blaming import blame, may_be_about_a_record
from sync.marketo.codes import failure
from sync.outcomes import Outcome, Written
from tests.sync.client_replies import Replies, sent
from tests.sync.test_marketo_client_calls import client, echo, refused, result

Row = dict[str, Any]
MANY = 300


@pytest.mark.parametrize("code", ["701", "704", "709", "718", "1003", "1001", "http-413", "4711"])
def test_a_refusal_of_data_may_be_about_one_record(code: str) -> None:
    assert may_be_about_a_record(failure(code, "words", write=True))


@pytest.mark.parametrize("code", ["605", "609", "612", "613", "606", "611", "603", "1018", "http-502"])
def test_a_refusal_of_the_call_itself_and_a_failure_for_now_are_about_none(code: str) -> None:
    assert not may_be_about_a_record(failure(code, "words", write=True))


def blamed(message: str, *rows: Row, code: str = "709", partial: bool = False) -> list[int]:
    found = blame(failure(code, message), rows, None, partial)
    return [place for place, each in enumerate(found) if each]


def test_a_value_is_blamed_where_its_field_is_named_too_in_whatever_order() -> None:
    rows: list[Row] = [{"stage": "Open"}, {"stage": "Lost"}, {"name": "Lost"}]
    assert blamed("Stage 'Lost' violates a rule", *rows) == [1]
    assert blamed("Invalid value 'Lost' for field 'stage'", *rows) == [1]
    assert blamed("Business rule violated", *rows) == []
    owned: list[Row] = [{"externalSalesPersonId": "u1"}, {"externalSalesPersonId": "u2"}]
    assert blamed("ExternalSalesPersonID 'u2' not found", *owned, code="718") == [1]


def test_a_field_that_is_blank_is_blamed_where_it_is_empty_or_left_out() -> None:
    rows: list[Row] = [{"name": "A"}, {"name": None}, {"name": ""}, {"stage": "Open"}]
    assert blamed("name cannot be blank", *rows, code="701") == [1, 2, 3]
    assert blamed("'Name' cannot be blank", *rows, code="701", partial=True) == [1, 2]
    assert blamed("lookupField cannot be blank", *rows, code="701") == []


def sending(
    bad: Callable[[Row], bool], answer: Callable[[list[Row]], httpx.Response], here: Collection[str] = ()
) -> Replies:
    """Marketo, which refuses each call that holds a bad record with `answer`, and has the sales persons `here`."""

    def reply(request: httpx.Request) -> httpx.Response:
        if b"filterType" in request.content or "filterType" in str(request.url):
            form = parse_qs(request.content.decode() or request.url.query.decode())
            asked = form["filterValues"][0].split(",")
            return result(*({"externalSalesPersonId": each} for each in asked if each in here))
        found = [row for row in sent(request)["input"] if bad(row)]
        return answer(found) if found else echo(request)

    return Replies([reply])


async def write(service: Replies, rows: Sequence[Row]) -> list[Outcome]:
    return await client(service).write_objects("opportunities", rows)


def bad_ones(outcomes: Sequence[Outcome]) -> list[int]:
    """Where those stand that were not written; the others came out in order."""
    for place, outcome in enumerate(outcomes):
        assert not isinstance(outcome, Written) or outcome.id == str(place)
    return [place for place, outcome in enumerate(outcomes) if isinstance(outcome, SyncFailure)]


async def test_all_records_of_owners_whom_marketo_lacks_are_left_out_at_once() -> None:
    gone = {f"u{n}" for n in range(20, 40)}
    service = sending(
        lambda row: row["externalSalesPersonId"] in gone,
        lambda found: refused("718", f"ExternalSalesPersonID '{found[0]['externalSalesPersonId']}' not found"),
        here={f"u{n}" for n in range(100)} - gone,
    )
    outcomes = await write(service, [{"n": n, "externalSalesPersonId": f"u{n % 100}"} for n in range(MANY)])
    assert bad_ones(outcomes) == [n for n in range(MANY) if 20 <= n % 100 < 40]
    assert isinstance(outcomes[139], Later) and outcomes[139].message == "ExternalSalesPersonID 'u39' not found"
    assert len(service.asked) == 3


async def test_all_records_without_a_field_that_must_not_be_blank_are_left_out_at_once() -> None:
    rows = [{"n": n} | ({"name": "A deal"} if n % 43 else {}) for n in range(MANY)]
    service = sending(lambda row: not row.get("name"), lambda _: refused("701", "name cannot be blank"))
    outcomes = await write(service, rows)
    assert bad_ones(outcomes) == [n for n in range(MANY) if n % 43 == 0]
    assert len(service.asked) == 2


@pytest.mark.parametrize("code", ["709", "1003", "718"])
async def test_what_the_words_do_not_tell_is_found_by_halves_until_each_bad_record_stands_alone(code: str) -> None:
    service = sending(lambda row: row["n"] < 3, lambda _: refused(code, "Business rule violated"))
    outcomes = await write(service, [{"n": n} for n in range(MANY)])
    assert bad_ones(outcomes) == [0, 1, 2]
    assert len(service.asked) < 60


async def test_where_all_are_refused_alike_few_of_them_are_sent_alone() -> None:
    service = sending(lambda row: True, lambda _: refused("1003", "Invalid data"))
    outcomes = await write(service, [{"n": n} for n in range(MANY)])
    assert bad_ones(outcomes) == list(range(MANY)) and all(isinstance(each, Never) for each in outcomes)
    assert len(service.asked) < 30


async def test_a_call_refused_for_its_form_is_not_sent_in_parts() -> None:
    service = Replies([refused("609", "Invalid JSON")])
    with pytest.raises(Never):
        await write(service, [{"n": n} for n in range(MANY)])
    assert len(service.asked) == 1


async def test_a_lane_that_must_stop_is_stopped_by_the_first_call() -> None:
    service = Replies([refused("1018", "Native sync is on")])
    with pytest.raises(PersonMustLook):
        await write(service, [{"n": n} for n in range(MANY)])
    assert len(service.asked) == 1
