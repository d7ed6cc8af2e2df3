"""Where in a TOML text something stands: the standard library's reader keeps no lines."""

import re
from collections.abc import Mapping

Path = tuple[str, ...]

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of every table and key. The tables of an array have their number as last part of the path."""
    found: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _parts(header[2])
            if header[1] == "[[":
                found.setdefault(table, number)
                table = (*table, str(sum(len(each) == len(table) + 1 and each[:-1] == table for each in found)))
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_parts(key[1])), number)
    return found


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in re.findall(_NAME, dotted))


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of what is nearest to `path` on the way to it: a key in an inline table stands on its table's line."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1
