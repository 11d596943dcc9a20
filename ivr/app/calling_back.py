"""Calling a citizen back: the dialler with its parts. One command a call; no service needs it."""

from __future__ import annotations

import sys

from ivr.app.manager import connected
from ivr.app.publishing import active_snapshot, listed_numbers
from ivr.app.stores import Stores, open_stores
from ivr.kernel.clock import SystemClock
from ivr.kernel.errors import NotConfigured
from ivr.kernel.ids import CallId, PhoneNumber, masked
from ivr.kernel.log import configure, logger
from ivr.kernel.units import seconds
from ivr.settings import DiallerSettings, Settings
from ivr.storage.dialling import SqlDialling
from ivr.telephony.dialler import RING, Alarm, Dialler, Permission
from ivr.telephony.dialling_rules import Caps, Hours, NationalForms, Refusal
from ivr.telephony.manager import Login, ManagerClient, Patience


async def call_back(settings: Settings, call: CallId) -> PhoneNumber:
    """Ring an operator, then the citizen of this call; returns the number.

    Raises `NoSuchCallback`, `NotConfigured`, and what `Dialler.call` raises.
    """
    clock = SystemClock()
    async with (
        open_stores(settings, clock) as stores,
        connected(dialler_client(settings), settings.ami) as manager,
    ):
        book = SqlDialling(stores.database, clock)
        number = await book.owed(call)
        permission = await _permission(settings.dialler, stores)
        await Dialler(manager, book, permission, clock, _alarm(call, number)).call(number)
    return number


async def _permission(settings: DiallerSettings, stores: Stores) -> Permission:
    snapshot = await active_snapshot(stores)
    return Permission(
        lines=listed_numbers(snapshot) if snapshot else frozenset(),
        forms=NationalForms(settings.landline),
        hours=Hours(settings.opens, settings.closes),
        caps=Caps(
            per_hour=settings.per_hour,
            per_day=settings.per_day,
            per_number=settings.per_number,
            at_once=settings.at_once,
        ),
    )


def dialler_client(settings: Settings) -> ManagerClient:
    """As the user who may originate; not started yet. Raises `NotConfigured`."""
    dialler = settings.dialler
    secret = dialler.secret.get_secret_value()
    if not dialler.enabled:
        raise NotConfigured("外呼已关闭（dialler.enabled）")
    if not secret:
        raise NotConfigured(f"no dialler secret: run `hotline init` ({settings.secrets})")
    return ManagerClient(
        (settings.ami.host, settings.ami.port),
        Login(dialler.user, secret),
        # The switch answers nothing else, pings neither, until an operator has picked up.
        patience=Patience(ping=seconds(2 * RING), dead=seconds(2 * RING)),
    )


def _alarm(call: CallId, number: PhoneNumber) -> Alarm:
    """One line on standard error; the running service raises the same alarm (`dialler_watch`)."""
    configure("info", sys.stderr)

    def alarm(refusal: Refusal) -> None:
        logger().warning("alarm", part="dialler", why=refusal.value, call=call, to=masked(number))

    return alarm
