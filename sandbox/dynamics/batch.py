"""$batch: many operations in one call, in order; change sets are all or nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from multidict import CIMultiDict

from sandbox.dynamics.calls import Answer, Call
from sandbox.dynamics.refusals import Refusal, bad_request
from sandbox.dynamics.store import Store

LARGEST_BATCH = 1000
CRLF = "\r\n"
References = dict[str, str]
Carry = Callable[[Store, Call, References], Answer]


@dataclass(frozen=True)
class Part:
    """One operation, with the Content-ID it was given."""

    call: Call
    content_id: str | None


Item = Part | list[Part]


def boundary_of(content_type: str) -> str:
    found = re.search(r'boundary="?([^";,\s]+)"?', content_type)
    if "multipart/mixed" not in content_type or found is None:
        raise bad_request("The content type of a batch must be multipart/mixed with a boundary.")
    return found[1]


def split(body: str, boundary: str) -> list[tuple[CIMultiDict[str], str]]:
    """The parts between the boundaries, each as its headers and what follows them."""
    pieces = re.split(rf"(?:^|\n)--{re.escape(boundary)}(--)?[ \t]*(?:\n|$)", body)
    parts = []
    # re.split leaves preamble, mark, part, mark, part, … : the parts are every second from the third
    for piece in pieces[2::2]:
        if piece.strip():
            head, _, rest = piece.lstrip("\n").partition("\n\n")
            parts.append((headers_of(head), rest))
    return parts


def headers_of(text: str) -> CIMultiDict[str]:
    pairs = (line.partition(":") for line in text.split("\n") if ":" in line)
    return CIMultiDict((name.strip(), value.strip()) for name, _, value in pairs)


def read_items(call: Call) -> list[Item]:
    """The operations of a batch: single ones, and change sets as lists. At most 1000; no batch within a batch."""
    body = call.content.decode("utf-8", "replace").replace("\r\n", "\n")
    items: list[Item] = []
    for headers, rest in split(body, boundary_of(call.headers.get("Content-Type", ""))):
        if "multipart/mixed" in headers.get("Content-Type", ""):
            items.append(read_change_set(rest, headers["Content-Type"], call))
        else:
            items.append(Part(read_request(rest, call), headers.get("Content-ID")))
    count = sum(len(item) if isinstance(item, list) else 1 for item in items)
    if count > LARGEST_BATCH:
        said = f"The number of operations in the batch, {count}, exceeds the limit of {LARGEST_BATCH}."
        raise Refusal(400, "0x80060888", said)
    return items


def read_change_set(body: str, content_type: str, call: Call) -> list[Part]:
    parts = []
    for headers, rest in split(body, boundary_of(content_type)):
        inner = read_request(rest, call)
        if inner.method == "GET":
            raise bad_request("A change set cannot contain GET requests.")
        if "Content-ID" not in headers:
            raise bad_request("Content-ID is required for each operation in a change set.")
        parts.append(Part(inner, headers["Content-ID"]))
    return parts


def read_request(text: str, outer: Call) -> Call:
    """`PATCH /api/data/v9.2/leads(…) HTTP/1.1`, its headers and body. Its address may be whole, rooted or relative."""
    head, _, body = text.partition("\n\n")
    first, _, lines = head.lstrip("\n").partition("\n")
    found = re.fullmatch(r"(\w+)\s+(.+?)\s+HTTP/1\.\d\s*", first)
    if found is None:
        raise bad_request(f"'{first}' is not a request line.")
    address = re.sub(r"^(?:https?://[^/]+)?/?api/data/v9\.\d+/", "", found[2])
    path, _, query = address.partition("?")
    return Call(
        found[1].upper(),
        unquote(path),
        dict(parse_qsl(query, keep_blank_values=True)),
        headers_of(lines),
        body.strip().encode(),
        outer.base,
    )


def resolved(call: Call, references: References) -> Call:
    """With `$1` at the head of its address put in place; an undeclared one is refused."""
    found = re.match(r"/?(\$\w+)", call.path)
    if found is None or found[1] in {"$batch", "$metadata"}:
        return call
    if found[1] not in references:
        said = f"Content-ID Reference: '{found[1]}' does not exist in the batch context."
        raise bad_request(said)
    address = references[found[1]].split("/api/data/", 1)[1].split("/", 1)[1]
    return Call(call.method, address + call.path[found.end() :], call.query, call.headers, call.content, call.base)


class Batch:
    """Carries out one batch. `carry` does one operation and raises its refusals."""

    def __init__(self, store: Store, outer: Call, carry: Carry) -> None:
        self.store, self.outer, self.carry = store, outer, carry
        self.go_on = "odata.continue-on-error" in outer.prefer
        self.boundary = f"batchresponse_{uuid4()}"
        self.parts: list[str] = []
        self.references: References = {}

    def answer(self) -> Answer:
        """200, or 400 when the first failure ended it; what came before that failure stays done."""
        for item in read_items(self.outer):
            fine = self._change_set(item) if isinstance(item, list) else self._single(item)
            if not fine and not self.go_on:
                return self._finished(400)
        return self._finished(200)

    def _finished(self, status: int) -> Answer:
        body = "".join(f"--{self.boundary}{CRLF}{part}{CRLF}" for part in self.parts) + f"--{self.boundary}--{CRLF}"
        return Answer(status, body, {"Content-Type": f"multipart/mixed; boundary={self.boundary}"})

    def _do(self, part: Part) -> Answer:
        done = self.carry(self.store, resolved(part.call, self.references), self.references)
        address = done.headers.get("OData-EntityId")
        if part.content_id and address:
            self.references[f"${part.content_id}"] = address
        return done

    def _single(self, part: Part) -> bool:
        try:
            done = self._do(part)
        except Refusal as refusal:
            self.parts.append(framed(Answer(refusal.status, refusal.body(), refusal.headers), part.content_id))
            return False
        self.parts.append(framed(done, part.content_id))
        return True

    def _change_set(self, parts: list[Part]) -> bool:
        """A failed set answers with a single part, outside of any change set response."""
        boundary = f"changesetresponse_{uuid4()}"
        inner = []
        failed: Part | None = None
        try:
            with self.store.transaction():
                for failed in parts:
                    inner.append(framed(self._do(failed), failed.content_id))
        except Refusal as refusal:
            content_id = failed.content_id if failed else None
            self.parts.append(framed(Answer(refusal.status, refusal.body(), refusal.headers), content_id))
            return False
        body = "".join(f"--{boundary}{CRLF}{part}{CRLF}" for part in inner) + f"--{boundary}--{CRLF}"
        self.parts.append(f"Content-Type: multipart/mixed; boundary={boundary}{CRLF}{CRLF}{body}")
        return True


def framed(done: Answer, content_id: str | None) -> str:
    """One operation's answer as a part of the reply."""
    head = "Content-Type: application/http" + CRLF + "Content-Transfer-Encoding: binary" + CRLF
    if content_id is not None:
        head += f"Content-ID: {content_id}{CRLF}"
    reason = HTTPStatus(done.status).phrase
    headers = "".join(f"{name}: {value}{CRLF}" for name, value in done.all_headers().items())
    return f"{head}{CRLF}HTTP/1.1 {done.status} {reason}{CRLF}{headers}{CRLF}{done.content().decode()}"
