import gc
import time
from datetime import datetime, timedelta

import msgspec
import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from routing.calendar import CHINA
from routing.errors import TableDamaged
from routing.load import load_table
from routing.table import (
    MAX_SNAPSHOT,
    Notice,
    from_json,
    publish,
    table_json,
    to_json,
)
from tests.routing.tables import TABLES

NOON = datetime(2026, 11, 23, 12, tzinfo=CHINA)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def sealed(table):
    return to_json(publish(table, 3, NOON))


@given(TABLES, st.integers(1, 10**9))
def test_a_snapshot_reads_back_as_it_was_published(table, number):
    snapshot = publish(table, number, NOON)
    text = to_json(snapshot)
    assert from_json(text) == snapshot
    assert to_json(from_json(text)) == text


def test_the_same_table_always_gives_the_same_bytes(table):
    """Neither loading again nor having been looked into changes the hash."""
    fresh = load_table()
    table.menu.path("repair")
    table.directory.line("H001")
    table.chain("H001")
    assert table_json(fresh) == table_json(table)


def test_keys_stand_in_order_so_that_any_tool_can_make_the_same_bytes(table):
    text = table_json(table)
    assert msgspec.json.encode(msgspec.json.decode(text), order="sorted") == text


def test_a_changed_table_has_another_hash(table):
    changed = evolve(table, chains=table.chains[:-1])
    assert publish(table, 1, NOON).sha256 != publish(changed, 1, NOON).sha256
    assert publish(table, 1, NOON).sha256 == publish(table, 2, NOON + HOUR).sha256


def test_a_snapshot_keeps_its_number_and_moment(sealed):
    snapshot = from_json(sealed)
    assert (snapshot.number, snapshot.published_at) == (3, NOON)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"number":"12388"', b'"number":"12389"'),
        (b'"sha256":"', b'"sha256":"0'),
        (b'"table":{', b'"table":{ '),
        (b'"number":3,', b'"number":0,'),
        (b'"number":3,', b""),
        (b"+08:00", b""),
        (b'{"number"', b'{"extra":1,"number"'),
    ],
)
def test_a_snapshot_that_was_tampered_with_is_refused(sealed, old, new):
    changed = sealed.replace(old, new, 1)
    assert changed != sealed
    with pytest.raises(TableDamaged):
        from_json(changed)


@given(st.data())
def test_a_snapshot_cut_short_is_refused(sealed, data):
    with pytest.raises(TableDamaged):
        from_json(sealed[: data.draw(st.integers(0, len(sealed) - 1))])


@pytest.mark.parametrize("text", [b"", b"null", b"[]", b"\xff", b"[" * 100_000, b"{}"])
def test_what_is_no_snapshot_is_refused_by_name(text):
    with pytest.raises(TableDamaged):
        from_json(text)


def test_a_sealed_table_of_another_shape_is_refused(table):
    """The hash is right but the table inside is not one."""
    snapshot = publish(table, 1, NOON)
    hollow = publish(evolve(table, chains=()), 1, NOON)
    with pytest.raises(TableDamaged):
        to_json(evolve(snapshot, table=hollow.table))
    digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # of {}
    text = to_json(snapshot)
    head = text[: text.index(b'"table"')].replace(snapshot.sha256.encode(), digest.encode())
    with pytest.raises(TableDamaged, match="missing required field"):
        from_json(head + b'"table":{}}')


def test_too_large_a_file_is_refused_unread():
    with pytest.raises(TableDamaged, match="more than a table can have"):
        from_json(b" " * (MAX_SNAPSHOT + 1))


def test_a_number_below_one_is_refused(table):
    with pytest.raises(ValueError, match="numbered from 1"):
        publish(table, 0, NOON)


def test_nothing_of_a_table_can_be_changed(table):
    with pytest.raises(FrozenInstanceError):
        table.directory.lines[0].number = "1"
    with pytest.raises(AttributeError):
        table.menu.nodes[0].choices[0].target.node = "x"


def test_loading_is_quick_enough_for_a_call(sealed):
    """The script on the switch loads the table while a caller waits: forty ms of a processor.

    Half a second bears any processor, and not what is compiled when a table is published.
    """
    took = []
    for _ in range(5):
        gc.collect()
        began = time.process_time()
        from_json(sealed)
        took.append(time.process_time() - began)
    assert min(took) < 0.5


def notice(area, text, since=NOON - HOUR, until=NOON + HOUR):
    return Notice(area, text, since, until)


def test_a_notice_is_for_its_area_and_its_time(table):
    told = evolve(
        table,
        notices=(
            notice(None, "全市"),
            notice("150302", "海勃湾停水"),
            notice("150304009", "巴音赛停电"),
            notice(None, "已过", until=NOON),
            notice(None, "未到", since=NOON + HOUR),
        ),
    )
    heard = {
        area: [found.text for found in told.notices_for(area, NOON)]
        for area in (None, "150302001002", "150304009010", "9999")
    }
    assert heard == {
        None: ["全市"],
        "150302001002": ["全市", "海勃湾停水"],
        "150304009010": ["全市", "巴音赛停电"],
        "9999": ["全市"],
    }


def test_a_notice_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        notice(None, "停水", since=NOON.replace(tzinfo=None))
