"""Static lists: who is on them, read and changed over the API."""

from sandbox.marketo.envelope import Call, Json, Refusal, skipped, succeeded
from sandbox.marketo.people import People
from sandbox.marketo.queries import paged

Members = dict[int, None]


class Lists:
    def __init__(self, people: People, lists: dict[int, Members]) -> None:
        self.people = people
        self.lists = lists

    def members(self, call: Call) -> Members:
        found = self.lists.get(int(call.path[0])) if call.path[0].isdigit() else None
        if found is None:
            raise Refusal("1013", f"List '{call.path[0]}' not found")
        return found

    def browse(self, call: Call) -> Json:
        """GET lists.json"""
        shown = [{"id": number, "name": f"List {number}", "workspaceName": "Default"} for number in self.lists]
        return paged(shown, call)

    def read(self, call: Call) -> Json:
        """GET list/{id}/leads.json: the people on a list."""
        names = self.people.asked_fields(call)
        reply = paged([person for person in self.members(call) if person in self.people.rows], call)
        return {**reply, "result": [self.people.shown(self.people.rows[person], names) for person in reply["result"]]}

    def add(self, call: Call) -> Json:
        return self._change(call, "added")

    def remove(self, call: Call) -> Json:
        return self._change(call, "removed")

    def _change(self, call: Call, done: str) -> Json:
        members, results = self.members(call), list[Json]()
        for record in call.records():
            person = next(iter(self.people.having("id", record.get("id"))), None)
            if person is None:
                results.append(skipped(Refusal("1004", "Lead not found")))
            elif done == "removed" and person not in members:
                results.append({"id": person, **skipped(Refusal("1015", "Lead not in list"))})
            else:
                members.pop(person, None) if done == "removed" else members.update({person: None})
                results.append({"id": person, "status": done})
        return succeeded(results)
