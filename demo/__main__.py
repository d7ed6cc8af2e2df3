"""scripts/demo: Dynamics, Marketo and Slack in a sandbox, a past of five days, and the real bot to talk to."""

import argparse
import asyncio
import sys
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx
from pydantic import SecretStr
from sqlalchemy import func, select

from bot import durations
from bot.settings import Settings, read_settings
from demo.conversation import CHANNEL, PERSON, Conversation
from demo.past import play
from demo.processes import HOME, DidNotStart, Processes
from storage.database import Database
from storage.models import passes, totals

TOUR = (
    "/sync status",
    "/sync status leads",
    "/sync status leads last-hour",
    "/sync errors",
    "/sync errors code:0x80044331",
    "/sync errors csv",
    "/sync stauts",
    "/sync help",
)
PROMPT = (
    "The prompt needs a terminal: what is piped in is not read, and a tour is shown instead (--say has it say what you "
    "want). People keep editing, and at the prompt Marketo is lost for a while; --wait-synced stops both."
)
EDIT_EVERY_SECONDS = 3.0
OUTAGE_AFTER_SECONDS, OUTAGE_SECONDS = 20.0, 90.0
PASS_EVERY_SECONDS = 5


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__, epilog=PROMPT)
    parser.add_argument("--data", metavar="DIR", help="CSV files named and shaped like Dataverse tables")
    parser.add_argument("--say", action="append", default=[], metavar="WORDS", help="say this in Slack, then exit")
    parser.add_argument(
        "--wait-synced",
        type=float,
        metavar="SECONDS",
        help="first wait for an empty backlog; then nobody edits, and Marketo is not lost",
    )
    parser.add_argument("--limits", choices=["real", "none"], default="real", help="the services' documented limits")
    parser.add_argument("--faults", type=float, default=0.0, metavar="RATE", help="share of calls that fail for now")
    parser.add_argument("--latency", type=float, default=0.0, metavar="MS", help="added to every call")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--database-url", help="an empty database to use instead of a new SQLite file")
    return parser.parse_args()


def show(words: str) -> None:
    """Progress, on one line of the terminal, or a line each where it is none."""
    print(f"\r\033[K{words}" if sys.stderr.isatty() else words, end="", file=sys.stderr, flush=True)
    if not sys.stderr.isatty():
        print(file=sys.stderr)


class Progress:
    """Shows every word on a terminal, and only each new kind of word elsewhere."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, words: str) -> None:
        kind = words.split(",")[0]
        if sys.stderr.isatty() or kind != self._last:
            show(words)
        self._last = kind

    def done(self) -> None:
        if sys.stderr.isatty():
            print(file=sys.stderr)


def settings_for(slack: str, dynamics: str, marketo: str, database_url: str) -> Settings:
    return read_settings(
        env_file=None,
        slack_bot_token="xoxb-demo",
        slack_app_token="xapp-demo",
        slack_api_url=f"{slack}/api/",
        dynamics_url=dynamics,
        dynamics_authority=dynamics,
        dynamics_tenant_id="demo",
        dynamics_client_id="demo",
        dynamics_client_secret="demo",
        marketo_url=marketo,
        marketo_client_id="demo",
        marketo_client_secret="demo",
        marketo_calls_per_20s=100,
        marketo_in_flight=10,
        marketo_settle_seconds=5,
        database_url=database_url,
        sync_every_seconds=PASS_EVERY_SECONDS,
        alert_channel=CHANNEL,
        alert_hold="10s",
        sync_people_readers=PERSON,
        sync_operators=PERSON,
    )


def as_environment(settings: Settings) -> dict[str, str]:
    """The settings as the bot's environment, which is all that it is told."""
    environment = {}
    for name, value in settings.model_dump().items():
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        if isinstance(value, frozenset):
            value = ",".join(sorted(value))
        if isinstance(value, timedelta):
            value = durations.exact(value)
        if isinstance(value, str | int) and value != "":
            environment[name.upper()] = str(value)
    return environment


async def demo(arguments: argparse.Namespace) -> int:
    folder = Path(tempfile.mkdtemp(prefix="sync-demo-"))
    processes = Processes(folder)
    progress = Progress()
    try:
        progress("starting Dynamics, Marketo and Slack")
        seed = ("--seed", str(arguments.seed))
        data = ("--data", arguments.data) if arguments.data else ()
        dynamics, marketo, slack = await asyncio.gather(
            processes.sandbox("dynamics", *seed, *data),
            processes.sandbox("marketo", *seed),
            processes.sandbox("slack", *seed),
        )
        url = arguments.database_url or f"sqlite:///{folder / 'sync.db'}"
        settings = settings_for(slack, dynamics, marketo, url)
        await play(settings, arguments.seed, progress)
        async with httpx.AsyncClient(timeout=60) as http:
            await set_weather(http, arguments, dynamics, marketo, slack)
            environment = as_environment(settings)
            (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in environment.items()))
            await processes.bot(environment)
            conversation = Conversation(slack, http, folder)
            if not await conversation.hears(30):
                raise DidNotStart(f"the bot did not come to Slack; see {folder / 'bot.log'}")
            progress(f"the bot is there; its log is {folder / 'bot.log'}, Slack as a page is {slack}/")
            progress.done()
            show(f"to compare both sides: cd {folder} && PYTHONPATH={HOME} {sys.executable} -m bot verify")
            progress.done()
            return await with_people(arguments, settings, conversation, http)
    except DidNotStart as failure:
        print(failure, file=sys.stderr)
        return 1
    finally:
        await processes.end()


async def set_weather(http: httpx.AsyncClient, arguments: argparse.Namespace, *urls: str) -> None:
    weather = {"limits": arguments.limits, "latency_ms": arguments.latency}
    for url in urls:
        (await http.post(f"{url}/sandbox/weather", json=weather)).raise_for_status()
    for url in urls[:2]:
        (await http.post(f"{url}/sandbox/weather", json={"faults": arguments.faults})).raise_for_status()


async def with_people(
    arguments: argparse.Namespace, settings: Settings, conversation: Conversation, http: httpx.AsyncClient
) -> int:
    """The conversation, while people keep editing both sides; with --wait-synced they rest."""
    if arguments.wait_synced is not None and not await synced(settings, arguments.wait_synced):
        return 1
    resting, alone = arguments.wait_synced is not None, bool(arguments.say) or not sys.stdin.isatty()
    people = None if resting else asyncio.create_task(keep_editing(http, settings.dynamics_url, settings.marketo_url))
    outage = None if resting or alone else asyncio.create_task(lose_marketo(http, settings.marketo_url))
    try:
        if alone:
            for words in arguments.say or TOUR:
                print(f"> {words}\n{await conversation.ask(words)}\n", flush=True)
        else:
            await prompt(conversation)
    finally:
        for task in filter(None, (people, outage)):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    return 0


async def lose_marketo(http: httpx.AsyncClient, marketo: str) -> None:
    """Marketo is out of reach for a while, so that an alert is to be seen from its beginning to its end."""
    await asyncio.sleep(OUTAGE_AFTER_SECONDS)
    await http.post(f"{marketo}/sandbox/weather", json={"down": True})
    await asyncio.sleep(OUTAGE_SECONDS)
    await http.post(f"{marketo}/sandbox/weather", json={"down": False})


async def keep_editing(http: httpx.AsyncClient, *urls: str) -> None:
    while True:
        await asyncio.sleep(EDIT_EVERY_SECONDS)
        for url in urls:
            with suppress(httpx.TransportError):
                await http.post(f"{url}/sandbox/edits", json={"count": 1})


async def synced(settings: Settings, seconds: float) -> bool:
    """Waits until nothing waits after two whole passes; open errors do not count. Says how far it is."""
    database = Database(settings.database_url)
    loop = asyncio.get_running_loop()
    start = loop.time()
    progress, clean = Progress(), 0
    seen = await last_pass(database)
    try:
        while loop.time() - start < seconds:
            waiting = await backlog(database)
            progress(f"waiting for an empty backlog, {waiting:,} left after {loop.time() - start:.0f} s")
            ended = await last_pass(database)
            if ended != seen:
                clean, seen = (clean + 1 if not waiting else 0), ended
            if clean == 2:
                return True
            await asyncio.sleep(0.2)
        print(f"\nnot synced within {seconds:.0f} s: {waiting:,} changes still wait", file=sys.stderr)
        return False
    finally:
        progress.done()
        await database.close()


async def backlog(database: Database) -> int:
    async with database.read() as connection:
        return int(await connection.scalar(select(func.sum(totals.c.value)).where(totals.c.measure == "backlog")) or 0)


async def last_pass(database: Database) -> object:
    async with database.read() as connection:
        return await connection.scalar(select(passes.c.finished_at).where(passes.c.name == "sync"))


async def prompt(conversation: Conversation) -> None:
    print("Type /sync and what you want to know; an empty line ends.  For example: /sync status leads last-hour")
    while True:
        try:
            words = (await asyncio.to_thread(input, "> ")).strip()
        except EOFError:
            return
        if not words:
            return
        print(await conversation.ask(words if words.startswith(("/", "@")) else f"/sync {words}"), end="\n\n")


def main() -> int:
    arguments = parse_arguments()
    if arguments.data and not Path(arguments.data).is_dir():
        print(f"--data: there is no folder {arguments.data}", file=sys.stderr)
        return 2
    if arguments.data:
        arguments.data = str(Path(arguments.data).resolve())
    try:
        return asyncio.run(demo(arguments))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
