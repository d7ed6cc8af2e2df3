"""What it was measured on."""

import os
import platform
import re
import resource
import sqlite3
from pathlib import Path


def machine() -> str:
    """One line: cores, memory, versions, and how busy the machine was besides."""
    return (
        f"{os.cpu_count()} cores ({_processor()}), {_memory():.0f} GB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def _memory() -> float:
    """GB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def megabytes() -> float:
    """The most this process has held so far. Without /proc, it may be what the process that began it had held."""
    told = Path("/proc/self/status")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", told.read_text() if told.exists() else "", re.MULTILINE)
    return (int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


def others_busy() -> float:
    """The load average of the last minute, per core: above a tenth or two before we began, others measured along."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)
