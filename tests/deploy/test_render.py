"""The files that Asterisk reads."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.layout import Asterisk, Layout
from deploy.render import CLASSIC, Variant, dialled_numbers, main, render
from ivr.kernel.errors import NotConfigured
from ivr.settings import Settings

NOT_THERE = Asterisk(("/usr/sbin/asterisk",), Path("/modules"), Path("/documentation"))


def rendered(home: Path, variant: Variant = Variant.LOOPBACK, **more: object) -> Layout:
    layout = Layout(home / "asterisk", NOT_THERE)
    render(Settings(home=home, **more), layout, variant)
    return layout


def test_files_with_passwords_are_for_their_owner_alone(tmp_path: Path):
    layout = rendered(tmp_path)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in layout.etc.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(layout.base.stat().st_mode) == 0o700


def test_rendering_again_changes_nothing(tmp_path: Path):
    layout = rendered(tmp_path)
    before = {path.name: path.read_text() for path in layout.etc.iterdir()}
    rendered(tmp_path)
    assert {path.name: path.read_text() for path in layout.etc.iterdir()} == before


def test_the_manager_may_neither_originate_nor_run_commands(tmp_path: Path):
    text = (rendered(tmp_path).etc / "manager.conf").read_text()
    write = next(line for line in text.splitlines() if line.startswith("write ="))
    assert set(write.removeprefix("write = ").split(",")) == {"call", "agent", "reporting"}
    assert (tmp_path / "secrets/ami__secret").read_text().strip() in text


def test_only_two_contexts_dial_the_exchange(tmp_path: Path):
    text = (rendered(tmp_path).etc / "extensions.conf").read_text()
    before = text.split("@exchange")[:-1]
    contexts = [part.rpartition("\n[")[2].partition("]")[0] for part in before]
    assert contexts == ["hotline-outbound", "hotline-callback"]


def test_only_the_dialler_may_originate_and_it_is_made_only_where_wanted(tmp_path: Path):
    text = (rendered(tmp_path / "a").etc / "manager.conf").read_text()
    user = text.partition("[hotline-dialler]")[2]
    assert "\nwrite = originate\n" in user
    assert "read" not in user
    assert (tmp_path / "a/secrets/dialler__secret").read_text().strip() in user
    assert text.count("= originate") == 1
    layout = rendered(tmp_path / "b", dialler={"enabled": False})
    assert "= originate" not in (layout.etc / "manager.conf").read_text()
    assert "[hotline-callback]" not in (layout.etc / "extensions.conf").read_text()


def test_the_switch_calls_nobody_back_by_night(tmp_path: Path):
    hours = "GotoIfTime(08:00-20:30,*,*,*,CST-8?:no)"
    assert hours in (rendered(tmp_path).etc / "extensions.conf").read_text()


def test_every_service_can_be_told_which_numbers_are_dialled(tmp_path: Path):
    layout = Layout(tmp_path / "asterisk", NOT_THERE)
    render(Settings(home=tmp_path), layout, Variant.LOOPBACK, ["12345"])
    text = (layout.etc / "extensions.conf").read_text()
    lines = text.partition("[hotline-lines]")[2].partition("\n[")[0]
    assert lines.count("exten =>") == lines.count("exten => 12345,1,") == 1
    back = text.partition("[hotline-callback]")[2]
    assert [number for number in dialled_numbers() if f"exten => {number}," in back] == ["12345"]


def test_numbers_are_digits_and_hold_the_emergency_numbers():
    numbers = dialled_numbers()
    assert all(number.isdigit() for number in numbers)
    assert {"110", "119", "120", "122"} < set(numbers)


def test_tls_encrypts_accounts_and_leaves_the_exchange_as_it_is(tmp_path: Path):
    plain = (rendered(tmp_path / "a").etc / "pjsip.conf").read_text()
    secure = (rendered(tmp_path / "b", Variant.TLS).etc / "pjsip.conf").read_text()
    assert "sdes" not in plain
    assert "tlsv1_2" not in plain
    assert secure.count("media_encryption = sdes") == 1
    assert f"cert_file = {tmp_path}/b/tls/hotline.crt" in secure
    assert "res_srtp" in (tmp_path / "b/asterisk/etc/modules.conf").read_text()


def test_a_semicolon_in_a_folder_does_not_begin_a_comment(tmp_path: Path):
    text = rendered(tmp_path / "a;b").config.read_text()
    assert f"astetcdir => {tmp_path}/a\\;b/asterisk/etc" in text


def test_a_line_break_in_a_folder_is_refused(tmp_path: Path):
    with pytest.raises(NotConfigured, match="rename it"):
        rendered(tmp_path / "a\nb")


def test_the_script_of_the_switch_starts_in_any_folder(tmp_path: Path):
    script = (rendered(tmp_path / "it's here").scripts / CLASSIC).read_text()
    assert f"export HOTLINE_HOME='{tmp_path}/it'\"'\"'s here'" in script
    assert "-m agi_scripts.classic" in script


def test_a_deep_folder_still_has_a_control_socket(tmp_path: Path):
    layout = Layout(tmp_path / ("d" * 120), NOT_THERE)
    assert len(str(layout.run / "asterisk.ctl")) < 108
    assert Layout(tmp_path / ("e" * 120), NOT_THERE).run != layout.run


def test_one_command_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    ended = CliRunner().invoke(main, ["--out", str(tmp_path / "out"), "--variant", "tls"])
    assert ended.exit_code == 0, ended.output
    assert str(tmp_path / "out/etc/pjsip.conf") in ended.output.splitlines()
