"""The Marketo client against answers handed to it: signing in, repeating and not repeating, reading and writing."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from sync.errors import Later, Never, PersonMustLook
from sync.marketo.client import Marketo, MarketoAccess
from sync.outcomes import Written
from tests.sync.client_replies import Replies, Reply, answer, sent

ACCESS = MarketoAccess("https://123-abc-456.mktorest.com", "client-1", "s3cret")
NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def result(*records: dict[str, Any], **more: Any) -> httpx.Response:
    return answer({"requestId": "1", "success": True, "result": list(records), **more})


def refused(code: str, message: str = "words") -> httpx.Response:
    return answer({"requestId": "1", "success": False, "errors": [{"code": code, "message": message}]})


def client(service: Replies, tries: int = 5) -> Marketo:
    return Marketo(ACCESS, transport=service, tries=tries, first_wait=0, calls_per_20s=1000, now=lambda: NOON)


USAGE = result({"date": "2026-11-23", "total": 12, "users": []})
CREATED = result({"id": 50, "status": "created"})


async def test_many_calls_at_once_sign_in_once() -> None:
    service = Replies([USAGE])
    marketo = client(service)
    assert await asyncio.gather(*(marketo.calls_today() for _ in range(5))) == [12] * 5
    assert service.tokens_given == 1


@pytest.mark.parametrize("code", ["601", "602"])
async def test_a_token_refused_with_http_200_is_renewed_and_the_call_replayed(code: str) -> None:
    service = Replies([refused(code), CREATED])
    assert await client(service).write_people("createOrUpdate", "email", [{"email": "a@x.com"}]) == [
        Written("50", True)
    ]
    assert service.tokens_used == ["token-1", "token-2"]


async def test_a_renewed_token_with_seconds_left_is_used_and_asked_for_anew_when_it_ends_on_the_way() -> None:
    last_second = answer({"access_token": "old", "expires_in": 1})
    service = Replies([refused("602"), refused("602"), USAGE], [last_second, last_second])
    assert await client(service).calls_today() == 12
    assert service.tokens_used == ["old", "old", "token-1"]


async def test_a_service_that_refuses_every_token_is_asked_only_so_often() -> None:
    service = Replies([refused("601")])
    with pytest.raises(Later):
        await client(service, tries=2).calls_today()
    assert len(service.asked) == 6


async def test_wrong_credentials_are_for_a_person_and_the_secret_is_told_to_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    no = answer({"error": "invalid_client", "error_description": "No client with requested id"}, 401)
    with pytest.raises(PersonMustLook, match="invalid_client: No client") as caught:
        await client(Replies([USAGE], [no])).calls_today()
    assert "s3cret" not in caplog.text + repr(caught.value) + repr(ACCESS)


@pytest.mark.parametrize("code", ["606", "608", "615", "713"])
async def test_a_write_refused_for_now_is_repeated(code: str) -> None:
    service = Replies([refused(code), refused(code), CREATED])
    assert await client(service).write_people("createOrUpdate", "email", [{}]) == [Written("50", True)]


@pytest.mark.parametrize(
    "reply",
    [
        refused("604"),
        refused("611"),
        refused("502"),
        answer({}, 503),
        httpx.Response(200, content="<html>"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("gone"),
    ],
)
async def test_a_write_whose_outcome_is_unknown_is_not_repeated(reply: Reply) -> None:
    service = Replies([reply])
    with pytest.raises(Later) as caught:
        await client(service).write_people("createOrUpdate", "email", [{}])
    assert caught.value.unknown
    assert len(service.asked) == 1


@pytest.mark.parametrize("reply", [refused("604"), answer({}, 503), httpx.ReadTimeout("slow"), refused("611")])
async def test_a_read_is_repeated_whatever_went_wrong_for_now(reply: Reply) -> None:
    assert await client(Replies([reply, reply, USAGE])).calls_today() == 12


async def test_a_day_without_calls_left_is_not_asked_again_and_ends_at_midnight_in_us_central_time() -> None:
    service = Replies([refused("607")])
    with pytest.raises(Later) as caught:
        await client(service).calls_today()
    assert caught.value.retry_after == timedelta(hours=12).total_seconds()
    assert len(service.asked) == 1


async def test_a_bad_record_has_its_own_failure_and_the_others_are_written() -> None:
    bad = {"status": "skipped", "reasons": [{"code": "1003", "message": "Invalid email"}]}
    service = Replies([result({"id": 1, "status": "updated"}, bad)])
    first, second = await client(service).write_people("createOrUpdate", "email", [{}, {}])
    assert first == Written("1", created=False)
    assert isinstance(second, Never) and (second.code, second.message) == ("1003", "Invalid email")


async def test_an_answer_with_too_few_results_says_nothing_about_any_record() -> None:
    with pytest.raises(Later) as caught:
        await client(Replies([CREATED])).write_people("createOrUpdate", "email", [{}, {}])
    assert caught.value.unknown


def echo(request: httpx.Request) -> httpx.Response:
    return result(*({"id": row["n"], "status": "updated"} for row in sent(request)["input"]))


async def test_at_most_300_rows_go_in_a_call_and_outcomes_keep_their_order() -> None:
    service = Replies([echo])
    outcomes = await client(service).write_people("createOrUpdate", "n", [{"n": n} for n in range(700)])
    assert [outcome.id for outcome in outcomes if isinstance(outcome, Written)] == [str(n) for n in range(700)]
    assert sorted(len(sent(request)["input"]) for request in service.asked) == [100, 300, 300]


async def test_a_body_above_a_megabyte_is_halved_beforehand() -> None:
    service = Replies([echo])
    await client(service).write_people("createOrUpdate", "n", [{"n": n, "notes": "x" * 6000} for n in range(300)])
    assert [len(sent(request)["input"]) for request in service.asked] == [150, 150]


async def test_among_several_calls_one_that_fails_leaves_the_others_standing() -> None:
    outcomes = await client(Replies([refused("604"), echo])).write_people(
        "updateOnly", "id", [{"n": n} for n in range(301)]
    )
    failed = [outcome for outcome in outcomes if isinstance(outcome, Later)]
    assert len(failed) in (1, 300)
    assert all(failure.unknown for failure in failed)


async def test_e_mail_addresses_looked_up_travel_in_a_form_and_not_in_the_address() -> None:
    service = Replies([result({"id": 1, "email": "a@x.com"})])
    await client(service).find_people("email", ["a@x.com", "b@x.com"], ["id", "email"])
    request = service.asked[0]
    assert (request.method, request.url.query) == ("POST", b"_method=GET")
    form = parse_qs(request.content.decode())
    assert (form["filterType"], form["filterValues"], form["fields"]) == (["email"], ["a@x.com,b@x.com"], ["id,email"])


async def test_a_look_up_follows_its_pages() -> None:
    first = result({"id": 1}, nextPageToken="more", moreResult=True)
    assert await client(Replies([first, result({"id": 2})])).find_people("email", ["a"], []) == [{"id": 1}, {"id": 2}]


async def test_a_look_up_with_too_many_matches_is_put_again_in_halves() -> None:
    def few_at_a_time(request: httpx.Request) -> httpx.Response:
        values = parse_qs(request.content.decode())["filterValues"][0].split(",")
        return refused("1003", "Too many results match the filter") if len(values) > 2 else result(*map(_found, values))

    found = await client(Replies([few_at_a_time])).find_people("email", list("abcde"), [])
    assert [person["email"] for person in found] == list("abcde")


def _found(email: str) -> dict[str, Any]:
    return {"email": email}


async def test_a_single_value_with_too_many_matches_is_refused() -> None:
    with pytest.raises(Never, match="Too many results"):
        await client(Replies([refused("1003", "Too many results match the filter")])).find_people("email", ["a"], [])


async def test_an_empty_page_may_have_more_behind_it_and_its_token_is_the_cursor() -> None:
    page = await client(Replies([result(nextPageToken="t2", moreResult=True)])).lead_changes("t1", ["email"])
    assert (page.activities, page.token, page.more) == ([], "t2", True)


async def test_a_paging_token_is_asked_for_in_utc() -> None:
    service = Replies([answer({"success": True, "nextPageToken": "t"})])
    moment = datetime(2026, 11, 23, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    assert await client(service).paging_token(moment) == "t"
    assert service.asked[0].url.params["sinceDatetime"] == "2026-11-22T23:00:00Z"


@pytest.mark.parametrize("n", [10, 1000])
async def test_a_question_too_long_for_an_address_becomes_a_form(n: int) -> None:
    service = Replies([result(nextPageToken="t")])
    await client(service).lead_changes("t", [f"field{number}" for number in range(n)])
    assert service.asked[0].method == ("GET" if n == 10 else "POST")


@pytest.mark.parametrize(
    "reply", [refused("1018"), result({"seq": 0, "status": "skipped", "reasons": [{"code": "1018", "message": "on"}]})]
)
async def test_native_sync_is_on_where_companies_are_locked(reply: Reply) -> None:
    assert await client(Replies([reply])).native_sync_is_on()


async def test_native_sync_is_off_where_an_impossible_company_is_merely_not_found() -> None:
    gone = result({"seq": 0, "status": "skipped", "reasons": [{"code": "1013", "message": "Object not found"}]})
    assert not await client(Replies([gone])).native_sync_is_on()


async def test_objects_deleted_by_their_own_id_say_so() -> None:
    service = Replies([result({"seq": 0, "marketoGUID": "a", "status": "deleted"})])
    await client(service).delete_objects("opportunities", [{"marketoGUID": "a"}])
    assert sent(service.asked[0]) == {"deleteBy": "idField", "input": [{"marketoGUID": "a"}]}


async def test_a_field_that_is_there_already_is_left_alone() -> None:
    there = result({"status": "skipped", "reasons": [{"code": "1017", "message": "Object already exists"}]})
    await client(Replies([there])).create_fields("leads", [{"name": "dynamicsLeadId"}])
