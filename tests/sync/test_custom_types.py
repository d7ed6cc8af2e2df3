"""Which references of a custom entity become links in Marketo, in values."""

from sync.custom_types import link_of
from sync.objects import Field, Object, Parent
from tests.objects import OBJECTS


def entity(name: str, *fields: Field) -> Object:
    return Object(name, f"new_{name}", f"new_{name}s", f"new_{name}id", f"customobjects/{name}_c", f"{name}Id", fields)


def refers(name: str, *objects: str) -> Field:
    parents = tuple(Parent(each, "", "") for each in objects)
    return Field(name, f"_new_{name}_value", "reference", ("to-marketo",), parents=parents)


COURSE = entity("course", Field("title", "new_title"))
VISIT = entity("visit", refers("contact", "contacts"))
KNOWN = (*OBJECTS, COURSE, VISIT)


def test_a_reference_to_a_person_or_company_is_a_link_to_the_id_it_holds() -> None:
    links = [link_of(refers("to", name), KNOWN) for name in ("leads", "contacts", "accounts")]
    assert links == [
        {"name": "lead", "field": "dynamicsLeadId"},
        {"name": "lead", "field": "dynamicsContactId"},
        {"name": "company", "field": "externalCompanyId"},
    ]


def test_a_custom_entity_is_linked_to_only_while_it_has_no_link_itself() -> None:
    assert link_of(refers("to", "course"), KNOWN) == {"name": "course_c", "field": "courseId"}
    assert link_of(refers("to", "visit"), KNOWN) is None


def test_what_marketo_cannot_link_to_is_kept_as_text() -> None:
    assert link_of(refers("to", "users"), KNOWN) is None
    assert link_of(refers("to", "leads", "contacts"), KNOWN) is None
    assert link_of(Field("title", "new_title"), KNOWN) is None
