"""What people ask for by hand may read every record there is: it goes on only for as long as the sync itself would."""

from sync.engine import Engine
from sync.errors import Later, Spent


async def go_on(engine: Engine) -> None:
    """To be called before each few hundred records. Raises Later where the process is about to end.

    Raises Spent where Marketo is not to be called any more today.
    """
    if engine.stopping:
        raise Later("stopping", "the process is about to end")
    if not await engine.spending.may_call():
        raise Spent(engine.spending.again_at())
