"""The first sentence of a story, from values alone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.because import Told, sentence
from bot.reasons import REASONS
from bot.sides import Sides
from storage.changes import ECHO, EQUAL, NOTHING_NEW, Link
from storage.history import Service
from storage.record_story import Failure, Known, LaneStanding, Past, Waiting
from sync import (
    decide,
    keeping,
    lead_and_contact,
    matching,
    orphans,
    people_read,
    pull_marketo,
    push_dynamics,
    rows_read,
)
from sync.new_owners import OWNER_REPLACED
from tests.objects import LEADS

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
LIVE = {"to-marketo": LaneStanding(live=True), "to-dynamics": LaneStanding(live=True)}
LINK = Link("leads", "guid", "4711")
UNREAD = "it has not been read yet; the next pass will"
BOTH = Sides(dynamics={"title": "a"}, marketo={"title": "a"}, fields=LEADS.fields)


def waiting(**given: Any) -> Waiting:
    usual = {"direction": "to-marketo", "operation": "update", "state": "waiting", "since": NOW, "attempts": 0}
    none = {"next_at": NOW, "waits_for": None, "code": "606", "ignored": False, "label": ""}
    return Waiting(**{**usual, **none, **given})


def failure(**given: Any) -> Failure:
    usual = {
        "id": 27,
        "direction": "to-dynamics",
        "operation": "update",
        "code": "0x80044331",
        "message": "'mobilephone'",
    }
    return Failure(**{**usual, "state": "open", "failed_at": NOW, "attempts": 1, **given})


def told(sides: Sides = BOTH, services: tuple[Service, ...] = (), known: Known | None = None, **past: Any) -> str:
    usual: Mapping[str, Any] = {
        "waiting": (),
        "failures": (),
        "done": (),
        "skipped": (),
        "remarked": (),
        "lanes": LIVE,
        "alike": {},
    }
    remembered = Past(**{"link": LINK, "synced_at": NOW, **usual, **past})
    whose = known or Known("leads", "guid", "4711")
    return sentence(Told(whose, remembered, sides, services, True, lambda moment: f"{moment:%H:%M}", LEADS))


PAUSED = {"to-marketo": LaneStanding(live=True, paused=True)}
STOPPED = {"to-marketo": LaneStanding(live=True, stopped_at=NOW, stopped_code="603")}


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        (told(), "In step since 14:32."),
        (told(synced_at=None), "In step, because both sides held the same when they were matched."),
        (told(failures=(failure(),)), "Stuck, because Dynamics refuses its mobile phone: 0x80044331."),
        (
            told(failures=(failure(message="no", direction="to-marketo", code="1003"),)),
            "Stuck, because Marketo refuses it: 1003.",
        ),
        (
            told(failures=(failure(code="ambiguous"),)),
            "Stuck, because a record, or several, could be this one (ambiguous).",
        ),
        (
            told(failures=(failure(state="ignored"),)),
            "Left alone, because its error #27 (0x80044331) is being ignored.",
        ),
        (told(waiting=(waiting(),)), "Waits since 14:32, because the next pass has not come to it yet."),
        (told(waiting=(waiting(place=1),)), "Waits since 14:32, because 1 change is before it in the queue."),
        (
            told(waiting=(waiting(place=10_001),)),
            "Waits since 14:32, because 10,000+ changes are before it in the queue.",
        ),
        (
            told(waiting=(waiting(waits_for="accounts:x", state="deferred"),)),
            "Waits since 14:32, because its account is not in Marketo yet.",
        ),
        (
            told(waiting=(waiting(state="retrying"),)),
            "Waits since 14:32, because the last attempt failed with 606; the next is at 14:32.",
        ),
        (
            told(waiting=(waiting(state="deferred", code=None),)),
            "Waits since 14:32, because it is new, and workflows may still say that it is left out;",
        ),
        (
            told(link=replace(LINK, left_out="new_synctomkto is No")),
            "Left as it is on both sides, because its new_synctomkto is No in Dynamics.",
        ),
        (told(waiting=(waiting(state="in_flight"),)), "Waits since 14:32, because it is being written right now."),
        (
            told(waiting=(waiting(),), lanes={}),
            "Waits since 14:32, because Leads to Marketo are only observed so far, and nothing is written.",
        ),
        (told(waiting=(waiting(),), lanes=PAUSED), "Waits since 14:32, because Leads to Marketo are paused."),
        (
            told(waiting=(waiting(),), lanes=STOPPED),
            "Waits since 14:32, because Leads to Marketo stopped at 14:32: 603.",
        ),
        (
            told(waiting=(waiting(),), services=(Service("marketo", None, NOW, "timeout"),)),
            "Waits since 14:32, because Marketo is out of reach since 14:32: timeout.",
        ),
        (told(link=None, known=Known("leads", "guid", None)), f"Not in Marketo, because {UNREAD}."),
        (
            told(link=None, known=Known("leads", None, "4711"), sides=Sides(marketo={}, flagged=True)),
            f"Not in Dynamics, because {UNREAD}.",
        ),
        (
            told(link=None, known=Known("leads", None, "4711"), sides=Sides(marketo={})),
            "Not in Dynamics, because the person is not flagged to sync in Marketo.",
        ),
    ],
)
def test_the_first_sentence_says_because(story: str, expected: str) -> None:
    assert story.startswith(expected)


def test_every_reason_to_skip_has_words() -> None:
    reasons = {
        *(ECHO, NOTHING_NEW, EQUAL),
        *(decide.LOST, decide.DELETED_FIRST, decide.GONE, decide.CLOSED),
        *(rows_read.NEVER_SYNCED, rows_read.NO_ROLE),
        *(keeping.FLAG_IS_NO, keeping.FILTERED, keeping.MERGED, orphans.PARENT_LEFT_OUT),
        *(people_read.NOT_FLAGGED, people_read.FROM_DYNAMICS, pull_marketo.DELETED_IN_MARKETO, people_read.GONE),
        OWNER_REPLACED,
        *(matching.SHARES_PERSON, matching.SHARES_RECORD, lead_and_contact.STILL_THERE, push_dynamics.LINKED),
    }
    assert reasons <= set(REASONS)


def test_a_field_that_is_only_sent_when_somebody_is_created_may_part() -> None:
    once = [each for each in LEADS.fields if each.on_creation]
    assert once
    parted = Sides(dynamics={each.name: "a" for each in once}, marketo={}, fields=LEADS.fields)
    assert parted.differing() == []
