"""Ports: the usual ones, or the next that are free."""

from __future__ import annotations

import socket

import pytest

from deploy.ports import first_free, is_free, with_free_ports
from ivr.kernel.errors import NotConfigured
from ivr.settings import Settings

HOST = "127.0.0.1"
BASE = 7610


def settings() -> Settings:
    ports = {"sip_port": BASE, "exchange_port": BASE + 5, "rtp_first": 30000, "rtp_last": 30999}
    one = {name: {"port": BASE + i} for i, name in enumerate(("agi", "ami", "web"), 1)}
    return Settings(switch=ports, **one)


def taken(port: int, kind: socket.SocketKind) -> socket.socket:
    other = socket.socket(socket.AF_INET, kind)
    other.bind((HOST, port))
    if kind is socket.SOCK_STREAM:
        other.listen()
    return other


def test_free_ports_are_kept():
    assert with_free_ports(settings()) == settings()


def test_a_taken_port_is_replaced_and_the_others_stay():
    with taken(BASE + 2, socket.SOCK_STREAM):
        moved = with_free_ports(settings())
    assert moved.ami.port == BASE + 12
    assert (moved.agi, moved.web, moved.switch) == (
        settings().agi,
        settings().web,
        settings().switch,
    )


def test_a_second_switch_keeps_out_of_the_sound_of_the_first():
    with taken(BASE, socket.SOCK_DGRAM):
        switch = with_free_ports(settings()).switch
    assert (switch.sip_port, switch.rtp_first, switch.rtp_last) == (BASE + 10, 31000, 31999)


def test_one_kind_of_port_does_not_take_the_other():
    with taken(BASE + 7, socket.SOCK_DGRAM):
        assert is_free(HOST, BASE + 7, socket.SOCK_STREAM)
        assert not is_free(HOST, BASE + 7, socket.SOCK_DGRAM)


def test_an_address_of_another_machine_is_a_mistake_not_a_taken_port():
    with pytest.raises(NotConfigured, match=r"can not listen on 192\.0\.2\.250"):
        first_free("192.0.2.250", BASE, socket.SOCK_STREAM)
