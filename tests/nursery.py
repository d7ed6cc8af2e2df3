"""python -m tests.nursery: starts the sandbox's services by forking, so that a new one costs no imports.

Every line read holds the arguments of `python -m sandbox` as JSON; the answer is the number of the process that serves.
When nothing more is to come, all of them are ended.
"""

import json
import os
import signal
import sys

import sandbox.dynamics.app
import sandbox.marketo.app
import sandbox.slack.app  # noqa: F401 - so that children have them
from sandbox.__main__ import main as serve


def born(arguments: list[str]) -> int:
    """The number of a new process that runs one service."""
    child = os.fork()
    if child:
        return child
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)  # whoever waits for the nursery's own end must not wait for its children's
    os.dup2(nowhere, 1)
    sys.argv = ["sandbox", *arguments]
    try:
        serve()
    finally:
        os._exit(0)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a service ended
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    children = []
    for line in sys.stdin:
        children.append(born(json.loads(line)))
        print(children[-1], flush=True)
    for child in children:
        try:
            os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    main()
