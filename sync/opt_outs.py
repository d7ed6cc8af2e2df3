"""Opt-outs go ahead of an error: what a person said no to is written, though another value beside it was refused.

So they do where such a value has to wait: for a bulk import, or because it seems to break the service down.
"""

from dataclasses import replace

from storage.changes import Parked, Postponed, Result, Settled
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
    """To be called once a round was sent: `send` writes the opt-outs of what was held back, all of them together.

    What was beside them stays parked, or put off. Where it is not known that they were written, all of it is tried
    again.
    """
    found = [apart for item in claimed.held_back if (apart := alone(claimed.one, item))]
    if not found:
        return
    ids = {item.change.id for item in found}
    left = [each for each in claimed.results if isinstance(each, Parked | Postponed) and each.change.id in ids]
    rest = {each.change.id: each for each in left}
    claimed.results = [each for each in claimed.results if each.change.id not in rest]
    await send(engine, claimed, found)
    claimed.results = [_with_rest(each, rest.get(each.change.id)) for each in claimed.results]


def _with_rest(result: Result, rest: Parked | Postponed | None) -> Result:
    if rest is None:
        return result
    if isinstance(result, Settled):
        return replace(rest, ahead=result)
    all_again = isinstance(result, Postponed) and (result.unsure or isinstance(rest, Parked))
    return result if all_again else rest
