"""The alarm of the dialler, as the service raises it."""

from ivr.app.dialler_watch import DiallerWatch
from ivr.kernel.errors import StoreAway
from ivr.kernel.metrics import Meter
from ivr.storage.dialling import Tally


class Book:
    def __init__(self):
        self.tallied = Tally(0, 0, {"per-hour": 0})

    async def tally(self):
        if self.tallied is None:
            raise StoreAway("gone")
        return self.tallied


def shown(meter):
    lines = meter.exposition().decode().splitlines()
    return [line for line in lines if line.startswith("hotline_dialler") and "_created" not in line]


async def test_what_is_shown_is_what_stands_in_the_database():
    """After a restart as before it: a counter that fell would hide an alarm."""
    book, meter = Book(), Meter()
    book.tallied = Tally(2, 7, {"per-hour": 3})
    watch = DiallerWatch(book, meter)
    await watch.look()
    await watch.look()
    assert shown(meter) == [
        'hotline_dialler_refused_total{reason="per-hour"} 3.0',
        "hotline_dialler_calls_hour 2.0",
        "hotline_dialler_calls_day 7.0",
    ]


async def test_a_fresh_refusal_is_one_line_and_old_ones_are_none(capsys):
    book, meter = Book(), Meter()
    book.tallied = Tally(0, 0, {"per-hour": 3})
    watch = DiallerWatch(book, meter)
    await watch.look()
    assert "alarm" not in capsys.readouterr().out
    book.tallied = Tally(0, 0, {"per-hour": 5})
    await watch.look()
    await watch.look()
    assert capsys.readouterr().out.count("alarm") == 1


async def test_a_database_that_is_away_changes_nothing():
    book, meter = Book(), Meter()
    watch = DiallerWatch(book, meter)
    await watch.look()
    before = shown(meter)
    book.tallied = None
    await watch.look()
    assert shown(meter) == before
