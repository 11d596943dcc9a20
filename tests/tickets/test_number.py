"""Ticket numbers: a bijection that gives nothing away, and a check digit that finds slips."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.kernel.errors import NotConfigured, StoreAway
from ivr.tickets.number import SERIALS, Numbering, NumberSource, check_digit, parse

SECRET = b"a secret of this site"
NUMBERING = Numbering(SECRET)
serials = st.integers(0, SERIALS - 1)


@given(serials)
def test_every_serial_comes_back_from_its_number(serial):
    assert NUMBERING.serial(NUMBERING.number(serial)) == serial


def test_a_long_run_of_serials_never_gives_a_number_twice():
    assert len({NUMBERING.number(serial) for serial in range(50_000)}) == 50_000


@given(serials)
def test_numbers_are_eight_digits_and_parse(serial):
    number = NUMBERING.number(serial)
    assert len(number) == 8
    assert parse(number) == number


@given(serials, st.integers(0, 7), st.integers(1, 9))
def test_any_single_wrong_digit_is_found(serial, place, error):
    number = NUMBERING.number(serial)
    wrong = str((int(number[place]) + error) % 10)
    assert parse(number[:place] + wrong + number[place + 1 :]) is None


@given(serials, st.integers(0, 6))
def test_any_exchange_of_neighbours_is_found(serial, place):
    number = NUMBERING.number(serial)
    one, other = number[place], number[place + 1]
    swapped = number[:place] + other + one + number[place + 2 :]
    assert (parse(swapped) is None) == (one != other)


def test_check_digits_of_all_pairs_find_all_slips_exhaustively():
    """Two digits and their check digit cover the whole quasigroup."""
    for first in "0123456789":
        for second in "0123456789":
            whole = first + second + check_digit(first + second)
            assert check_digit(whole) == "0"
            assert first == second or check_digit(second + first + whole[2]) != "0"
            assert second == whole[2] or check_digit(first + whole[2] + second) != "0"


@given(st.text(max_size=40))
def test_whatever_is_keyed_is_a_valid_number_or_none(keyed):
    number = parse(keyed)
    assert number is None or (number == keyed and check_digit(keyed) == "0")


@pytest.mark.parametrize("keyed", ["", "1234567", "１２３４５６７８", "1234567#", "1" * 40])
def test_what_is_not_eight_plain_digits_is_no_number(keyed):
    assert parse(keyed) is None


def test_neighbouring_serials_do_not_give_neighbouring_numbers():
    gaps = {
        abs(int(NUMBERING.number(serial)[:7]) - int(NUMBERING.number(serial + 1)[:7]))
        for serial in range(100)
    }
    assert len(gaps) > 90
    assert min(gaps) > 10


def test_another_secret_makes_other_numbers():
    other = Numbering(b"another site's secret")
    same = sum(NUMBERING.number(serial) == other.number(serial) for serial in range(1_000))
    assert same < 5


def test_a_short_secret_is_refused():
    with pytest.raises(NotConfigured):
        Numbering(b"short")


@pytest.mark.parametrize("serial", [-1, SERIALS])
def test_a_serial_out_of_range_is_refused(serial):
    with pytest.raises(ValueError, match="no such serial"):
        NUMBERING.number(serial)


class Blocks:
    """Leases in order; `away` makes it refuse."""

    def __init__(self):
        self.next = 0
        self.away = False
        self.leases = 0
        self.nodes = set()

    async def lease(self, node, size):
        if self.away:
            raise StoreAway("gone")
        self.leases += 1
        self.nodes.add(node)
        first, self.next = self.next, self.next + size
        await asyncio.sleep(0)
        return range(first, first + size)


async def settled():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_numbers_go_on_while_the_database_is_away_and_then_end_with_its_name():
    blocks = Blocks()
    source = NumberSource(blocks, NUMBERING, node="n1", size=10)
    await source.prepare()
    blocks.away = True
    given = {await source.next() for _ in range(10)}
    assert len(given) == 10
    with pytest.raises(StoreAway):
        await source.next()
    blocks.away = False
    assert await source.next() not in given
    await source.close()


async def test_a_block_is_leased_ahead_when_under_half_is_left():
    blocks = Blocks()
    source = NumberSource(blocks, NUMBERING, node="n1", size=10)
    for _ in range(5):
        await source.next()
    await settled()
    assert blocks.leases == 1
    await source.next()
    await settled()
    assert blocks.leases == 2
    assert source.left == 14
    await source.close()


async def test_many_callers_at_once_get_numbers_of_their_own_from_one_lease():
    blocks = Blocks()
    source = NumberSource(blocks, NUMBERING, node="n1", size=100)
    given = await asyncio.gather(*(source.next() for _ in range(50)))
    assert len(set(given)) == 50
    assert blocks.leases == 1
    await source.close()
