"""`make run`: a whole 114 on this machine, on loopback, until Ctrl-C.

Makes the site on the first run, starts Asterisk, the service, its guardian and the simulated
exchange, says when a call can be made, and keeps them running.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import Final

import click
from attrs import frozen

from deploy.accounts import keep_accounts, write_private
from deploy.asterisk_process import AsteriskProcess
from deploy.children import Child, end_with_parent
from deploy.layout import Layout, find_asterisk
from deploy.ports import first_free, with_free_ports, with_peers
from deploy.render import render, tls_files, variant_of
from deploy.run_facts import RunFacts
from deploy.steps import say, step
from deploy.supervisor import Supervisor
from ivr.app.ears import engine_of
from ivr.app.initialise import initialise
from ivr.kernel.errors import HotlineError, NotConfigured
from ivr.settings import RUNNING, Settings, WebSettings

READY: Final = 60.0  # seconds a part may take to start on a busy machine
EAR: Final = 30.0  # and the recogniser; without it callers use keys
LOOK: Final = 0.2  # seconds between looks at the children
ENDINGS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HOTLINE: Final = str(Path(sys.executable).parent / "hotline")
SERVICE: tuple[str, ...] = (HOTLINE, "serve")
GUARDIAN: tuple[str, ...] = (HOTLINE, "guardian")


class Stop(BaseException):
    """Somebody asked us to end."""


class NotReady(HotlineError):
    """A part did not start; the message holds the end of its log."""

    id = "not-ready"


@frozen
class Site:
    """The parts of a running hotline, in the order in which they start."""

    asterisk: AsteriskProcess
    services: tuple[Child, ...]  # call nodes; the first does everything else, too
    guardian: Child
    exchange: Child

    @property
    def service(self) -> Child:
        return self.services[0]

    @property
    def children(self) -> tuple[Child, ...]:
        return (self.asterisk, *self.services, self.guardian, self.exchange)


def environment(settings: Settings) -> dict[str, str]:
    """What makes every command of ours use these settings."""
    return {
        "HOTLINE_HOME": str(settings.home),
        "HOTLINE_NODE": settings.node,
        "HOTLINE_AGI__PEERS": json.dumps(settings.agi.peers),
        "HOTLINE_AGI__PORT": str(settings.agi.port),
        "HOTLINE_AMI__PORT": str(settings.ami.port),
        "HOTLINE_WEB__PORT": str(settings.web.port),
        "HOTLINE_SWITCH__SIP_PORT": str(settings.switch.sip_port),
        "HOTLINE_SWITCH__EXCHANGE_PORT": str(settings.switch.exchange_port),
    }


def ports(settings: Settings) -> str:
    """The ports in use, as settings that every `hotline` command in this home reads."""
    switch = settings.switch
    return (
        f"[agi]\nport = {settings.agi.port}\n"
        f"[ami]\nport = {settings.ami.port}\n"
        f"[web]\nport = {settings.web.port}\n"
        f"[switch]\nsip_port = {switch.sip_port}\nexchange_port = {switch.exchange_port}\n"
    )


def site(settings: Settings, layout: Layout) -> Site:
    """The parts, not started yet."""
    logs, known = settings.home / "log", environment(settings)
    folder = settings.home / "exchange"
    exchange = [sys.executable, "-m", "deploy.phones.exchange", "--folder", str(folder)]
    exchange += ["--port", str(settings.switch.exchange_port)]
    return Site(
        AsteriskProcess(layout),
        (Child("service", SERVICE, logs / "service.log", known), *_more_nodes(settings)),
        Child("guardian", GUARDIAN, logs / "guardian.log", known),
        Child("exchange", exchange, logs / "exchange.log", known),
    )


def _more_nodes(settings: Settings) -> tuple[Child, ...]:
    """Nodes that take calls beside the first, each with ports of its own."""
    command = (*SERVICE, "--role", "calls")
    logs = settings.home / "log"
    children: list[Child] = []
    for number, peer in enumerate(settings.agi.peers, 2):
        web = first_free(settings.web.host, settings.web.port + number - 1, socket.SOCK_STREAM)
        own = {
            "HOTLINE_NODE": f"n{number}",
            "HOTLINE_AGI__PORT": peer.rpartition(":")[2],
            "HOTLINE_WEB__PORT": str(web),
        }
        name = f"service-{number}"
        known = environment(settings) | own
        children.append(Child(name, command, logs / f"{name}.log", known))
    return tuple(children)


@contextmanager
def running(parts: Site, settings: Settings) -> Iterator[None]:
    """Everything started and ready; at the end nothing of it is left.

    Asterisk ends first: the calls in progress end with it, and the service writes them down.
    """
    try:
        with step("Starting Asterisk"):
            parts.asterisk.start()
            parts.asterisk.wait_booted(READY)
        with step("Starting the service and the simulated exchange"):
            for child in parts.children[1:]:
                child.start()
            _wait(parts.service, lambda: _healthy(settings.web))
            for service, address in zip(parts.services[1:], settings.agi.peers, strict=True):
                _wait(service, partial(_listens, address))
            _wait(parts.exchange, lambda: "exchange ready" in parts.exchange.tail())
        if engine_of(settings.speech) is not None:
            with step("Warming up the recogniser"):
                _wait_for_ear(settings.web)
        yield
    finally:
        for child in parts.children:
            child.stop()


def _wait_for_ear(web: WebSettings) -> None:
    """Until callers may speak; without it they key, so nobody waits for ever."""
    until = time.monotonic() + EAR
    while not _says(web, "/metrics", b"hotline_recogniser_ready 1.0"):
        if time.monotonic() > until:
            say("    it is not ready yet; callers use keys until it is")
            return
        time.sleep(0.2)


def _wait(child: Child, ready: Callable[[], bool]) -> None:
    until = time.monotonic() + READY
    while not ready():
        if not child.running or time.monotonic() > until:
            how = child.ended_with or f"not ready after {READY:.0f} s"
            raise NotReady(f"{child.name}: {how}; see {child.log}:\n{child.tail()}")
        time.sleep(0.1)


def _healthy(web: WebSettings) -> bool:
    """Whether the service says that all its parts work, the switch included."""
    return _says(web, "/healthz", b"")


def _says(web: WebSettings, path: str, words: bytes) -> bool:
    """Whether the service answers with these words among others."""
    asking = http.client.HTTPConnection(web.host, web.port, timeout=2)
    try:
        asking.request("GET", path)
        answer = asking.getresponse()
        return answer.status == HTTPStatus.OK and words in answer.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
    except OSError:
        return False
    return True


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """One run a home. The lock ends with the process, so a crash leaves nothing to clean up."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise NotConfigured(
                f"a hotline is running here already (pid {lock.read().strip() or '?'}); "
                f"its addresses are in {home / 'run.json'}. Stop it first, or set HOTLINE_HOME "
                "to another folder for a second one."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def check_certificate(settings: Settings) -> None:
    """Without one, Asterisk would start and no account could reach it."""
    files = tls_files(settings)
    absent = [str(path) for path in (files.certificate, files.key) if not path.is_file()]
    if settings.switch.tls and absent:
        raise NotConfigured(f"switch.tls is on, but there is no {' and no '.join(absent)}")


def run(home: Path) -> None:
    """Run the hotline of this home until `Stop`."""
    facts_file = home / "run.json"
    for stale in (facts_file, home / RUNNING):
        stale.unlink(missing_ok=True)
    asterisk = find_asterisk()
    if asterisk is None:
        raise NotConfigured("there is no Asterisk here: run `make setup`")
    with step("Preparing database, routing table and passwords"):
        accounts = keep_accounts(home / "secrets")
        settings = with_peers(with_free_ports(Settings.of(home)))
        made = initialise(settings)
    layout = Layout(home / "asterisk", asterisk)
    check_certificate(settings)
    render(settings, layout, variant_of(settings))
    facts = RunFacts(settings, accounts, made.admin_user, made.admin_password)
    parts = site(settings, layout)
    write_private(home / RUNNING, ports(settings))

    def tell() -> None:
        facts.write(facts_file, asterisk=parts.asterisk.pid, service=parts.service.pid)

    try:
        with running(parts, settings):
            tell()
            say(facts.words(layout, facts_file))
            _watch(Supervisor(parts.children, tell, holds(parts, home)))
    finally:
        for ours in (facts_file, home / RUNNING):
            ours.unlink(missing_ok=True)


def holds(parts: Site, home: Path) -> dict[str, Path]:
    """While ``hold-<name>`` is there, that call node or the guardian is not started again."""
    return {child.name: home / f"hold-{child.name}" for child in (*parts.services, parts.guardian)}


def _watch(supervisor: Supervisor) -> None:
    while True:
        supervisor.look()
        time.sleep(LOOK)


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Heed the first request only: what follows it must not cut the stopping short."""
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    raise Stop


@click.command()
@click.option("--stop-with-parent", is_flag=True, help="End when the program that started us does.")
def main(*, stop_with_parent: bool) -> None:
    """Start Asterisk and the hotline on this machine; Ctrl-C stops both."""
    for number in ENDINGS:
        signal.signal(number, _stop)
    if stop_with_parent:
        end_with_parent()
    home = Path(os.environ.get("HOTLINE_HOME", "var")).absolute()
    try:
        with alone(home):
            run(home)
    except Stop:
        say("Stopped.")
    except HotlineError as problem:
        say(f"\nThe hotline did not start: {problem}")
        sys.exit(1)


if __name__ == "__main__":
    main()
