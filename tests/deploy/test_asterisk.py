"""Asterisk itself, started on what we render."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from pathlib import Path

import psutil
import pytest

from deploy.asterisk.modules import MODULES
from deploy.asterisk_process import AsteriskDown, AsteriskProcess
from deploy.render import Variant, render
from tests.deploy.conftest import SIP, layout_at, settings_at

pytestmark = [pytest.mark.e2e]


@pytest.mark.parametrize("variant", list(Variant))
def test_it_boots_without_a_warning(variant: Variant, tmp_path: Path):
    settings, layout = settings_at(tmp_path, 1), layout_at(tmp_path)
    if variant is Variant.TLS:
        make_certificate(tmp_path / "tls")
    render(settings, layout, variant)
    process = AsteriskProcess(layout)
    process.start()
    try:
        process.wait_booted()
        shown = process.cli("module show")
        transports = process.cli("pjsip show transports")
        spoken = tls_version(SIP + 2) if variant is Variant.TLS else "none"
    finally:
        process.stop()
    assert process.complaints() == ()
    assert spoken in ("none", "TLSv1.2", "TLSv1.3")
    assert all(f"{name}.so" in shown for name in MODULES)
    assert ("transport-tls" in transports) is (variant is Variant.TLS)


def test_two_run_side_by_side_and_stop_apart(tmp_path: Path):
    both = []
    for offset in (2, 3):
        home = tmp_path / str(offset)
        layout = layout_at(home)
        render(settings_at(home, offset), layout, Variant.LOOPBACK)
        both.append(AsteriskProcess(layout))
    first, second = both
    try:
        for process in both:
            process.start()
        for process in both:
            process.wait_booted()
        assert f":{SIP + 2}" in first.cli("pjsip show transports")
        assert f":{SIP + 3}" in second.cli("pjsip show transports")
        first.stop()
        assert second.booted()
        with pytest.raises(AsteriskDown):
            first.cli("core show uptime")
    finally:
        for process in both:
            process.stop()
    assert first.ended_with == second.ended_with == "code 0"


def test_a_broken_configuration_says_where_to_look(tmp_path: Path):
    layout = layout_at(tmp_path)
    render(settings_at(tmp_path, 4), layout, Variant.LOOPBACK)
    layout.config.write_text("[directories]\nastmoddir => /nowhere\n")
    process = AsteriskProcess(layout)
    process.start()
    try:
        with pytest.raises(AsteriskDown, match=str(process.log)):
            process.wait_booted(within=3)
    finally:
        process.stop()


def test_only_this_machine_can_reach_it(tmp_path: Path):
    """Every socket that listens for others is on loopback."""
    layout = layout_at(tmp_path)
    render(settings_at(tmp_path, 5), layout, Variant.LOOPBACK)
    process = AsteriskProcess(layout)
    process.start()
    try:
        process.wait_booted()
        listening = listening_addresses(process.pid)
    finally:
        process.stop()
    assert {"127.0.0.1"} == listening


def listening_addresses(pid: int) -> set[str]:
    """Addresses of this process's listening TCP sockets, of either family."""
    sockets = psutil.Process(pid).net_connections("tcp")
    return {each.laddr.ip for each in sockets if each.status == psutil.CONN_LISTEN}


def tls_version(port: int) -> str | None:
    """Shake hands as a telephone would that trusts this certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    line = socket.create_connection(("127.0.0.1", port), timeout=60)
    with context.wrap_socket(line) as secure:
        return secure.version()


def make_certificate(folder: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl on this machine to make a certificate with")
    folder.mkdir()
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    command += ["-keyout", str(folder / "hotline.key"), "-out", str(folder / "hotline.crt")]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # words of ours
