"""Database servers without root: found, fetched, started, and left out when they can not be had."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from deploy import databases, own_release
from deploy.database_servers import (
    LOOPBACK,
    RedisServer,
    ServerDown,
    redis_server,
    server_folder,
    server_user,
)
from deploy.databases import Found, find_redis, provide_databases
from deploy.fetch import is_there
from deploy.own_release import fetch_here
from deploy.steps import SetupFailed

SAYS = "#!/bin/sh\necho Redis server v=7.0.15 sha=0\n"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without servers and without a network."""

    def no_source() -> None:
        raise SetupFailed("no network today")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(own_release, "machine_source", no_source)
    monkeypatch.setattr(databases.shutil, "which", lambda _name: None)
    return tmp_path


def keep(debs: Path, folder: Path, name: str, files: dict[str, str], depends: str = "") -> None:
    """A package kept from an earlier set-up."""
    content = folder / name
    (content / "DEBIAN").mkdir(parents=True)
    needs = f"Depends: {depends}\n" if depends else ""
    (content / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: us <us@localhost>\n"
        f"{needs}Description: a thing\n"
    )
    for path, text in files.items():
        (content / path).parent.mkdir(parents=True)
        (content / path).write_text(text)
        (content / path).chmod(0o755)
    debs.mkdir(parents=True, exist_ok=True)
    command = ["dpkg-deb", "--build", "--root-owner-group", content, debs / f"{name}_1_all.deb"]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # words of ours


def test_kept_packages_need_no_network(elsewhere: Path):
    wanted = databases._redis()
    keep(wanted.debs, elsewhere, "redis-server", {"usr/bin/redis-server": SAYS})
    keep(wanted.debs, elsewhere, "redis-tools", {})
    assert find_redis() is None
    assert fetch_here(wanted) == "7.0.15"
    assert is_there(wanted)
    found = find_redis()
    assert found is not None
    assert found.program == wanted.tree / "usr/bin/redis-server"


def test_a_server_that_can_not_be_had_is_named_and_not_fatal(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(databases, "find_postgresql", lambda: None)
    provide_databases()
    told = capsys.readouterr().out
    assert "tests on PostgreSQL will be skipped: no network today" in told
    assert "tests on Redis will be skipped: no network today" in told


def test_a_program_that_does_not_start_is_not_put_in_place(elsewhere: Path):
    wanted = databases._redis()
    broken = {"usr/bin/redis-server": "#!/bin/sh\nexit 1\n"}
    keep(wanted.debs, elsewhere, "redis-server", broken)
    keep(wanted.debs, elsewhere, "redis-tools", {})
    with pytest.raises(SetupFailed, match="does not start"):
        fetch_here(wanted)
    assert find_redis() is None


def test_libraries_and_the_release_that_a_name_stands_for_are_wanted(tmp_path: Path):
    depends = "postgresql-15, postgresql-common (>= 1~), libpq5 (>= 14) | libother, zlib1g, libc6"
    keep(tmp_path / "debs", tmp_path, "postgresql", {}, depends)
    keep(tmp_path / "debs", tmp_path, "libpq5", {}, "libssl3, libllvm14, perl")
    assert own_release._named_by(tmp_path / "debs") == {"postgresql-15", "zlib1g", "libssl3"}


def test_the_newest_release_is_used(tmp_path: Path):
    for release in ("9.6", "15", "17"):
        folder = tmp_path / f"usr/lib/postgresql/{release}/bin"
        folder.mkdir(parents=True)
        for name in ("postgres", "initdb"):
            (folder / name).touch()
    found = databases._postgresql_in(tmp_path)
    assert found == Found(tmp_path / "usr/lib/postgresql/17/bin/postgres", tmp_path)


@pytest.mark.skipif(find_redis() is None, reason="Redis is not here: `make setup` fetches it")
def test_a_server_is_killed_and_started_again_and_leaves_nothing():
    with redis_server() as server:
        first, folder = server.port, server.log.parent
        assert folder.stat().st_uid == server_user().uid
        server.kill()
        with pytest.raises(ServerDown):
            server.pause()
        assert not answers(first)
        server.start()
        assert answers(first)
    assert not folder.exists()
    assert not answers(first)


def test_a_server_that_does_not_start_says_why():
    with server_folder() as folder:
        program = folder / "redis-server"
        program.write_text("#!/bin/sh\necho no luck today\nexit 1\n")
        program.chmod(0o755)
        server = RedisServer(Found(program), folder)
        with pytest.raises(ServerDown, match="no luck today"):
            server.start()


def answers(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex((LOOPBACK, port)) == 0
