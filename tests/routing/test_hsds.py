from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.errors import BadRow, BadRows
from routing.hsds import read_hsds, write_hsds
from routing.sheet import Sheets
from routing.sheets import CODECS, from_sheets, to_sheets
from tests.routing.sheet_strategies import TABLES_OF_SHEETS


@pytest.fixture(scope="module")
def shipped(table):
    return to_sheets(table)


@pytest.fixture
def document(shipped):
    return msgspec.json.decode(write_hsds(shipped))


def read(document):
    return read_hsds(msgspec.json.encode(document), "a.json")


@settings(max_examples=25)
@given(TABLES_OF_SHEETS)
def test_a_document_gives_back_every_cell(drawn):
    assert Sheets(read_hsds(write_hsds(drawn), "a.json")) == drawn


def test_the_shipped_table_comes_back_and_is_written_alike_each_time(table, shipped):
    written = write_hsds(shipped)
    assert from_sheets(Sheets(read_hsds(written, "a.json"))) == table
    assert write_hsds(shipped) == written


def test_units_lines_and_areas_are_said_in_the_words_of_the_standard(document):
    assert document["version"] == "3.0"
    service = next(each for each in document["services"] if each["name"] == "供水报修")
    owner = next(
        each for each in document["organizations"] if each["id"] == service["organization_id"]
    )
    assert owner["name"] == "市自来水公司"
    assert service["status"] == "active"
    assert service["phones"][0]["number"] == "04730000090"
    schedule = service["schedules"][0]
    assert (schedule["freq"], schedule["byday"]) == ("WEEKLY", "MO,TU,WE,TH,FR,SA,SU")
    assert schedule["opens_at"].endswith("+08:00")
    assert {each["name"] for each in document["taxonomies"]} >= {"menu", "keywords", "examples"}


def test_every_object_has_an_id_of_its_own(document):
    lists = [each for each in document.values() if isinstance(each, list)]
    ids = [item["id"] for listed in lists for item in listed]
    assert len(ids) == len(set(ids))
    assert all(UUID(each) for each in ids[:50])


def test_what_another_system_changed_in_its_own_fields_is_what_is_read(document):
    service = next(each for each in document["services"] if each["name"] == "供水报修")
    service["phones"][0]["number"] = "12345"
    service["name"] = "供水抢修"
    sheets = Sheets(read(document))
    (row,) = [row for row in sheets.sheet("hotlines").rows if row[0] == "H090"]
    assert row[2:4] == ("供水抢修", "12345")


@pytest.mark.parametrize(
    ("spoil", "column"),
    [
        (lambda item: item.pop("phones"), "number"),
        (lambda item: item.update(phones=[]), "number"),
        (lambda item: item.update(name=7), "title"),
        (lambda item: item.pop("attributes"), "attributes"),
        (lambda item: item.update(attributes=[None, {"label": "code"}]), "code"),
    ],
)
def test_an_item_that_says_too_little_is_refused_with_its_place(document, spoil, column):
    spoil(document["services"][4])
    with pytest.raises(BadRows) as caught:
        read(document)
    (bad,) = caught.value.rows
    assert (bad.file, bad.row, bad.column) == ("a.json[热线]", 5, column)


def test_a_missing_list_is_named(document):
    del document["services"]
    with pytest.raises(BadRow) as caught:
        read(document)
    assert caught.value.column == "services"


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"\xff", b"{", b"[" * 100_000, b'"x"'])
def test_what_is_no_document_is_refused_by_name(data):
    with pytest.raises(BadRow, match="HSDS"):
        read_hsds(data, "a.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
LISTS = ("organizations", "services", "contacts", "locations", "taxonomy_terms")


@given(st.fixed_dictionaries({name: JSON | st.lists(JSON, max_size=3) for name in LISTS}))
def test_any_json_is_read_or_refused_never_an_exception(document):
    try:
        found = {sheet.form.name for sheet in read(document)}
    except BadRow as bad:
        found = {bad.file[:6]}
    assert len(found) == len(CODECS) or found == {"a.json"}
