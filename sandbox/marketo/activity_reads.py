"""Reading the activity log over the API: paging tokens, activities, lead changes, deleted leads."""

from collections.abc import Callable
from datetime import datetime

from sandbox.marketo.activities import Activities, Activity, Page, described, described_change
from sandbox.marketo.activity_types import DELETE_LEAD, TYPES
from sandbox.marketo.envelope import Call, Json, Refusal, succeeded
from sandbox.marketo.people import People
from sandbox.marketo.stamps import read_moment, stamp
from sandbox.marketo.tokens import date_token, place_of, place_token


class ActivityReads:
    def __init__(self, activities: Activities, people: People, chance: Callable[[], float]) -> None:
        self.activities = activities
        self.people = people
        self.chance = chance
        self.lists: dict[int, dict[int, None]] = {}

    def paging_token(self, call: Call) -> Json:
        text = call.required("sinceDatetime")
        try:
            since = read_moment(text)
        except ValueError:
            raise Refusal("1001", f"Invalid value '{text}'. Required of type 'Datetime'") from None
        return {"success": True, "nextPageToken": date_token(since)}

    def types(self) -> Json:
        return succeeded(TYPES)

    def of_types(self, call: Call) -> Json:
        """GET activities.json: 1 to 10 type ids."""
        call.required("activityTypeIds")
        types = call.listed("activityTypeIds")
        if len(types) > 10:
            raise Refusal("1003", "At most 10 activityTypeIds are allowed")
        if not all(kind.isdigit() for kind in types):
            raise Refusal("1001", f"Invalid value '{call.parameters['activityTypeIds']}'. Required of type 'Integer'")
        start = self._start(call)
        feeds = self.activities.of_types({int(kind) for kind in types}, start, call.now)
        page = self.activities.page(feeds, self._size(call), self._chosen(call))
        return self._reply(page, lambda activity: described(activity), stamp)

    def lead_changes(self, call: Call) -> Json:
        """GET activities/leadchanges.json: New Lead, and type 13 of the `fields` asked for."""
        call.required("fields")
        names = dict.fromkeys(call.listed("fields"))
        for name in names:
            self.people.table.named(name)
        feeds = self.activities.lead_changes(names, self._start(call), call.now)
        page = self.activities.page(feeds, self._size(call), self._chosen(call))
        return self._reply(page, described_change, stamp)

    def deleted(self, call: Call) -> Json:
        """GET activities/deletedleads.json. Its dates end in +0000, those of the other feeds in Z."""
        feeds = self.activities.of_types([DELETE_LEAD], self._start(call), call.now)
        page = self.activities.page(feeds, self._size(call))
        return self._reply(page, described, lambda moment: stamp(moment).replace("Z", "+0000"))

    def _start(self, call: Call) -> int:
        place = place_of(call.required("nextPageToken"))
        return place if isinstance(place, int) else self.activities.place_at(place)

    def _size(self, call: Call) -> int:
        """Now and then a page is short, or even empty, though there is more (Marketo, activities)."""
        size = call.batch_size()
        return int(size * self.chance()) if self.chance() < 0.1 else size

    def _chosen(self, call: Call) -> Callable[[Activity], bool] | None:
        leads = call.listed("leadIds")
        if len(leads) > 30:
            raise Refusal("1003", "At most 30 leadIds are allowed")
        if leads:
            wanted = {int(lead) for lead in leads if lead.isdigit()}
            return lambda activity: activity.lead in wanted
        if call.parameters.get("listId"):
            return self._of_list(call.parameters["listId"])
        return None

    def _of_list(self, text: str) -> Callable[[Activity], bool]:
        members = self.lists.get(int(text)) if text.isdigit() else None
        if members is None:
            raise Refusal("1013", f"List '{text}' not found")
        if len(members) >= 10_000:
            raise Refusal("1003", f"List '{text}' holds 10,000 leads or more")
        return lambda activity: activity.lead in members

    def _reply(self, page: Page, shown: Callable[[Activity], Json], dated: Callable[[datetime], str]) -> Json:
        rows = [{**shown(activity), "activityDate": dated(activity.moment)} for activity in page.activities]
        return succeeded(rows, nextPageToken=place_token(page.next_place), moreResult=page.more)
