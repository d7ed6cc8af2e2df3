"""The Dynamics client against answers handed to it: signing in, waiting, repeating and not repeating."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sync.dynamics.batch import content_type
from sync.dynamics.client import Dynamics, DynamicsAccess
from sync.errors import CursorExpired, Later, Never, PersonMustLook, SyncFailure
from sync.outcomes import Written
from tests.sync.client_replies import Replies, Reply, answer, sent

ACCESS = DynamicsAccess("https://contoso.crm.dynamics.com", "tenant-1", "client-1", "s3cret")
ME = answer({"UserId": "me"})
TABLES = answer({"value": [{"LogicalName": "lead", "EntitySetName": "leads", "PrimaryIdAttribute": "leadid"}]})
DONE = answer({"Ids": ["g1"]})


def error(status: int, code: str, message: str = "words", **headers: str) -> httpx.Response:
    return answer({"error": {"code": code, "message": message}}, status, **headers)


def batch_reply(*parts: str) -> httpx.Response:
    body = "".join(f"--r\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 {part}\r\n" for part in parts) + "--r--\r\n"
    return httpx.Response(200, headers={"Content-Type": "multipart/mixed; boundary=r"}, content=body)


class HandClock:
    """Stands still, but for those who sleep by it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def client(service: Replies, clock: HandClock | None = None, tries: int = 5) -> Dynamics:
    clock = clock or HandClock()
    return Dynamics(ACCESS, transport=service, tries=tries, first_wait=0, sleep=clock.sleep, clock=clock)


async def test_many_calls_at_once_sign_in_once() -> None:
    service = Replies([ME])
    dynamics = client(service)
    assert await asyncio.gather(*(dynamics.who_am_i() for _ in range(5))) == ["me"] * 5
    assert service.tokens_given == 1


async def test_signing_in_asks_the_tenant_for_the_environments_default_scope() -> None:
    asked: list[httpx.Request] = []

    def sign_in(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer({"access_token": "t", "expires_in": 3599})

    await client(Replies([ME], [sign_in])).who_am_i()
    assert str(asked[0].url) == "https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token"
    assert b"scope=https%3A%2F%2Fcontoso.crm.dynamics.com%2F.default" in asked[0].content


async def test_a_token_is_renewed_before_it_ends() -> None:
    clock, service = HandClock(), Replies([ME])
    dynamics = client(service, clock)
    await dynamics.who_am_i()
    clock.now += 3599 - 59
    await dynamics.who_am_i()
    assert service.tokens_used == ["token-1", "token-2"]


async def test_a_token_taken_back_is_renewed_and_the_call_replayed() -> None:
    service = Replies([error(401, ""), ME])
    assert await client(service).who_am_i() == "me"
    assert service.tokens_used == ["token-1", "token-2"]


async def test_a_new_token_that_is_refused_too_is_for_a_person() -> None:
    service = Replies([error(401, "")])
    with pytest.raises(PersonMustLook):
        await client(service).who_am_i()
    assert len(service.asked) == 2


async def test_wrong_credentials_are_for_a_person_and_the_secret_is_told_to_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    refused = answer({"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret"}, 401)
    with pytest.raises(PersonMustLook, match="invalid_client: AADSTS7000215") as caught:
        await client(Replies([ME], [refused])).who_am_i()
    assert "s3cret" not in caplog.text + repr(caught.value) + repr(ACCESS)


async def test_every_read_has_the_headers_that_dataverse_wants() -> None:
    service = Replies([answer({"value": [], "@odata.deltaLink": "https://x/leads?$deltatoken=1"})])
    await client(service).read_changes("leads", ["leadid"], None, page_size=7)
    headers = service.asked[0].headers
    assert (headers["OData-Version"], headers["OData-MaxVersion"], headers["If-None-Match"]) == ("4.0", "4.0", "null")
    assert headers["Prefer"].startswith("odata.track-changes,odata.maxpagesize=7,odata.include-annotations=")


async def test_a_cursor_is_followed_to_the_letter() -> None:
    link = (
        "https://contoso.crm.dynamics.com/api/data/v9.2/leads?$select=a&$deltatoken=919042%2108%2f22%2f2017%2008%3a10"
    )
    service = Replies([answer({"value": [], "@odata.deltaLink": "https://x/next"})])
    await client(service).read_changes("leads", ["a"], link)
    assert service.asked[0].url.raw_path.decode() == link.removeprefix("https://contoso.crm.dynamics.com")


async def test_deleted_rows_come_apart_from_changed_ones() -> None:
    gone = {"@odata.context": "https://x/$metadata#leads/$deletedEntity", "id": "g2", "reason": "deleted"}
    page = {"value": [{"leadid": "g1"}, gone], "@odata.nextLink": "https://x/more"}
    read = await client(Replies([answer(page)])).read_changes("leads", ["leadid"], None)
    assert (read.rows, read.deleted, read.cursor, read.more) == ([{"leadid": "g1"}], ["g2"], "https://x/more", True)


async def test_a_cursor_that_is_too_old_is_said_so_at_once() -> None:
    service = Replies([error(400, "0x80044352", "Version stamp associated with the client has expired.")])
    with pytest.raises(CursorExpired):
        await client(service).read_changes("leads", ["a"], "https://contoso.crm.dynamics.com/x")
    assert len(service.asked) == 1


async def test_a_link_into_another_environment_is_not_followed_and_gets_no_token() -> None:
    service = Replies([answer({"value": [], "@odata.deltaLink": "x"})])
    with pytest.raises(CursorExpired):
        await client(service).read_changes(
            "leads", ["a"], "https://elsewhere.example/api/data/v9.2/leads?$deltatoken=1"
        )
    assert service.asked == [] and service.tokens_given == 0


async def test_a_link_may_name_the_api_host_of_the_same_environment() -> None:
    service = Replies([answer({"value": [], "@odata.deltaLink": "x"})])
    link = "https://contoso.api.crm.dynamics.com/api/data/v9.2/leads?$deltatoken=1"
    await client(service).read_changes("leads", ["a"], link)
    assert str(service.asked[0].url) == link


async def test_a_throttled_call_waits_as_long_as_it_is_told_to() -> None:
    clock, service = HandClock(), Replies([error(429, "0x80072322", Retry_After="17"), ME])
    assert await client(service, clock).who_am_i() == "me"
    assert clock.slept == [17]


async def test_one_throttled_call_makes_all_wait() -> None:
    clock, service = HandClock(), Replies([error(429, "0x80072322", Retry_After="30"), ME])
    dynamics = client(service, clock, tries=1)
    with pytest.raises(Later):
        await dynamics.who_am_i()
    await dynamics.who_am_i()
    assert clock.slept == [30]


async def test_a_wait_too_long_to_sit_out_is_handed_up_without_asking_again() -> None:
    clock, service = HandClock(), Replies([error(429, "0x80072321", Retry_After="600"), ME])
    dynamics = client(service, clock)
    for _ in range(2):
        with pytest.raises(Later) as caught:
            await dynamics.who_am_i()
        assert caught.value.retry_after == 600
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "reply", [error(503, ""), error(500, "0x80040216"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("gone")]
)
async def test_a_read_is_repeated_whatever_went_wrong_for_now(reply: Reply) -> None:
    assert await client(Replies([reply, reply, ME])).who_am_i() == "me"


async def test_a_read_is_given_up_after_so_many_tries() -> None:
    service = Replies([error(503, "")])
    with pytest.raises(Later):
        await client(service, tries=3).who_am_i()
    assert len(service.asked) == 3


Write = Callable[[Dynamics], Any]
WRITES: list[Write] = [
    lambda dynamics: dynamics.create("leads", "lead", [("g1", {})]),
    lambda dynamics: dynamics.update("leads", [("g1", None, {})]),
]


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize(
    "reply", [error(503, ""), error(500, "0x80040216"), httpx.ReadTimeout("slow"), httpx.ReadError("reset")]
)
async def test_a_write_whose_outcome_is_unknown_is_not_repeated(write: Write, reply: Reply) -> None:
    service = Replies([TABLES, reply])
    with pytest.raises(Later) as caught:
        await write(client(service))
    assert caught.value.unknown
    assert len(service.asked) == 2


@pytest.mark.parametrize("reply", [httpx.ConnectError("refused"), error(429, "0x80072326", Retry_After="1")])
async def test_a_write_that_never_began_is_repeated(reply: Reply) -> None:
    assert await client(Replies([TABLES, reply, DONE])).create("leads", "lead", [("g1", {})]) == [Written("g1", True)]


async def test_a_write_whose_sign_in_was_lost_never_began() -> None:
    service = Replies([TABLES], [httpx.ReadTimeout("slow")])
    service_failed = client(service, tries=1).create("leads", "lead", [("g1", {})])
    with pytest.raises(Later) as caught:
        await service_failed
    assert not caught.value.unknown


async def test_rows_are_created_under_our_guids_with_duplicate_detection_on() -> None:
    service = Replies([TABLES, DONE])
    await client(service).create("leads", "lead", [("g1", {"lastname": "A", "ownerid@odata.bind": "/systemusers(u)"})])
    request = service.asked[-1]
    assert request.url.path.endswith("/leads/Microsoft.Dynamics.CRM.CreateMultiple")
    assert request.headers["MSCRM.SuppressDuplicateDetection"] == "false"
    assert sent(request)["Targets"] == [
        {
            "@odata.type": "Microsoft.Dynamics.CRM.lead",
            "leadid": "g1",
            "lastname": "A",
            "ownerid@odata.bind": "/systemusers(u)",
        }
    ]


async def test_a_refused_create_is_repeated_as_a_batch_so_that_each_row_gets_its_own_answer() -> None:
    parts = batch_reply(
        '201 Created\r\nContent-Type: application/json\r\n\r\n{"@odata.etag":"W/\\"7\\""}',
        '400 Bad Request\r\n\r\n{"error":{"code":"0x80044331","message":"too long"}}',
        '412 Precondition Failed\r\n\r\n{"error":{"code":"0x80040237","message":"Cannot insert duplicate key"}}',
    )
    service = Replies([TABLES, error(400, "0x80044331"), parts])
    first, second, third = await client(service).create("leads", "lead", [("g1", {}), ("g2", {}), ("g3", {})])
    assert first == Written("g1", created=True, etag='W/"7"')
    assert isinstance(second, Never) and second.code == "0x80044331"
    assert third == Written("g3", created=False)
    assert service.asked[-1].headers["Prefer"] == "odata.continue-on-error"
    assert service.asked[-1].headers["Content-Type"] == content_type()


async def test_updates_insist_that_the_row_exists_as_it_was_and_bring_its_new_etag() -> None:
    parts = batch_reply(
        '200 OK\r\n\r\n{"@odata.etag":"W/\\"8\\""}',
        '412 Precondition Failed\r\n\r\n{"error":{"code":"0x80060882","message":"moved on"}}',
        '404 Not Found\r\n\r\n{"error":{"code":"","message":"lead With Id = g3 Does Not Exist"}}',
    )
    service = Replies([TABLES, parts])
    rows = [("g1", 'W/"7"', {"a": 1}), ("g2", 'W/"1"', {"a": 2}), ("g3", None, {"a": 3})]
    first, second, third = await client(service).update("leads", rows)
    assert first == Written("g1", created=False, etag='W/"8"')
    assert isinstance(second, Later) and second.code == "0x80060882" and not second.unknown
    assert isinstance(third, Never) and third.code == "0x80040217"
    body = service.asked[-1].content.decode()
    assert 'If-Match: W/"7"\r\n' in body and "If-Match: *\r\n" in body


async def test_a_row_that_the_reply_does_not_mention_is_of_unknown_outcome() -> None:
    service = Replies([TABLES, batch_reply("204 No Content\r\n\r\n")])
    first, second = await client(service).update("leads", [("g1", None, {}), ("g2", None, {})])
    assert isinstance(first, Written)
    assert isinstance(second, Later) and second.unknown


async def test_among_several_calls_one_lost_reply_leaves_the_others_standing() -> None:
    replies: list[Reply] = [TABLES, httpx.ReadError("reset"), DONE]
    rows: list[tuple[str, dict[str, Any]]] = [(f"g{number}", {}) for number in range(450)]
    outcomes = await client(Replies(replies)).create("leads", "lead", rows)
    assert len(outcomes) == 450
    lost = [outcome for outcome in outcomes if isinstance(outcome, SyncFailure)]
    assert len(lost) in (150, 300)
    assert all(isinstance(outcome, Later) and outcome.unknown for outcome in lost)


async def test_a_look_up_follows_its_pages() -> None:
    first = answer({"value": [{"leadid": "g1"}], "@odata.nextLink": "https://contoso.crm.dynamics.com/more"})
    service = Replies([first, answer({"value": [{"leadid": "g2"}]})])
    assert await client(service).find("leads", "emailaddress1", ["a@x.com"], ["leadid"]) == [
        {"leadid": "g1"},
        {"leadid": "g2"},
    ]
