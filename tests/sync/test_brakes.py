"""When a reading shows too much, and when a record goes round in a loop. Pure."""

from datetime import UTC, datetime, timedelta

import pytest

from sync.brakes import CHANGES, DELETES, EMPTY, SPAN, TIMES, Brakes, Sight, Write, brake, enough, loop, span
from tests.objects import ACCOUNTS, LEADS

BRAKES = Brakes()
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def code(sight: Sight, known: int, brakes: Brakes = BRAKES) -> str | None:
    found = brake(sight, known, brakes)
    return found.code if found else None


def test_deletes_above_their_share_brake_and_say_their_numbers() -> None:
    found = brake(Sight("leads", "dynamics", deleted=412), 1000, BRAKES)
    assert found is not None
    said = "412 of 1,000 leads (41 %) were deleted in Dynamics in one reading; the brake is 10 %"
    assert (found.code, found.message) == (DELETES, said)


def test_deletes_of_just_their_share_do_not_brake() -> None:
    assert code(Sight("leads", "dynamics", deleted=200), 2000) is None
    assert code(Sight("leads", "dynamics", deleted=201), 2000) == DELETES


def test_a_few_deletes_never_brake_however_small_the_organisation() -> None:
    assert code(Sight("leads", "dynamics", deleted=100), 101) is None


def test_all_there_was_brakes_in_a_small_organisation_too_but_not_nine() -> None:
    assert code(Sight("accounts", "dynamics", deleted=90, empty=True), 90) == EMPTY
    assert code(Sight("leads", "marketo", deleted=10), 10) == DELETES
    assert code(Sight("accounts", "dynamics", deleted=9, empty=True), 9) is None
    assert code(Sight("accounts", "dynamics", deleted=90, empty=True), 90, Brakes(deleted=100)) is None


def test_changes_have_a_share_and_a_floor_of_their_own() -> None:
    found = brake(Sight("accounts", "marketo", changed=1500), 2000, BRAKES)
    assert found is not None
    assert found.code == CHANGES and found.message.startswith("1,500 of 2,000 accounts (75 %) were changed in Marketo")
    assert code(Sight("accounts", "marketo", changed=1000), 1000) is None
    assert code(Sight("accounts", "marketo", changed=1500), 3000) is None


def test_a_side_that_is_suddenly_empty_brakes_and_says_so() -> None:
    found = brake(Sight("leads", "dynamics", deleted=1000, empty=True), 1000, BRAKES)
    assert found is not None
    assert (found.code, found.message) == (EMPTY, "Dynamics shows no leads at all, of 1,000 that were in step")


def test_a_database_that_knows_of_nothing_never_brakes() -> None:
    assert code(Sight("leads", "dynamics", deleted=5000, changed=5000), 0) is None


def test_at_a_hundred_per_cent_a_brake_is_off() -> None:
    assert code(Sight("leads", "dynamics", deleted=5000), 5000, Brakes(deleted=100)) is None


@pytest.mark.parametrize("deleted, changed", [(10, 0), (100, 0), (101, 0), (412, 0), (0, 1001), (500, 3000)])
def test_as_many_as_are_enough_let_it_pass_and_one_fewer_does_not(deleted: int, changed: int) -> None:
    sight = Sight("leads", "dynamics", deleted, changed)
    least = enough(sight, BRAKES)
    assert code(sight, least) is None
    assert code(sight, least - 1) is not None


def test_nothing_need_be_counted_below_both_floors() -> None:
    assert enough(Sight("leads", "dynamics", deleted=9, changed=1000), BRAKES) == 0


def writes(*fields: str, times: int = TIMES, apart: timedelta = timedelta(minutes=1)) -> list[Write]:
    return [Write(NOW - (back + 1) * apart, fields) for back in range(times)]


def test_the_same_field_written_again_and_again_is_a_loop_that_names_it() -> None:
    found = [Write(each.at, ("title", f"other{at}")) for at, each in enumerate(writes("title"))]
    assert loop(LEADS, found, NOW) == f"Written {TIMES} times within 19 minutes, each time: title"
    assert loop(ACCOUNTS, writes("website"), NOW) is not None


def test_fewer_writes_are_no_loop() -> None:
    assert loop(LEADS, writes("title", times=TIMES - 1), NOW) is None


def test_writes_with_a_rest_between_two_of_them_are_no_loop() -> None:
    found = writes("title")
    assert loop(LEADS, [*found[:5], *(Write(each.at - SPAN, each.fields) for each in found[5:])], NOW) is None


def test_writes_that_ended_a_while_ago_are_no_loop() -> None:
    assert loop(LEADS, writes("title"), NOW + SPAN) is None


def in_turn(*names: str) -> list[Write]:
    return [Write(each.at, (names[at % len(names)],)) for at, each in enumerate(writes("title"))]


def test_the_same_few_fields_in_turn_are_a_loop_too() -> None:
    said = f"Written {TIMES} times within 19 minutes, in turn: title, city, phone"
    assert loop(LEADS, in_turn("title", "city", "phone"), NOW) == said
    assert loop(LEADS, in_turn("title", "leadScore"), NOW) is None


def test_one_field_after_the_other_is_somebodys_work() -> None:
    assert loop(LEADS, in_turn("title", "city", "phone", "fax"), NOW) is None


def test_where_passes_are_far_apart_so_are_the_writes_of_a_loop() -> None:
    hour = timedelta(hours=1)
    found = writes("title", apart=hour)
    assert loop(LEADS, found, NOW) is None and span(timedelta(minutes=1)) == SPAN
    assert loop(LEADS, found, NOW, span(hour)) is not None


def test_a_score_that_counts_up_is_no_loop() -> None:
    assert loop(LEADS, writes("leadScore"), NOW) is None
