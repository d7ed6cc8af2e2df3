"""Opt-outs go ahead of an error: what a person said no to is written, though another value beside it was refused."""

from dataclasses import replace

from storage.changes import Parked, Result, Settled
from sync.claims import Claim, Item, Sending
from sync.decide import Update
from sync.engine import Engine
from sync.objects import Object


def alone(one: Object, item: Item) -> Item | None:
    """Of a refused update its opt-outs, and nothing else; None where there are none, or nothing but them was refused.

    An opt-in waits with the rest.
    """
    if not isinstance(item.decision, Update):
        return None
    values = {name: value for name, value in item.decision.values.items() if one.field(name).opt_out and value}
    if not values or (values == item.decision.values and not item.change.extra):
        return None
    return replace(item, change=item.change._replace(extra=None), decision=Update(values))


async def send_opt_outs(engine: Engine, claimed: Claim, send: Sending) -> None:
    """To be called once a round was sent: `send` writes the opt-outs of what was parked, all of them together.

    What they were parked with stays parked. Where it is not known that they were written, all of it is tried again.
    """
    found = [apart for item in claimed.parked if (apart := alone(claimed.one, item))]
    if not found:
        return
    ids = {item.change.id for item in found}
    parked = {each.change.id: each for each in claimed.results if isinstance(each, Parked) and each.change.id in ids}
    claimed.results = [each for each in claimed.results if each.change.id not in parked]
    await send(engine, claimed, found)
    claimed.results = [_with_rest(each, parked.get(each.change.id)) for each in claimed.results]


def _with_rest(result: Result, parked: Parked | None) -> Result:
    if parked is None:
        return result
    if isinstance(result, Settled):
        return replace(parked, ahead=result)
    return parked if isinstance(result, Parked) else result
