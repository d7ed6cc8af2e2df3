"""One operation and its answer, whether it came alone over HTTP or as a part of a $batch."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sandbox.dynamics.refusals import Refusal, bad_request


@dataclass
class Call:
    """`path` is decoded and begins after `/api/data/v9.2/`; `base` is the absolute address up to there."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    content: bytes
    base: str

    @cached_property
    def prefer(self) -> dict[str, str]:
        """The Prefer header: `odata.maxpagesize=5,odata.track-changes` -> {"odata.maxpagesize": "5", …: ""}."""
        found = re.findall(r'([\w.\-]+)(?:\s*=\s*(?:"([^"]*)"|([^,\s]+)))?', self.headers.get("Prefer", ""))
        return {name.lower(): quoted or plain for name, quoted, plain in found}

    def json(self) -> dict[str, Any]:
        """The body as an object; 400 when it is none."""
        try:
            body = json.loads(self.content or b"{}")
        except ValueError as error:
            raise bad_request(f"Error identified in Payload provided by the user: {error}") from error
        if not isinstance(body, dict):
            raise bad_request("Error identified in Payload provided by the user: an object was expected.")
        return body


@dataclass
class Answer:
    """`body` is JSON to be, text, or nothing."""

    status: int = 204
    body: dict[str, Any] | str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        if self.body is None:
            return b""
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()

    def all_headers(self) -> dict[str, str]:
        """With the content type that goes with the body."""
        headers = {"OData-Version": "4.0", **self.headers}
        if isinstance(self.body, str):
            headers.setdefault("Content-Type", "text/plain; charset=utf-8")
        elif self.body is not None:
            headers["Content-Type"] = "application/json; odata.metadata=minimal; charset=utf-8"
        return headers


def refused(refusal: Refusal) -> Answer:
    return Answer(refusal.status, refusal.body(), refusal.headers)
