"""Breakdowns that one record of a call may have caused: the others are written all the same, and by how many calls."""

import httpx
import pytest

from sync.errors import Later
from sync.outcomes import Written
from tests.sync.client_replies import Replies, Reply
from tests.sync.test_dynamics_client_calls import TABLES, batch_reply, client, error

PLUG_IN = '500 Internal Server Error\r\n\r\n{"error":{"code":"0x80040224","message":"plug-in crashed"}}'


@pytest.mark.parametrize("code", ["0x80040224", "0x80044151", "0x80044172", "0x80044339", "0x80040216", ""])
async def test_a_create_that_broke_down_is_repeated_once_each_row_by_itself(code: str) -> None:
    service = Replies([TABLES, error(500, code), batch_reply("204 No Content\r\n\r\n", PLUG_IN)])
    first, second = await client(service).create("leads", "lead", [("g1", {}), ("g2", {})])
    assert first == Written("g1", created=True)
    assert isinstance(second, Later) and second.code == "0x80040224"
    assert len(service.asked) == 3


@pytest.mark.parametrize("reply", [error(502, ""), error(503, ""), httpx.ReadTimeout("slow"), httpx.ReadError("reset")])
async def test_a_create_whose_service_was_out_of_reach_is_not_repeated(reply: Reply) -> None:
    service = Replies([TABLES, reply])
    with pytest.raises(Later):
        await client(service).create("leads", "lead", [("g1", {}), ("g2", {})])
    assert len(service.asked) == 2


async def test_one_row_that_breaks_a_create_down_stands_alone_already() -> None:
    service = Replies([TABLES, error(500, "0x80040224")])
    with pytest.raises(Later):
        await client(service).create("leads", "lead", [("g1", {})])
    assert len(service.asked) == 2
