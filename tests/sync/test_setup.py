"""Which Marketo fields have to be created for what is kept in step."""

from storage.changes import DIRECTIONS, Direction
from sync.marketo.access import PersonField
from sync.objects import DELETED, Field, Object
from sync.setup import MOST_FIELDS, too_many, wanted_fields


def leads(*fields: Field) -> Object:
    return Object(
        "leads", "lead", "leads", "leadid", "leads", "dynamicsLeadId", fields, DIRECTIONS, deleted_field=DELETED
    )


def badge(*directions: Direction) -> Field:
    return Field("badge", "new_badge", directions=directions or DIRECTIONS, display_name="Visitor Badge")


def wanted(one: Object, *there: PersonField) -> dict[str, tuple[str, str]]:
    found = wanted_fields([one], {each.name: each for each in there})
    return {each["name"]: (each["displayName"], each["dataType"]) for each in found}


def there(name: str, display_name: str) -> PersonField:
    return PersonField(name, display_name, "string", 255, updateable=True, searchable=False)


def test_our_own_ids_and_flags_are_needed_by_every_person() -> None:
    assert wanted(leads()) == {
        "dynamicsLeadId": ("Dynamics Lead Id", "string"),
        "dynamicsType": ("Dynamics Type", "string"),
        "dynamicsDeleted": ("Dynamics is Deleted", "boolean"),
        "syncToDynamics": ("Sync To Dynamics", "boolean"),
    }


def test_a_field_known_by_its_display_name_is_created_under_it() -> None:
    assert wanted(leads(badge()))["badge"] == ("Visitor Badge", "string")


def test_a_field_that_has_either_name_is_not_created_again() -> None:
    assert "badge" not in wanted(leads(badge()), there("vb_2019", "visitor badge"))
    assert "badge" not in wanted(leads(badge()), there("Badge", "Something else"))


def test_a_standard_field_is_never_created() -> None:
    assert "firstName" not in wanted(leads(Field("firstName", "firstname")))


def test_a_field_that_only_travels_to_dynamics_is_not_made_up() -> None:
    assert "badge" not in wanted(leads(badge("to-dynamics")))


def test_more_fields_than_marketo_lets_the_api_create_are_told() -> None:
    fields = [{"name": f"f{number}"} for number in range(MOST_FIELDS + 1)]
    assert too_many({"leads": fields[1:]}) == []
    assert too_many({"leads": fields})[0].startswith(
        "leads: 101 fields are missing, but Marketo lets the API create 100"
    )
