"""Ports that are free on this machine: the usual one, or the next."""

from __future__ import annotations

import errno
import itertools
import os
import socket
from typing import Final

from ivr.kernel.errors import NotConfigured
from ivr.settings import Settings, SwitchSettings

TRIES: Final = 50
STRIDE: Final = 10  # SIP over TLS takes the port beside SIP's own
RTP_STRIDE: Final = 1000
# Below those that the kernel gives to outgoing connections (net.ipv4.ip_local_port_range): of
# these, one that is free now may be somebody's in the moment before it is used.
OWN: Final = range(13000, 22000)
_next = itertools.count(os.getpid() * 37)  # processes begin in different places


def with_free_ports(settings: Settings) -> Settings:
    """The same settings with each port that is taken replaced by the next free one.

    Raises:
        NotConfigured: an address is not this machine's, or many ports in a row are taken.
    """
    parts = {
        name: section.model_copy(
            update={"port": first_free(section.host, section.port, socket.SOCK_STREAM)}
        )
        for name, section in (("agi", settings.agi), ("ami", settings.ami), ("web", settings.web))
    }
    return settings.model_copy(update={"switch": _switch(settings.switch), **parts})


def with_peers(settings: Settings) -> Settings:
    """The same settings with an address for each further call node that is to run here."""
    agi, addresses = settings.agi, settings.agi.addresses
    port = agi.port
    while len(addresses) < settings.switch.nodes:
        port = first_free(agi.host, port + 1, socket.SOCK_STREAM)
        addresses = (*addresses, f"{agi.host}:{port}")
    return settings.model_copy(update={"agi": agi.model_copy(update={"peers": addresses[1:]})})


def _switch(switch: SwitchSettings) -> SwitchSettings:
    sip = first_free(switch.sip_host, switch.sip_port, socket.SOCK_DGRAM)
    exchange = first_free(switch.sip_host, switch.exchange_port, socket.SOCK_DGRAM)
    # Beside another instance: keep out of the ports of its sound, too.
    offset = (sip - switch.sip_port) // STRIDE * RTP_STRIDE
    return switch.model_copy(
        update={
            "sip_port": sip,
            "exchange_port": exchange,
            "rtp_first": switch.rtp_first + offset,
            "rtp_last": switch.rtp_last + offset,
        }
    )


def first_free(host: str, port: int, kind: socket.SocketKind) -> int:
    """`port`, or the first free one of the next in steps of STRIDE."""
    for candidate in range(port, port + TRIES * STRIDE, STRIDE):
        if is_free(host, candidate, kind):
            return candidate
    raise NotConfigured(f"no free port on {host} from {port} to {candidate}")


def unused(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on, and another one each time it is asked for."""
    tried = (OWN[next(_next) % len(OWN)] for _ in OWN)
    for port in tried:
        if is_free(host, port, socket.SOCK_STREAM):
            return port
    raise NotConfigured(f"no free port on {host} from {OWN[0]} to {OWN[-1]}")


def is_free(host: str, port: int, kind: socket.SocketKind) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, kind) as trial:
        if kind is socket.SOCK_STREAM:  # ports of connections that just ended are usable
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as problem:
            if problem.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise NotConfigured(f"can not listen on {host}:{port}: {problem}") from problem
    return True
