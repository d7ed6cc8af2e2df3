"""Bulk: people in by file, people and activities out by file. Jobs are done as soon as somebody asks how they stand."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.marketo.activities import described
from sandbox.marketo.envelope import Call, Json, Plain, Refusal, succeeded
from sandbox.marketo.people_writes import PeopleWrites
from sandbox.marketo.stamps import read_moment, stamp

DELIMITERS = {"csv": ",", "tsv": "\t", "ssv": ";"}
LONGEST_WINDOW_DAYS = 31
QUEUED_AT_MOST = 10


@dataclass
class Import:
    number: int
    header: list[str]
    delimiter: str
    rows: list[list[str]]
    call: Call
    state: str = "Queued"
    done: int = 0
    failures: list[list[str]] = field(default_factory=list)
    warnings: list[list[str]] = field(default_factory=list)

    def status(self) -> Json:
        failed = len(self.failures)
        if self.state != "Complete":
            told = "Import failed" if self.state == "Failed" else ""
            return {"batchId": self.number, "importId": str(self.number), "status": self.state, "message": told}
        told = f"Import completed{' with errors' if failed else ''}, {self.done} records imported, {failed} failed"
        counts = {"numOfLeadsProcessed": self.done, "numOfRowsFailed": failed}
        counts["numOfRowsWithWarning"] = len(self.warnings)
        return {"batchId": self.number, "importId": str(self.number), "status": self.state, **counts, "message": told}


@dataclass
class Export:
    id: str
    kind: str
    asked: Json
    made: str
    state: str = "Created"
    file: str = ""

    def status(self) -> Json:
        shown: Json = {"exportId": self.id, "format": self.asked.get("format") or "CSV", "status": self.state}
        shown["createdAt"] = self.made
        if self.state == "Completed":
            data = self.file.encode()
            shown |= {"fileSize": len(data), "fileChecksum": f"sha256:{hashlib.sha256(data).hexdigest()}"}
            shown["numberOfRecords"] = max(0, self.file.count("\n") - 1)
        return shown


class Bulk:
    def __init__(self, writes: PeopleWrites, new_id: Callable[[], str]) -> None:
        self.writes = writes
        self.people = writes.people
        self.new_id = new_id
        self.imports: dict[str, Import] = {}
        self.import_end = "Complete"  # or "Queued", which is none yet; "Failed"; the code by which files are refused
        self.exports: dict[str, Export] = {}

    # imports

    def import_people(self, call: Call) -> Json:
        """POST bulk/v1/leads.json?format=csv&lookupField=: multipart with a part `file`; upserts row by row."""
        if self.import_end.isdigit():
            raise Refusal(self.import_end, "Import refused")
        delimiter = DELIMITERS.get(call.required("format"))
        if delimiter is None or not isinstance(call.body, str):
            raise Refusal("1003" if delimiter is None else "613", "Invalid format or multipart request")
        rows = list(csv.reader(io.StringIO(call.body), delimiter=delimiter))
        if not rows:
            raise Refusal("1003", "Empty file")
        job = Import(1000 + len(self.imports), rows[0], delimiter, rows[1:], call)
        self.imports[str(job.number)] = job
        self._work_on(job)
        return succeeded([{"batchId": job.number, "importId": str(job.number), "status": "Queued"}])

    def _work_on(self, job: Import) -> None:
        if job.state == "Queued":
            job.state = self.import_end
            for row in job.rows if job.state == "Complete" else ():
                self._import_row(job, row, job.call)

    def _import_row(self, job: Import, row: list[str], call: Call) -> None:
        lookup = call.parameters.get("lookupField") or "email"
        action = "updateOnly" if lookup == "id" else "createOrUpdate"
        record = dict(zip(job.header, row, strict=False))
        bad = self._bad_values(record, lookup)
        good = {name: value for name, value in record.items() if name not in bad}
        body = {"action": action, "lookupField": lookup, "input": [good]}
        [result] = self.writes.sync(Call({}, body, (), call.now, call.first_unseen))["result"]
        if result["status"] == "skipped":
            job.failures.append([*row, result["reasons"][0]["message"]])
            return
        job.done += 1
        if reason := "; ".join(bad.values()):
            job.warnings.append([*row, reason])

    def _bad_values(self, record: dict[str, str], lookup: str) -> dict[str, str]:
        """Why a row is imported without some of its values; without an address or a key it is not at all."""
        bad = {}
        for name in record.keys() - {lookup, "email"} & self.people.table.checks.keys():
            try:
                self.people.table.checks[name](record[name])
            except Refusal as refusal:
                bad[name] = refusal.message
        return bad

    def import_status(self, call: Call) -> Json:
        job = self._import(call)
        self._work_on(job)
        return succeeded([job.status()])

    def import_failures(self, call: Call) -> Plain:
        """The rows that failed, as they came, with a last column for the reason."""
        job = self._import(call)
        return self._rows(job, "Import Failure Reason", job.failures)

    def import_warnings(self, call: Call) -> Plain:
        """Likewise those that were taken without a value that is none of its field."""
        job = self._import(call)
        return self._rows(job, "Import Warning Reason", job.warnings)

    def _rows(self, job: Import, reason: str, rows: list[list[str]]) -> Plain:
        text = io.StringIO()
        csv.writer(text, delimiter=job.delimiter).writerows([[*job.header, reason], *rows])
        return Plain(text.getvalue() if rows else "")

    def _import(self, call: Call) -> Import:
        if call.path[0] not in self.imports:
            raise Refusal("1013", f"Batch '{call.path[0]}' not found")
        return self.imports[call.path[0]]

    # exports

    def create(self, kind: str, call: Call) -> Json:
        asked = call.json()
        self._window(asked.get("filter"))
        if kind == "leads" and not asked.get("fields"):
            raise Refusal("1002", "Missing value for the required parameter 'fields'")
        for name in asked.get("fields") or [] if kind == "leads" else []:
            self.people.table.named(name)
        job = Export(self.new_id(), kind, asked, call.stamp)
        self.exports[job.id] = job
        return succeeded([job.status()])

    def _window(self, chosen: Any) -> tuple[str, str, str]:
        """(what the filter is on, from, to); more than 31 days are refused."""
        for name in ("createdAt", "updatedAt"):
            window = chosen.get(name) if isinstance(chosen, dict) else None
            if window:
                try:
                    start, end = read_moment(window["startAt"]), read_moment(window["endAt"])
                except (KeyError, ValueError):
                    raise Refusal("1003", f"Invalid filter '{name}'") from None
                if (end - start).days > LONGEST_WINDOW_DAYS:
                    raise Refusal("1003", f"Filter '{name}' spans more than {LONGEST_WINDOW_DAYS} days")
                return name, stamp(start), stamp(end)
        raise Refusal("1035", "Unsupported filter type")

    def enqueue(self, kind: str, call: Call) -> Json:
        job = self._export(kind, call)
        if job.state != "Created":
            raise Refusal("1029", "Job already queued")
        if sum(other.state == "Queued" for other in self.exports.values()) >= QUEUED_AT_MOST:
            raise Refusal("1029", "Too many jobs in queue")
        job.state = "Queued"
        return succeeded([job.status()])

    def status(self, kind: str, call: Call) -> Json:
        job = self._export(kind, call)
        if job.state == "Queued":
            text = io.StringIO()
            csv.writer(text).writerows(self._people(job) if kind == "leads" else self._activities(job))
            job.state, job.file = "Completed", text.getvalue()
        return succeeded([job.status()])

    def file(self, kind: str, call: Call) -> Plain:
        job = self._export(kind, call)
        if job.state != "Completed":
            raise Refusal("1003", "The export is not completed")
        return Plain(job.file)

    def cancel(self, kind: str, call: Call) -> Json:
        job = self._export(kind, call)
        job.state = "Cancelled"
        return succeeded([job.status()])

    def listed(self, kind: str, call: Call) -> Json:
        return succeeded([job.status() for job in self.exports.values() if job.kind == kind])

    def _export(self, kind: str, call: Call) -> Export:
        job = self.exports.get(call.path[0])
        if job is None or job.kind != kind:
            raise Refusal("1013", f"Export '{call.path[0]}' not found")
        return job

    def _people(self, job: Export) -> Iterator[list[Any]]:
        """A header, then one row a person; what is null is the text `null`."""
        names = job.asked["fields"]
        field_name, start, end = self._window(job.asked["filter"])
        titles = job.asked.get("columnHeaderNames") or {}
        yield [titles.get(name, name) for name in names]
        people = self.people
        for row in people.rows.values():
            if start <= row[field_name] <= end:
                values = [people.value(row, name) for name in names]
                yield ["null" if value is None else value for value in values]

    def _activities(self, job: Export) -> Iterator[list[Any]]:
        _, start, end = self._window(job.asked["filter"])
        types = {int(kind) for kind in job.asked["filter"].get("activityTypeIds") or []}
        yield [
            "marketoGUID", "leadId", "activityDate", "activityTypeId", "campaignId",
            "primaryAttributeValueId", "primaryAttributeValue", "attributes",
        ]  # fmt: skip
        for activity in self.people.activities.log:
            when = stamp(activity.moment)
            if start <= when <= end and (not types or activity.type in types):
                told = {part["name"]: part["value"] for part in described(activity)["attributes"]}
                shown = [str(activity.id), activity.lead, when, activity.type, "null"]
                yield [*shown, activity.primary_id or "null", activity.primary or "null", json.dumps(told)]
