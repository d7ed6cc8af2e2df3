"""Waiting for what another process or task brings about: bounded, and never longer than it takes."""

import asyncio
from collections.abc import Callable
from inspect import isawaitable
from typing import Any


async def until(condition: Callable[[], Any], seconds: float = 15.0) -> Any:
    """Asks `condition` again and again until it answers with something true, which is returned.

    Raises AssertionError naming the last answer when `seconds` have passed.
    """
    answer: Any = None
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        answer = condition()
        if isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        await asyncio.sleep(0.02)
    raise AssertionError(f"waited {seconds} s in vain; the last answer was {answer!r}")
