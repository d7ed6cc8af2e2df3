"""The activity feeds of the Marketo stand-in: what is logged, and how it is paged."""

import pytest

from sandbox.marketo.activities import Activities
from tests.sandbox.marketo_service import LONG_AGO, Json, MarketoService, code_of, marketo

__all__ = ["marketo"]


def told(activity: Json) -> Json:
    return {part["name"]: part["value"] for part in activity["attributes"]}


async def test_a_new_person_is_a_new_lead_activity_without_fields(marketo: MarketoService) -> None:
    person = await marketo.person(email="a@b.co", firstName="A")
    [change] = await marketo.changes("firstName")
    assert (change["activityTypeId"], change["leadId"], change["fields"]) == (12, person, [])
    assert change["marketoGUID"] == str(change["id"])


async def test_our_own_write_is_logged_with_its_old_and_new_value(marketo: MarketoService) -> None:
    await marketo.person(email="a@b.co", firstName="A")
    await marketo.sync("leads", {"email": "a@b.co", "firstName": "B"})
    change = (await marketo.changes("firstName"))[-1]
    assert change["activityTypeId"] == 13
    assert [(f["name"], f["oldValue"], f["newValue"]) for f in change["fields"]] == [("firstName", "A", "B")]
    assert told(change)["Source"] == "Web service API"


async def test_a_value_that_was_there_already_leaves_no_activity_and_no_new_date(marketo: MarketoService) -> None:
    person = await marketo.person(email="a@b.co", firstName="A", doNotCall=False)
    before = (await marketo.get(f"lead/{person}"))["result"]
    marketo.later(minutes=5)
    await marketo.sync("leads", {"email": "a@b.co", "firstName": "A", "lastName": None, "unsubscribed": False})
    assert await marketo.of_type(13) == []
    assert (await marketo.get(f"lead/{person}"))["result"] == before


async def test_lead_changes_holds_only_the_fields_asked_for(marketo: MarketoService) -> None:
    await marketo.person(email="a@b.co")
    await marketo.sync("leads", {"email": "a@b.co", "firstName": "A", "city": "Rome"})
    names = [field["name"] for change in await marketo.changes("city") for field in change["fields"]]
    assert names == ["city"]


async def test_values_in_the_feed_are_text(marketo: MarketoService) -> None:
    await marketo.person(email="a@b.co")
    await marketo.sync("leads", {"email": "a@b.co", "unsubscribed": True, "leadScore": 5})
    changed = {f["name"]: f for c in await marketo.changes("unsubscribed", "leadScore") for f in c["fields"]}
    assert (changed["unsubscribed"]["oldValue"], changed["unsubscribed"]["newValue"]) == ("false", "true")
    assert (changed["leadScore"]["oldValue"], changed["leadScore"]["newValue"]) == (None, "5")


async def test_a_score_change_is_told_twice_as_13_and_as_22(marketo: MarketoService) -> None:
    await marketo.person(email="a@b.co", leadScore=5)
    await marketo.sync("leads", {"email": "a@b.co", "leadScore": 8})
    [score] = await marketo.of_type(22)
    assert told(score)["Change Value"] == "+3"
    assert len(await marketo.of_type(13)) == 1


async def test_a_users_edit_names_another_source(marketo: MarketoService) -> None:
    person = await marketo.person(email="a@b.co")
    await marketo.control(f"people/{person}", "PATCH", {"firstName": "A"})
    assert told((await marketo.changes("firstName"))[-1])["Source"] == "Web form fillout"


async def test_a_person_inserted_by_a_flow_is_logged_unless_quietly(marketo: MarketoService) -> None:
    await marketo.control("people", body=[{"email": "a@b.co", "company": "Acme"}])
    await marketo.http.post("/sandbox/people", json=[{"email": "c@d.co"}], params={"quiet": 1})
    [change] = await marketo.changes("firstName")
    assert told(change)["Source Type"] == "Marketo Flow Action"


async def test_a_deleted_person_is_in_the_deleted_feed_for_14_days(marketo: MarketoService) -> None:
    person = await marketo.person(email="a@b.co", firstName="A", lastName="B")
    token = await marketo.token()
    await marketo.sync("leads/delete", {"id": person})
    [gone] = (await marketo.get("activities/deletedleads", nextPageToken=token))["result"]
    assert (gone["leadId"], gone["activityTypeId"], gone["primaryAttributeValue"]) == (person, 37, "A B")
    assert gone["activityDate"].endswith("+0000")
    marketo.later(days=13)
    await sign_in_again(marketo)
    assert len((await marketo.get("activities/deletedleads", nextPageToken=token))["result"]) == 1
    marketo.later(days=2)
    await sign_in_again(marketo)
    assert (await marketo.get("activities/deletedleads", nextPageToken=token))["result"] == []


async def sign_in_again(marketo: MarketoService) -> None:
    form = {"grant_type": "client_credentials", "client_id": "demo", "client_secret": "demo"}
    token = (await marketo.http.post("/identity/oauth/token", data=form)).json()["access_token"]
    marketo.http.headers["Authorization"] = f"Bearer {token}"


async def test_value_changes_are_kept_for_90_days_and_new_leads_for_ever(marketo: MarketoService) -> None:
    await marketo.person(email="a@b.co")
    await marketo.sync("leads", {"email": "a@b.co", "firstName": "A"})
    marketo.later(days=91)
    await sign_in_again(marketo)
    assert [change["activityTypeId"] for change in await marketo.changes("firstName")] == [12]


async def test_a_merge_is_told_as_type_32_and_not_as_a_delete(marketo: MarketoService) -> None:
    winner, loser = await marketo.person(email="a@b.co"), await marketo.person(email="c@d.co")
    await marketo.post(f"leads/{winner}/merge", leadIds=str(loser))
    [merge] = await marketo.of_type(32)
    assert (merge["leadId"], told(merge)["Merge IDs"]) == (winner, f"[{loser}]")
    assert (await marketo.get("activities/deletedleads", nextPageToken=await marketo.token()))["result"] == []


async def test_a_token_is_a_place_to_go_on_from(marketo: MarketoService) -> None:
    await marketo.person(email="a@b.co")
    seen, token = await marketo.pages("activities/leadchanges", await marketo.token(), fields="firstName")
    assert len(seen) == 1
    assert token.endswith("=")
    await marketo.person(email="c@d.co")
    later, _ = await marketo.pages("activities/leadchanges", token, fields="firstName")
    assert [change["leadId"] for change in later] == [2]


async def test_a_date_token_begins_at_its_date(marketo: MarketoService) -> None:
    await marketo.person(email="a@b.co")
    since = marketo.later(minutes=10).isoformat()
    await marketo.person(email="c@d.co")
    assert [change["leadId"] for change in await marketo.changes("firstName", since=since)] == [2]


async def test_the_end_of_the_feed_still_gives_a_token(marketo: MarketoService) -> None:
    page = await marketo.get("activities/leadchanges", nextPageToken=await marketo.token(), fields="email")
    assert (page["result"], page["moreResult"]) == ([], False)
    assert page["nextPageToken"]


async def test_some_pages_are_short_or_empty_though_there_is_more(marketo: MarketoService) -> None:
    marketo.around.weather.limits = False
    await marketo.control("people", body=[{"email": f"a{n}@b.co"} for n in range(2000)])
    token, sizes, ids = await marketo.token(), list[int](), list[int]()
    more = True
    while more:
        page = await marketo.get("activities/leadchanges", nextPageToken=token, fields="email", batchSize=20)
        token, more = page["nextPageToken"], page["moreResult"]
        sizes.append(len(page["result"]))
        ids += [change["id"] for change in page["result"]]
    assert ids == list(range(1, 2001))
    assert min(sizes[:-1]) < 20 == max(sizes)


@pytest.mark.parametrize(
    ("path", "parameters", "code"),
    [
        ("activities/pagingtoken", {}, "1002"),
        ("activities/pagingtoken", {"sinceDatetime": "yesterday"}, "1001"),
        ("activities/leadchanges", {"fields": "email"}, "1002"),
        ("activities/leadchanges", {"nextPageToken": "nonsense", "fields": "email"}, "1003"),
        ("activities", {"nextPageToken": "", "activityTypeIds": "13"}, "1002"),
    ],
)
async def test_a_feed_asked_wrongly_is_refused(marketo: MarketoService, path: str, parameters: Json, code: str) -> None:
    assert code_of(await marketo.get(path, **parameters)) == code


@pytest.mark.parametrize(
    ("path", "parameters", "code"),
    [
        ("activities/leadchanges", {}, "1002"),
        ("activities/leadchanges", {"fields": "nope"}, "1006"),
        ("activities/leadchanges", {"fields": "email", "leadIds": ",".join(map(str, range(31)))}, "1003"),
        ("activities/leadchanges", {"fields": "email", "listId": 5}, "1013"),
        ("activities", {}, "1002"),
        ("activities", {"activityTypeIds": ",".join(map(str, range(11)))}, "1003"),
    ],
)
async def test_a_feed_with_a_token_asked_wrongly_is_refused(
    marketo: MarketoService, path: str, parameters: Json, code: str
) -> None:
    assert code_of(await marketo.get(path, nextPageToken=await marketo.token(), **parameters)) == code


async def test_a_feed_can_be_narrowed_to_people_or_to_a_list(marketo: MarketoService) -> None:
    people = [await marketo.person(email=f"a{n}@b.co") for n in range(3)]
    await marketo.control("lists/5", body={"ids": people[:1]})
    for narrowed in ({"leadIds": people[0]}, {"listId": 5}):
        found, _ = await marketo.pages("activities", await marketo.token(), activityTypeIds=12, **narrowed)
        assert [activity["leadId"] for activity in found] == [people[0]]


async def test_the_types_are_described(marketo: MarketoService) -> None:
    types = {kind["id"]: kind for kind in (await marketo.get("activities/types"))["result"]}
    assert types[13]["primaryAttribute"] == {"name": "Attribute Name", "dataType": "string"}
    assert {12, 22, 32, 37, 300} <= set(types)


def test_a_page_costs_what_it_holds_and_not_what_came_before() -> None:
    from datetime import UTC, datetime, timedelta

    log, begin = Activities(), datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(50_000):
        log.new_lead(number, begin + timedelta(seconds=number), "x")
    log.deleted(7, begin + timedelta(days=1), "A B")
    now = begin + timedelta(days=2)
    page = log.page(log.of_types([37], 0, now), 300)
    assert ([activity.lead for activity in page.activities], page.more) == ([7], False)
    middle = log.page(log.of_types([12], 25_000, now), 300)
    assert (middle.activities[0].id, middle.next_place, middle.more) == (25_001, 25_300, True)


async def test_a_companys_edit_is_logged_for_its_people(marketo: MarketoService) -> None:
    await marketo.sync("companies", {"externalCompanyId": "c1", "company": "Acme"})
    person = await marketo.person(email="a@b.co", externalCompanyId="c1")
    await marketo.sync("companies", {"externalCompanyId": "c1", "company": "Acme Inc"})
    changed = [c for c in await marketo.changes("company", since=LONG_AGO) if c["activityTypeId"] == 13]
    assert [(c["leadId"], c["fields"][0]["newValue"]) for c in changed] == [(person, "Acme Inc")]
