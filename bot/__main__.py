"""python -m bot: runs the sync and answers in Slack.  Also: check, setup, live, verify."""

import argparse
import asyncio
import getpass
import logging
import signal
import sys
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from bot.alerts.digests import Sender, send_due_digests
from bot.alerts.tell import Teller
from bot.alerts.watch import watch
from bot.app import make_alerts_client, make_app, make_client
from bot.askers import Askers
from bot.check import check_all
from bot.deliver import Deliverer
from bot.delivery import delete_expired_files
from bot.dry_run import dry_run
from bot.ears import serve
from bot.housekeeping import housekeeping_job
from bot.http import health_open
from bot.replica import Replica
from bot.setting_up import ask, say_yes, set_up
from bot.settings import Settings, mistakes, read_settings
from bot.verify import verify
from bot.vitals import Pulse
from bot.wiring import (
    AlreadyRunning,
    alone,
    collect_garbage_seldom,
    described_objects,
    make_dynamics,
    make_marketo,
    open_engine,
)
from bot.world import World
from storage.changes import DIRECTIONS
from storage.database import Database
from storage.ledger.digesting import CLAIM_HOLDS
from storage.ledger.readings import go_live
from sync.catalogue import BadCatalogue
from sync.engine import Engine
from sync.objects import lanes_of
from sync.rehearsal import Ahead
from sync.scheduler import Job, Scheduler

ALERTS_EVERY, DIGESTS_EVERY = 15.0, 60.0


def now() -> datetime:
    return datetime.now(UTC)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    running = commands.add_parser("run", help="sync, and answer in Slack (what happens without a word, too)")
    running.add_argument("--dry-run", action="store_true", help="read and decide everything, write nothing, and say so")
    running.add_argument("--csv", metavar="FILE", help="of a dry run: a line for each record, without people's data")
    commands.add_parser("check", help="say what is ready and how to mend what is not")
    setup = commands.add_parser("setup", help="create the Marketo fields this needs; they can never be deleted again")
    how = setup.add_mutually_exclusive_group()
    how.add_argument("--yes", action="store_true", help="do not ask")
    how.add_argument("--dry-run", action="store_true", help="only say what would be created")
    live = commands.add_parser("live", help="write an object in a direction from now on, rather than only observe")
    live.add_argument("object", help="an object, or all")
    live.add_argument("direction", nargs="?", choices=DIRECTIONS, help="both where it is left out")
    verify = commands.add_parser("verify", help="compare both sides, record by record; beside a running bot or without")
    verify.add_argument("objects", nargs="*", metavar="OBJECT", help="all where none is named")
    verify.add_argument("--csv", metavar="FILE", help="write every difference there, names and values included")
    verify.add_argument("--repair", action="store_true", help="queue what differs, for the next pass to write")
    given = parser.parse_args()
    if given.command == "run" and given.csv and not given.dry_run:
        running.error("--csv goes with --dry-run")
    return given


async def run(settings: Settings) -> int:
    """Until SIGTERM or SIGINT: the round under way is finished, then everything is closed."""
    database = Database(settings.database_url)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        await database.migrate()
        async with alone(database), open_engine(settings, database, now) as engine:
            await _run_until(stopped, settings, database, engine)
    except AlreadyRunning:
        print("Another process syncs on this database already; DATABASE_URL says which.", file=sys.stderr)
        return 1
    finally:
        await database.close()
    return 0


async def _run_until(stopped: asyncio.Event, settings: Settings, database: Database, engine: Engine) -> None:
    """Every process answers and tells; what may be done by one alone is the replica's."""
    replica = Replica(engine, settings.sync_every_seconds, [housekeeping_job(settings, database, now)])
    pulse = Pulse(settings, database, now, engine, replica)
    teller = Teller(database, make_alerts_client(settings), settings.sync_operators)
    telling = Scheduler(
        engine,
        [alerts_job(settings, database, pulse, engine, teller), digests_job(settings, database, engine, teller)],
    )
    app = make_app(settings, database, now, engine, replica, pulse)
    tasks = [asyncio.create_task(each) for each in (serve(app, settings, pulse.hearing), replica.keep())]
    waiting = asyncio.create_task(stopped.wait())
    telling.start()
    try:
        async with health_open(settings.health_port, pulse, database, engine.lanes):
            await asyncio.wait({*tasks, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await asyncio.gather(replica.stop(), telling.stop())
        for task in (*tasks, waiting):
            task.cancel()
        ended = await asyncio.gather(*tasks, waiting, return_exceptions=True)
    for outcome in ended:
        if isinstance(outcome, Exception):
            raise outcome


def alerts_job(settings: Settings, database: Database, pulse: Pulse, engine: Engine, teller: Teller) -> Job:
    """Records what turned, and tells what was not told yet."""
    client = make_client(settings)

    async def alert() -> None:
        await watch(database, settings, engine.lanes, now(), await pulse.own())
        await teller.tell(now)
        await delete_expired_files(database, client, now())

    return Job("alerts", ALERTS_EVERY, alert, deadline=timedelta(minutes=5).total_seconds())


def digests_job(settings: Settings, database: Database, engine: Engine, teller: Teller) -> Job:
    """Apart from the alerts, which a long list of failures must not hold up."""
    client = make_client(settings)
    world = World(settings, database, now, client, {}, engine.objects, engine)
    askers = Askers(client, settings.sync_people_readers, settings.sync_operators, now)
    sender = Sender(world, askers, Deliverer(settings.slack_tables, now), teller.wait_for)

    async def send() -> None:
        await send_due_digests(sender, now())

    return Job("digests", DIGESTS_EVERY, send, deadline=CLAIM_HOLDS.total_seconds())


async def check(settings: Settings) -> int:
    """Prints a line per finding; 1 where anything needs mending."""
    database, dynamics, marketo = Database(settings.database_url), make_dynamics(settings), make_marketo(settings)
    ready = True
    try:
        async for finding in check_all(make_client(settings), dynamics, marketo, database, described_objects(settings)):
            print(finding, flush=True)
            ready = ready and finding.ready
    finally:
        await asyncio.gather(dynamics.aclose(), marketo.aclose(), database.close())
    return 0 if ready else 1


async def compare_both_sides(settings: Settings, arguments: argparse.Namespace) -> int:
    """Takes no lock and migrates nothing: a bot may be at work on this database."""
    database = Database(settings.database_url)
    try:
        async with open_engine(settings, database, now) as engine:
            return await verify(engine, arguments)
    finally:
        await database.close()


async def live(settings: Settings, object: str, direction: str | None) -> int:
    """Opens the lanes that were named, and says which."""
    lanes = lanes_of(described_objects(settings))
    names = dict.fromkeys(name for name, _ in lanes)
    if object not in ("all", *names):
        print(f"There is no object {object}; there are: all, {', '.join(names)}.", file=sys.stderr)
        return 2
    chosen = [lane for lane in lanes if object in ("all", lane[0]) and direction in (None, lane[1])]
    if not chosen:
        print(f"{object} are never written {direction}; leave the direction out.", file=sys.stderr)
        return 2
    database = Database(settings.database_url)
    try:
        await database.migrate()
        async with database.write() as connection:
            for name, way in chosen:
                await go_live(database, connection, name, way, getpass.getuser(), now())
    finally:
        await database.close()
    print("Live from the next pass on: " + ", ".join(f"{name} {way}" for name, way in chosen))
    return 0


def main() -> int:
    arguments = parse_arguments()
    syncs = arguments.command in (None, "run") and not getattr(arguments, "dry_run", False)
    told = logging.INFO if syncs else logging.ERROR  # what else there is says all that matters itself
    logging.basicConfig(level=told, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines hold addresses with people's data in them
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    try:
        settings = read_settings()
    except ValidationError as error:
        print("\n".join(mistakes(error)), file=sys.stderr)
        return 2
    try:
        described_objects(settings)
    except BadCatalogue as bad:
        print("\n".join(bad.mistakes), file=sys.stderr)
        return 2
    collect_garbage_seldom()
    if arguments.command == "check":
        return asyncio.run(check(settings))
    if arguments.command == "setup":
        agreed = None if arguments.dry_run else say_yes if arguments.yes else ask
        return asyncio.run(set_up(settings, agreed))
    if arguments.command == "verify":
        return asyncio.run(compare_both_sides(settings, arguments))
    if arguments.command == "run" and arguments.dry_run:
        return asyncio.run(dry_run(settings, Ahead(now), arguments.csv))
    if arguments.command == "live":
        return asyncio.run(live(settings, arguments.object, arguments.direction))
    return asyncio.run(run(settings))


if __name__ == "__main__":
    sys.exit(main())
