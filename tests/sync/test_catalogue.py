"""The file that says what is kept in step: what it may say, and how its mistakes are answered."""

from pathlib import Path

import pytest

from storage.changes import DIRECTIONS
from sync.catalogue import BadCatalogue, default_objects, parse_objects, read_objects
from sync.objects import Filter, Object, Parent

ACCOUNTS = """\
[accounts]
table = "account"
rows = "accounts"
key = "accountid"
marketo = "companies"
marketo_key = "externalCompanyId"
[accounts.fields]
company = "name"
"""

LEADS = """\
[leads]
table = "lead"
rows = "leads"
key = "leadid"
marketo = "leads"
marketo_key = "dynamicsLeadId"
direction = "both"
wins = "marketo"
[leads.fields]
"""


def mistakes(text: str) -> tuple[str, ...]:
    with pytest.raises(BadCatalogue) as caught:
        parse_objects(text, "objects.toml")
    return caught.value.mistakes


def accounts(**lines: str) -> str:
    """The accounts' text with one of its lines put in place of another."""
    text = ACCOUNTS
    for key, line in lines.items():
        found = next(each for each in text.splitlines() if each.startswith(f"{key} ="))
        text = text.replace(found, line)
    return text


def the_lead(fields: str) -> Object:
    return parse_objects(LEADS + fields, "objects.toml")[0]


def test_the_packaged_file_holds_what_the_native_connector_keeps_in_step() -> None:
    names = [one.name for one in default_objects()]
    assert {"users", "teams", "accounts", "campaigns", "leads", "contacts", "opportunities", "roles"} <= set(names)
    assert names.index("users") < names.index("accounts") < names.index("leads") < names.index("opportunities")


def test_a_field_that_is_only_a_column_does_as_its_object_does() -> None:
    field = the_lead('firstName = "firstname"').field("firstName")
    assert (field.column, field.kind, field.directions, field.wins) == ("firstname", "text", DIRECTIONS, "marketo")


def test_a_field_may_say_otherwise_than_its_object() -> None:
    field = the_lead('rating = { column = "leadqualitycode", kind = "choice", travels_as = "number" }').field("rating")
    assert (field.kind, field.number) == ("choice", True)
    field = the_lead('title = { column = "jobtitle", wins = "dynamics", too_long = "truncate" }').field("title")
    assert (field.wins, field.too_long) == ("dynamics", "truncate")


def test_what_travels_one_way_is_its_sources() -> None:
    assert the_lead('leadScore = { column = "s", direction = "to-dynamics" }').field("leadScore").wins == "marketo"
    assert the_lead('leadStatus = { column = "s", direction = "to-marketo" }').field("leadStatus").wins == "dynamics"


def test_a_reference_knows_the_table_and_the_rows_of_its_parents() -> None:
    text = LEADS + 'company = { column = "parentaccountid", refers_to = "accounts" }\n' + ACCOUNTS
    _, leads = parse_objects(text, "objects.toml")
    field = leads.field("company")
    assert field.parents == (Parent("accounts", "account", "accounts"),)
    assert (field.kind, field.column, field.directions) == ("reference", "_parentaccountid_value", ("to-marketo",))


def test_the_id_in_a_lookup_travels_to_marketo_only() -> None:
    assert the_lead('campaign = { column = "_campaignid_value" }').field("campaign").directions == ("to-marketo",)
    told = mistakes(LEADS + 'campaign = { column = "_campaignid_value", direction = "both" }')
    assert told == ("objects.toml:10: a lookup travels to-marketo only; leave 'direction' out",)


def test_parents_come_before_children_however_the_file_has_them() -> None:
    text = LEADS + 'company = { column = "parentaccountid", refers_to = "accounts" }\n' + ACCOUNTS
    assert [one.name for one in parse_objects(text, "objects.toml")] == ["accounts", "leads"]


def test_defaults_hold_for_every_object_that_says_nothing_else() -> None:
    text = '[defaults]\nsame_email = "share"\ndefault_owner = "AB"\ntoo_long = "truncate"\n' + ACCOUNTS
    (one,) = parse_objects(text, "objects.toml")
    assert (one.same_email, one.default_owner, one.field("company").too_long) == ("share", "ab", "truncate")


def test_a_filter_keeps_rows_or_keeps_them_out() -> None:
    filters = 'filters = [{ column = "a", only = [1, 2] }, { column = "b", except = ["x"] }]\n[accounts.fields]'
    (one,) = parse_objects(ACCOUNTS.replace("[accounts.fields]", filters), "objects.toml")
    assert one.filters == (Filter("a", (1, 2)), Filter("b", ("x",), excluded=True))


def test_a_custom_object_is_kept_in_step_too() -> None:
    (one,) = parse_objects(accounts(marketo='marketo = "customobjects/visit_c"'), "objects.toml")
    assert one.kind == "customobjects/visit_c"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (accounts(marketo_key="marketo_kee = 'x'"), "6: 'marketo_kee' is not known here; did you mean 'marketo_key'?"),
        (accounts(table=""), "1: 'table' is missing in [accounts]: the table in Dynamics, such as \"account\""),
        (accounts(key="key = 1"), "4: 'key' is a text: put it in quotation marks"),
        (accounts(marketo='marketo = "company"'), "5: 'company' cannot be the marketo; did you mean 'companies'?"),
        (ACCOUNTS.replace("accounts]", "Accounts]"), "1: 'Accounts' cannot be an object's name; use up to 20 small"),
        (ACCOUNTS.replace("company =", "#"), "1: it has no fields; list them under [accounts.fields]"),
        (LEADS + 'a = "x"\nb = "x"', "10: the column 'x' is written from two fields; give one of them direction ="),
        (LEADS.replace('"lead"', '"account"'), '2: a person in Marketo is a row of the table "lead" or "contact"'),
        (LEADS.replace('"both"', '"to-dynamics"') + 'a = "x"', '7: an object goes "to-marketo" or "both" ways'),
        (
            LEADS + 'a = "x"\n' + LEADS.replace("[leads", "[contacts").replace('"lead"', '"contact"') + 'a = "x"',
            "6: 'dynamicsLeadId' is the marketo_key of two objects of people; give each a field of its own",
        ),
        ("accounts = 1", "1: 'accounts' belongs under an object's [NAME], or under [defaults]"),
        ("[accounts", "1: this is no TOML: "),
        ("", "1: no object is described here; copy the packaged file and edit it"),
        ("[defaults]\nwins = 'me'\n" + ACCOUNTS, "2: 'me' cannot be the wins; known are dynamics, marketo"),
    ],
)
def test_a_mistake_is_answered_with_its_line_and_the_remedy(text: str, said: str) -> None:
    assert [each for each in mistakes(text) if each.startswith(f"objects.toml:{said}")]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ('Company = "x"', "two fields of 'accounts' have the name 'Company'; keep one of them"),
        ("a = 1", "'a' is a table: write it as [accounts.fields.a]"),
        ("a = {}", "'column' is missing in [accounts.fields.a]: the Dynamics column it is kept in step with"),
        ('a = { column = "x", diretion = "both" }', "'diretion' is not known here; did you mean 'direction'?"),
        ('a = { column = "x", direction = "both" }', "'accounts' go to-marketo only; so can their fields"),
        ('a = { column = "x", kind = "flg" }', "'flg' cannot be the kind; did you mean 'flag'?"),
        ('a = { column = "x", owner = "yes" }', "'owner' is true or false, without quotation marks"),
        ('a = { column = "x", refers_to = "user" }', "there is no object 'user'; known are accounts"),
        ('a = { column = "x", refers_to = "accounts" }', "'accounts' and its parents refer to each other in a circle"),
        ('a = { column = "x", travels_as = "number" }', "only a choice travels as its label or its number"),
        ('a = { column = "x", opt_out = true, kind = "text" }', "'opt_out' makes it a flag; leave 'kind' out"),
        ('externalCompanyId = "x"', "'externalCompanyId' is the marketo_key of 'accounts' and is written anyway"),
    ],
)
def test_a_mistake_in_a_field_is_answered_with_its_line_and_the_remedy(field: str, said: str) -> None:
    assert [each for each in mistakes(ACCOUNTS + field) if each.startswith(f"objects.toml:9: {said}")]


@pytest.mark.parametrize(
    ("text", "line", "name"),
    [
        (accounts(table='table = "my account"'), 2, "my account"),
        (accounts(rows='rows = "my accounts"'), 3, "my accounts"),
        (accounts(key='key = "account id"'), 4, "account id"),
        (accounts(marketo_key='marketo_key = "Company Id"'), 6, "Company Id"),
        (accounts(company='company = "account name"'), 8, "account name"),
        (accounts(company='"Company Name" = "name"'), 8, "Company Name"),
        (ACCOUNTS + 'site = { column = "web site" }', 9, "web site"),
        (ACCOUNTS + '[accounts.fields.site]\ncolumn = "web site"', 10, "web site"),
    ],
)
def test_no_name_that_an_api_goes_by_has_a_space(text: str, line: int, name: str) -> None:
    assert mistakes(text) == (f"objects.toml:{line}: '{name}' has a space in it; write the name that the API goes by",)


def test_a_display_name_may_have_spaces() -> None:
    assert the_lead('badge = { column = "new_badge", display_name = "Visitor Badge" }').field("badge").display_name


def test_several_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    told = mistakes(accounts(marketo='marketo = "company"', key=""))
    assert [each.split(" ")[0] for each in told] == ["objects.toml:1:", "objects.toml:5:"]


def test_a_file_that_is_not_there_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadCatalogue, match=r"none\.toml: No such file or directory; SYNC_OBJECTS names the file"):
        read_objects(tmp_path / "none.toml")


def test_a_lead_made_in_dynamics_is_given_its_company_once() -> None:
    field = the_lead('company = { column = "companyname", direction = "to-dynamics", on_creation = true }')
    assert field.travelling("to-dynamics") == ()
    assert field.field("company").on_creation


def visits(marketo: str = "customobjects/visit_c", fields: str = 'name = "new_name"\n', name: str = "visits") -> str:
    table = f'[{name}]\ntable = "new_visit"\nrows = "new_visits"\nkey = "new_visitid"\nmarketo_key = "visitId"\n'
    return f'{table}marketo = "{marketo}"\n[{name}.fields]\n{fields}'


def test_a_custom_objects_name_has_at_most_33_characters() -> None:
    assert parse_objects(visits("customobjects/" + "v" * 33), "objects.toml")
    words = "cannot be a custom object's name; use up to 33 letters, digits and _"
    for name in ("v" * 34, "visits of ours"):
        assert mistakes(visits(f"customobjects/{name}")) == (f"objects.toml:6: '{name}' {words}",)


def test_the_key_of_a_custom_object_has_no_space() -> None:
    spaced = visits().replace('"visitId"', '"visit id"')
    words = "'visit id' cannot be a field's name in Marketo; use letters, digits and _"
    assert mistakes(spaced) == (f"objects.toml:5: {words}",)


def test_a_custom_object_has_one_link_to_each_object() -> None:
    links = (
        'host = { column = "new_host", refers_to = "hosts" }\nguest = { column = "new_guest", refers_to = "hosts" }\n'
    )
    hosts = visits("customobjects/host_c", name="hosts").replace("new_visit", "new_host")
    found = mistakes(hosts + visits(fields=links))
    assert len(found) == 2 and all("'visits' has two links to 'hosts'; Marketo takes one" in each for each in found)


def test_marketo_takes_fifty_fields_of_a_custom_object_and_ten_custom_objects() -> None:
    many = "".join(f'f{n} = "new_f{n}"\n' for n in range(50))
    assert "has more than 49 fields beside its key" in mistakes(visits(fields=many))[0]
    eleven = "\n".join(visits(f"customobjects/visit{n}", name=f"visits{n}") for n in range(11))
    assert "Marketo has at most 10 custom objects; take 'visits10' out" in mistakes(eleven)[0]
