"""$batch bodies: writing many requests as one, and reading the answers out of one. Text in, text out; no network.

Shape and rules: Microsoft's "execute-batch-operations-using-web-api": CRLF line ends, a blank line between a part's
headers and the request in it, at most 1,000 operations, run and answered in order.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

BOUNDARY = "batch_of_ours"
MOST_OPERATIONS = 1000


@dataclass(frozen=True, slots=True)
class Operation:
    """One request within a batch; `path` is relative to the host: "/api/data/v9.2/leads(…)"."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer within a batch's reply; header names are in lower case, `body` is {} where there was none."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


def content_type() -> str:
    return f'multipart/mixed; boundary="{BOUNDARY}"'


def write_batch(operations: Sequence[Operation]) -> bytes:
    """The body of a $batch request, without change sets: every operation stands for itself."""
    if len(operations) > MOST_OPERATIONS:
        raise ValueError(f"a batch holds at most {MOST_OPERATIONS} operations, not {len(operations)}")
    lines: list[str] = []
    for operation in operations:
        lines += [f"--{BOUNDARY}", "Content-Type: application/http", "Content-Transfer-Encoding: binary", ""]
        lines += _request_lines(operation)
    return "\r\n".join([*lines, f"--{BOUNDARY}--", ""]).encode()


def _request_lines(operation: Operation) -> list[str]:
    headers = {"Accept": "application/json", **operation.headers}
    body = ""
    if operation.body is not None:
        headers["Content-Type"] = "application/json; type=entry"
        # Escaped to ASCII, JSON holds no line ends, so that no value can be taken for a boundary.
        body = json.dumps(operation.body)
    head = [f"{operation.method} {operation.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return [*head, "", body]


def read_batch(content_type: str, body: bytes) -> list[Answer]:
    """The answers in a $batch reply, in order; fewer than were asked for where the service stopped early.

    Raises ValueError where this is no multipart reply.
    """
    boundary = _boundary_of(content_type)
    answers: list[Answer] = []
    for part in _parts(body.decode("utf-8").replace("\r\n", "\n"), boundary):
        head, _, content = part.partition("\n\n")
        inner = _headers(head.split("\n")).get("content-type", "")
        if inner.startswith("multipart/"):
            answers += read_batch(inner, content.encode())
        else:
            answers.append(_read_answer(content.lstrip("\n")))
    return answers


def _boundary_of(content_type: str) -> str:
    message = Message()
    message["Content-Type"] = content_type
    boundary = message.get_boundary()
    if not boundary:
        raise ValueError(f"not a multipart reply: {content_type or 'no content type'}")
    return boundary


def _parts(text: str, boundary: str) -> list[str]:
    pieces = ("\n" + text).split(f"\n--{boundary}")
    return [piece.lstrip("\n") for piece in pieces[1:] if not piece.startswith("--")]


def _read_answer(text: str) -> Answer:
    head, _, body = text.partition("\n\n")
    status_line, *header_lines = head.split("\n")
    words = status_line.split(" ", 2)
    if len(words) < 2 or not words[1].isdigit():
        raise ValueError(f"not an HTTP answer: {status_line[:80]!r}")
    body = body.strip()
    return Answer(int(words[1]), _headers(header_lines), json.loads(body) if body else {})


def _headers(lines: Sequence[str]) -> dict[str, str]:
    split = (line.partition(":") for line in lines if line)
    return {name.strip().lower(): value.strip() for name, _, value in split}
