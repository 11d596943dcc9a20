"""One SIP endpoint of an agent: its account and the calls it holds."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pjsua2 as pj

from deploy.phones.leg import Leg, Report, Stage, guarded
from deploy.phones.wave_files import RATE

HOST: Final = "127.0.0.1"
LEGS_AT_MOST: Final = 32  # of pjsua2's build; more are refused with 486
GOODBYE: Final = 2.0  # seconds for BYE and un-REGISTER to be answered before we leave anyway


class Refused(Exception):
    """The parent asked for something that can not be done; the message says why."""


class Account(pj.Account):  # type: ignore[misc]  # pjsua2 has no type information
    """Who this endpoint is; tells of its registration and of incoming calls."""

    def __init__(self, owner: Endpoint, report: Report) -> None:
        super().__init__()
        self._owner = owner
        self.report = report

    @guarded
    def onRegState(self, prm: Any) -> None:  # noqa: N802
        self.report("registration", code=prm.code, reason=prm.reason, lasts=prm.expiration)

    @guarded
    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802
        leg = self._owner.take(prm.callId)
        leg.report("incoming", **leg.describe(prm.rdata.wholeMsg))


class Endpoint:
    """A telephone: at most one account, up to LEGS_AT_MOST calls at a time.

    `folder` receives one WAV a call. Ports of 0 are chosen by the system.
    """

    def __init__(self, folder: Path, report: Report, *, sip_port: int, rtp_port: int) -> None:
        self._stage = Stage(folder)
        self._report = report
        self._rtp_port = rtp_port
        self._legs: dict[int, Leg] = {}
        self._made = 0
        self._account: Account | None = None
        self._lib = pj.Endpoint()
        self.address = self._start(sip_port)

    def _start(self, sip_port: int) -> str:
        self._lib.libCreate()
        config = pj.EpConfig()
        config.logConfig.level = config.logConfig.consoleLevel = 0
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.maxCalls = LEGS_AT_MOST
        config.medConfig.clockRate = config.medConfig.sndClockRate = RATE
        config.medConfig.noVad = True  # Asterisk measures silence only while sound arrives
        config.medConfig.ecTailLen = 0
        self._lib.libInit(config)
        number = self._lib.transportCreate(pj.PJSIP_TRANSPORT_UDP, _loopback(sip_port))
        self._lib.libStart()
        self._lib.audDevManager().setNullDev()
        for codec in self._lib.codecEnum2():
            self._lib.codecSetPriority(codec.codecId, 255 if codec.codecId[:4] == "PCMA" else 0)
        return str(self._lib.transportGetInfo(number).localName)

    # -- what the parent asks for ----------------------------------------------

    def be(self, identity: str, registrar: str, user: str, password: str) -> None:
        """Take this identity (a SIP address); register it when there is a registrar."""
        if self._account is not None:
            raise Refused("this telephone already has an account")
        config = pj.AccountConfig()
        config.idUri = identity
        config.mediaConfig.transportConfig = _loopback(self._rtp_port)
        config.regConfig.registerOnAdd = bool(registrar)
        if registrar:
            config.regConfig.registrarUri = f"sip:{registrar}"
            config.regConfig.timeoutSec = 300
        if password:
            login = pj.AuthCredInfo("digest", "*", user, 0, password)
            config.sipConfig.authCreds.append(login)
        account = Account(self, self._report)
        account.create(config)
        self._account = account

    def call(self, uri: str, local: str, headers: dict[str, str]) -> Leg:
        """Call `uri`; `local` replaces the From address of this one call when not ''."""
        if self._account is None:
            raise Refused("take an identity first")
        leg = self._new_leg()
        param = pj.CallOpParam(True)
        param.txOption.localUri = local
        for name, value in headers.items():
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            param.txOption.headers.append(header)
        self._report("calling", leg=leg.number, uri=uri, recording=str(leg.recording))
        leg.makeCall(uri, param)
        return leg

    def leg(self, number: int) -> Leg:
        found = self._legs.get(number)
        if found is None:
            raise Refused(f"there is no call {number}; it may have ended")
        return found

    def take(self, call_id: int) -> Leg:
        """Hold an incoming call."""
        return self._new_leg(call_id)

    def _new_leg(self, *known: int) -> Leg:
        leg = Leg(self._account, self._made, self._stage, self._report, *known)
        self._made += 1
        self._legs[leg.number] = leg
        return leg

    # -- running ---------------------------------------------------------------

    def turn(self, milliseconds: int) -> None:
        """Let pjsua2 work for up to that long, then see to every call."""
        self._lib.libHandleEvents(milliseconds)
        self._stage.spent.let_go()
        for leg in tuple(self._legs.values()):
            if leg.over:
                del self._legs[leg.number]
            else:
                leg.tick()

    def close(self) -> None:
        """Hang up, sign off, complete every recording."""
        if self._account is not None and self._account.getInfo().regIsActive:
            self._account.setRegistration(False)
        for leg in self._legs.values():
            with suppress(pj.Error):  # it is ending already
                leg.end()
        until = time.monotonic() + GOODBYE
        while time.monotonic() < until and (self._legs or self._signed_on()):
            self.turn(10)

    def _signed_on(self) -> bool:
        return self._account is not None and bool(self._account.getInfo().regIsActive)


def _loopback(port: int) -> Any:
    config = pj.TransportConfig()
    config.port = port
    config.boundAddress = config.publicAddress = HOST
    return config
