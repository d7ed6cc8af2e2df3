"""However something is mistyped: what is offered in its place can be read, and holds what was typed."""

import re

import pytest

from bot.grammar import parse
from bot.request import Help, Misunderstood, Request
from bot.request_subscribing import Alerts, Quiet
from tests.objects import VOCABULARY

RIGHT = (
    "subscribe leads backlog>1234 oldest>3h",
    "subscribe contacts code:1007",
    "subscribe errors open>55 mention:@S0OPS",
    "subscribe accounts failures>15%",
    "subscribe leads growing stalled",
    "subscribe object:leads backlog>1234",
    "subscribe leads code:1007 mention:<@U012345>",
    "subscribe digest weekly mon 10:30",
    "unsubscribe leads code:1007",
    "unsubscribe contacts backlog",
    "unsubscribe object:leads oldest",
    "alerts snooze 12 3h",
    "quiet leads 3h",
    "quiet contacts sat 18:00-19:00",
    "errors object:leads code:1007 since:3h",
    "errors operation:update until:2026-11-03 state:ignored",
    "activity contacts outcome:skipped since:3d",
    "pause accounts to-marketo",
    "run opportunities first",
    "compare contacts csv",
    "activity leads csv",
    "status leads last-hour",
)


def slips(word: str) -> list[str]:
    """The word with one letter left out, doubled, or changed places with the next."""
    each = range(1, len(word))
    left_out = [word[:at] + word[at + 1 :] for at in each]
    doubled = [word[:at] + word[at - 1] + word[at:] for at in each]
    return left_out + doubled + [word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] for at in each]


def mistyped(right: str) -> list[str]:
    """It with each slip in each of its longer words."""
    words = list(re.finditer("[a-z]{4,}", right))
    return [right[: one.start()] + slip + right[one.end() :] for one in words for slip in slips(one[0])]


def asked(text: str) -> Request | Misunderstood:
    return parse(text, VOCABULARY)


def changes_nothing(request: Request) -> bool:
    return isinstance(request, Help) or request in (Alerts(), Quiet())


@pytest.mark.parametrize("right", RIGHT)
def test_an_offer_is_what_was_meant_or_changes_nothing(right: str) -> None:
    for wrong in mistyped(right):
        read = asked(wrong)
        offer = asked(read.nearest) if isinstance(read, Misunderstood) else read
        assert not isinstance(offer, Misunderstood), wrong
        assert offer == asked(right) or changes_nothing(offer), f"{wrong} -> {offer.words}"


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("subscribe leads cod:611", "subscribe leads code:611"),
        ("subscribe obejct:leads open>5", "subscribe open>5 object:leads"),
        ("subscribe leads code>", "subscribe leads code:1003"),
        ("subscribe errors 1003", "subscribe errors code:1003"),
        ("subscribe leads 5k", "subscribe leads backlog>5k"),
        ("subscribe leads 3h", "subscribe leads oldest>3h"),
        ("subscribe leads>5000", "subscribe leads backlog>5000"),
        ("subscribe leads backlog<100", "subscribe leads backlog>100"),
        ("subscribe leeds backlog>100", "subscribe leads backlog>100"),
        ("subscribe bcaklog 5000 leads", "subscribe backlog 5000 leads"),
        ("subscribe backlog>1000 backlog>2000", "subscribe backlog>1000"),
        ("subscribe leads code:1003 code:1004", "subscribe leads code:1003"),
        ("subscribe leads code:1003,1004", "subscribe leads code:1003"),
        ("subscribe quota>80%", "subscribe quota"),
        ("subscribe leads xyzzy", "subscribe leads"),
        ("subscribe leads state:open", "subscribe leads"),
        ("subscribe digest 10:30 Europe/Berlin", "subscribe digest 10:30"),
        ("subscribe digest mon,fri 10:30", "subscribe digest weekly mon 10:30"),
        ("unsubscribe leads cod:1003", "unsubscribe leads code:1003"),
        ("unsubscribe errors 1003", "alerts"),
        ("unsubscribe 12 leads", "alerts"),
        ("unsubscribe digest leads", "alerts"),
        ("unsubscribe digest 12", "alerts"),
        ("unsubscribe me", "alerts"),
        ("unsubscribe quiet", "alerts"),
        ("unsubscribe leads state:open", "alerts"),
        ("unsubscribe leads xyzzy", "alerts"),
        ("unsubscribe 2h", "alerts"),
        ("subscribe open", "subscribe open>500"),
        ("quiet ned 3", "quiet end 3"),
        ("quiet off", "quiet"),
        ("quiet end 3 4", "quiet end 3"),
        ("quiet leds 3h", "quiet leads 3h"),
        ("quiet backlog 3h", "quiet 3h"),
        ("quiet test", "quiet 2h"),
        ("pause by:user", "help pause"),
        ("pause obejct:leads", "pause leads"),
        ("quiet leads until 18:00", "quiet leads 2h"),
        ("quiet sat", "quiet sat 00:00-24:00"),
        ("quiet sat 18:00", "quiet sat 18:00-24:00"),
        ("quiet stat 18:00-19:00", "quiet sat 18:00-19:00"),
        ("quiet mon-fri 18:00-19:00", "quiet mon 18:00-19:00"),
        ("quiet leads daily 18:00-19:00", "quiet leads sat 18:00-19:00"),
        ("alerts akc 12", "alerts ack 12"),
        ("alerts unack 12", "alerts"),
        ("alerts test leads", "alerts test"),
        ("alerts ack 12 13", "alerts ack 12"),
        ("alerts snooze 12 tomorow", "alerts snooze 12 tomorrow"),
        ("alerts cod:1003", "alerts"),
        ("errors leads code:1003,1004", "errors leads code:1003"),
        ("errors leads contacts since:3d", "errors leads since:3d"),
        ("errors since:3d code:", "errors since:3d code:1003"),
        ("errors code:1007 page:0", "errors code:1007 page:2"),
        ("activity leads updated skipped since:3d", "activity leads updated since:3d"),
        ("activity leads since:", "activity leads since:24h"),
        ("activity leads page:x", "activity leads page:2"),
        ("pause leads contacts to-marketo", "pause leads to-marketo"),
        ("compare leads contacts csv", "compare leads csv"),
        ("compare cntacts repair", "compare contacts repair"),
    ],
)
def test_an_offer_holds_the_object_and_the_value(text: str, offer: str) -> None:
    read = asked(text)
    assert isinstance(read, Misunderstood)
    assert read.nearest == offer
    assert f"/sync {offer}" in read.sentence or offer in ("quiet", "help pause") or "needs a value" in read.sentence
    assert not isinstance(asked(offer), Misunderstood)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("subscribe leads code=1003", "subscribe leads code:1003"),
        ("subscribe leads codes:1003", "subscribe leads code:1003"),
        ("subscribe code 1003", "subscribe code:1003"),
        ("subscribe leads backlog 5000", "subscribe leads backlog>5000"),
        ("subscribe leads oldest 2 hours", "subscribe leads oldest>2h"),
        ("subscribe leads oldest>30min, backlog>10k; open>5", "subscribe leads oldest>30m backlog>10000 open>5"),
        ("subscribe leads backlog>10 000", "subscribe leads backlog>10000"),
        ("subscribe leads leads", "subscribe leads"),
        ("subscribe leads <@U012345>", "subscribe leads mention:U012345"),
        ("subscribe leads mention <@U012345>", "subscribe leads mention:U012345"),
        ("subscribe digest at:10:30", "subscribe digest 10:30"),
        ("unsubscribe 12,13", "unsubscribe 12 13"),
        ("quiet leads 30min", "quiet leads 30m"),
        ("quiet 2 hours leads", "quiet leads 2h"),
        ("quiet 1,5 hours, leads", "quiet leads 90m"),
        ("quiet sat 20:00-24:00", "quiet sat 20:00 to 24:00"),
        ("quiet 20:00-23:00 sat", "quiet sat 20:00-23:00"),
        ("quiet delete 3", "quiet end 3"),
        ("quiet obejct:leads 30m", "quiet leads 30m"),
        ("alerts snooze 12 1 hour", "alerts snooze 12 1h"),
    ],
)
def test_what_people_naturally_type_is_read(text: str, meant: str) -> None:
    assert asked(text) == asked(meant)
    assert not isinstance(asked(meant), Misunderstood)
