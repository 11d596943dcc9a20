"""A PostgreSQL and a Redis of one's own: on free loopback ports, in temporary folders.

For tests and for trying the scaled set-up, never for a site: whoever is on this machine may use
them, and what they hold is gone when they stop. `python -m deploy.database_servers` starts both
and says how to use them.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from deploy.children import dying_with_parent
from deploy.databases import Found, find_postgresql, find_redis
from deploy.ports import unused
from ivr.kernel.errors import HotlineError

LOOPBACK: Final = "127.0.0.1"
BOOT: Final = 90.0  # seconds; one on an idle machine
STOP: Final = 15.0
UNPRIVILEGED: Final = "nobody"  # PostgreSQL refuses to run as root
DURABLE: Final = "on"
HURRIED: Final = "off"  # nothing is flushed: tests survive a power cut by being run again


class ServerDown(HotlineError):
    """It is not here, did not start, or has ended; the message says where to look."""

    id = "server-down"


@frozen
class User:
    """Who the server runs as."""

    uid: int
    gid: int


def server_user() -> User:
    """We ourselves, or the unprivileged user when we are root."""
    if os.getuid() != 0:
        return User(os.getuid(), os.getgid())
    entry = pwd.getpwnam(UNPRIVILEGED)
    return User(entry.pw_uid, entry.pw_gid)


class Server(ABC):
    """One server process; killed, stopped and started again by whoever tests what is then."""

    ending = signal.SIGTERM  # what makes it end in order, clients or not

    def __init__(self, name: str, found: Found, folder: Path) -> None:
        self.port = unused(LOOPBACK)
        self.log = folder / f"{name}.log"
        self._name, self._folder, self._user = name, folder, server_user()
        self._found = _reachable(found, folder)
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """What starts it in the foreground."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether it serves now."""

    def start(self) -> None:
        """Return when it serves; raises `ServerDown`."""
        self._process = self._popen(self.command(), self.ending)
        until = time.monotonic() + BOOT
        while time.monotonic() < until and self._process.poll() is None:
            if self.ready():
                return
            time.sleep(0.02)
        raise ServerDown(f"{self._name} did not start:\n{self.log.read_text('utf-8', 'replace')}")

    def stop(self) -> None:
        """End it and wait for that; does nothing when it has ended."""
        self._end(self.ending)

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let it hold its connections and answer nothing."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        self._send(signal.SIGCONT)

    def _send(self, sent: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            raise ServerDown(f"{self._name} does not run")
        self._process.send_signal(sent)

    def _end(self, sent: signal.Signals) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(sent)
        process.send_signal(signal.SIGCONT)  # one that was paused ends too
        try:
            process.wait(STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _popen(
        self, command: Sequence[str | Path], ending: signal.Signals
    ) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env={**os.environ, **self._found.environment},
                start_new_session=True,
                preexec_fn=dying_with_parent(ending),  # noqa: PLW1509  # one system call
                **_as_user(self._user),
            )


class PostgresServer(Server):
    """PostgreSQL with an empty database. `fsync` off is for tests that need no durability."""

    ending = signal.SIGINT  # "fast": does not wait for clients

    def __init__(self, found: Found, folder: Path, *, fsync: str = HURRIED) -> None:
        super().__init__("postgresql", found, folder)
        self._data, self._fsync = folder / "data", fsync
        self._make_cluster()

    @property
    def url(self) -> str:
        """For the setting `database`."""
        return f"postgresql+asyncpg://hotline@{LOOPBACK}:{self.port}/postgres"

    def command(self) -> Sequence[str | Path]:
        options = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": self._fsync,
            "jit": "off",
            "timezone": "GMT",
        }
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [self._found.program, "-D", self._data, *words]

    def ready(self) -> bool:
        with contextlib.suppress(OSError, IndexError):
            written = (self._data / "postmaster.pid").read_text("utf-8").splitlines()
            return self._process is not None and [written[0], written[7].strip()] == [
                str(self._process.pid),
                "ready",
            ]
        return False

    def _make_cluster(self) -> None:
        words = [
            "--auth=trust",
            "--username=hotline",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ]
        made = self._popen(
            [self._found.program.with_name("initdb"), "-D", self._data, *words], signal.SIGTERM
        )
        if made.wait(BOOT):
            raise ServerDown(f"initdb failed:\n{self.log.read_text('utf-8', 'replace')}")


class RedisServer(Server):
    """Redis that keeps nothing on disk, as the present needs no more."""

    def __init__(self, found: Found, folder: Path) -> None:
        super().__init__("redis", found, folder)

    @property
    def url(self) -> str:
        """For the setting `redis`."""
        return f"redis://{LOOPBACK}:{self.port}/0"

    def command(self) -> Sequence[str | Path]:
        words = ["--port", str(self.port), "--bind", LOOPBACK, "--save", "", "--appendonly", "no"]
        return [self._found.program, *words]

    def ready(self) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection((LOOPBACK, self.port), 1.0) as asked,
        ):
            asked.sendall(b"PING\r\n")
            return asked.recv(16).startswith(b"+PONG")
        return False


@contextlib.contextmanager
def postgres_server(*, fsync: str = HURRIED) -> Iterator[PostgresServer]:
    """A running PostgreSQL; raises `ServerDown`."""
    found = find_postgresql()
    if found is None:
        raise ServerDown("PostgreSQL is not here: `make setup` fetches it")
    with server_folder() as folder:
        server = PostgresServer(found, folder, fsync=fsync)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A running Redis; raises `ServerDown`."""
    found = find_redis()
    if found is None:
        raise ServerDown("Redis is not here: `make setup` fetches it")
    with server_folder() as folder:
        server = RedisServer(found, folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def server_folder() -> Iterator[Path]:
    """A folder of the server's user, out of reach of others."""
    folder, user = Path(tempfile.mkdtemp(prefix="hotline-")), server_user()
    try:
        os.chown(folder, user.uid, user.gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_user(user: User) -> dict[str, Any]:
    if os.getuid() == user.uid:
        return {}
    return {"user": user.uid, "group": user.gid, "extra_groups": []}


def _reachable(found: Found, folder: Path) -> Found:
    """The same where the server's user can reach it: what root fetched is in root's own folder."""
    if found.tree is None or all(part.stat().st_mode & 0o001 for part in found.program.parents):
        return found
    tree = folder / "tree"
    shutil.copytree(found.tree, tree, symlinks=True)
    return Found(tree / found.program.relative_to(found.tree), tree)


def main() -> int:
    """Start both, say how to use them, and wait for Ctrl-C."""
    with postgres_server(fsync=DURABLE) as postgres, redis_server() as redis:
        sys.stdout.write(
            f"HOTLINE_DATABASE={postgres.url}\nHOTLINE_REDIS={redis.url}\n"
            "Ctrl-C ends both and forgets what they hold.\n"
        )
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
