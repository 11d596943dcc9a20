"""Settings: frozen once read.

Sources, the first that names a value wins: arguments, environment (``HOTLINE_AMI__PORT``),
secret files (``<home>/secrets/<section>__<name>``), the TOML file named by ``HOTLINE_CONFIG``
or ``<home>/hotline.toml``, the defaults below. The defaults are the embedded set-up: loopback,
SQLite, in-process state.
"""

from __future__ import annotations

import os
from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

LOOPBACK = "127.0.0.1"
RUNNING = "running.toml"  # the ports `make run` chose, while it runs, so that commands find them

Address = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,253}:[0-9]{1,5}$")]
"""``host:port``. It is written into the dialplan, so nothing else may stand in it."""


class Section(BaseModel):
    """A group of settings; unknown names are refused, so a typing error is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AgiSettings(Section):
    """Where Asterisk reaches the call flows. FastAGI has no authentication: keep it on loopback.

    `peers` are other call nodes of the same site; Asterisk and the guardian are told of them.
    """

    host: str = LOOPBACK
    port: int = 4573
    allow: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    peers: tuple[Address, ...] = ()

    @property
    def address(self) -> str:
        """This node's own, as in ``agi://`` URLs."""
        return f"{self.host}:{self.port}"

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every call node, in the order in which a call tries them."""
        return (self.address, *self.peers)


class AudioSettings(Section):
    """Where Asterisk sends the sound of callers who may speak (AudioSocket); off without an ear.

    Asterisk is told the address with each call, so any free port does (0). It has no
    authentication but an unguessable name for each call: keep it on loopback.
    """

    host: str = LOOPBACK
    port: int = 0
    allow: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    streams: int = Field(default=200, ge=1)  # at once; beyond it callers key


class SpeechSettings(Section):
    """What hears callers. `whisper` came with the set-up; `sherpa` takes a model of the site's.

    Each worker is a process of some 300 MB that recognises one utterance at a time and needs most
    of a core for half a second each. Whoever finds them all busy uses keys.
    """

    engine: Literal["whisper", "sherpa", "off"] = "whisper"
    model: Path | None = None  # a folder; that of the set-up where nothing is said
    workers: int = Field(default=1, ge=1, le=64)


class AmiSettings(Section):
    """Where we reach Asterisk's manager interface."""

    host: str = LOOPBACK
    port: int = 5038
    user: str = "hotline"
    secret: SecretStr = SecretStr("")


class WebSettings(Section):
    """Where pages, health and metrics are served.

    `secure` is for a proxy that adds TLS: cookies then travel over TLS alone. `proxies` are the
    addresses whose word on where a request came from is taken. `chat` is the page on which
    citizens write instead of calling.
    """

    host: str = LOOPBACK
    port: int = 8114
    secure: bool = False
    proxies: tuple[str, ...] = ()
    chat: bool = True


class SwitchSettings(Section):
    """The Asterisk that `make run` starts, or for which `deploy.render` writes."""

    sip_host: str = LOOPBACK
    sip_port: int = 5060
    rtp_first: int = 20000
    rtp_last: int = 20999
    exchange_port: int = 5090  # where the outbound context sends calls; the simulated exchange
    nodes: int = Field(default=1, ge=1, le=4)  # call nodes that `make run` starts
    queue_log: str = ""  # Asterisk's list of who answered whom; empty: that of `make run`
    number: str = "114"
    tls: bool = False


class CallSettings(Section):
    """What the caller experiences, in seconds."""

    ring: float = 25.0  # a unit's line
    message: float = Field(default=120.0, le=600.0)
    message_silence: float = 3.0
    queue: str = "hotline"
    queue_wait: float = 90.0  # then: wait on, or leave a message
    unclaimed: float = Field(default=180.0, ge=1)  # until a call that nobody closed is closed


class DiallerSettings(Section):
    """Calls back to citizens who were lost: who asks the switch, when, and how often at most.

    Caps are for the whole site. Without `enabled` the switch knows no user who may originate.
    """

    enabled: bool = True
    user: str = Field(default="hotline-dialler", pattern=r"^[a-z0-9-]{1,32}$")
    secret: SecretStr = SecretStr("")
    opens: time = time(8, 0)  # in China's time; the same as `closes`: day and night
    closes: time = time(20, 30)
    # Landlines that are called back, as in a dialplan: the city's own.
    landline: str = Field(default="0473XXXXXXX", pattern=r"^0[1-9][0-9]{1,2}X{7,8}$")
    per_hour: int = Field(default=30, ge=0)
    per_day: int = Field(default=200, ge=0)
    per_number: int = Field(default=3, ge=0)  # in a day
    at_once: int = Field(default=5, ge=0)
    longest: float = Field(default=1800.0, gt=0)  # seconds of talk
    # Hang up whatever dials past the dialplan; off for a switch that has other users as well.
    guard_trunk: bool = True


class TableSettings(Section):
    """How the routing table is published.

    `voice` renders clips that a new version needs before it goes live: `auto` is the product's
    voice where its model is on this machine, else espeak-ng; `off` leaves the clips to the site.
    """

    approval: bool = False  # whether a second person must agree before a draft is published
    rehearse: int = Field(default=500, ge=0, le=5000)  # calls and tickets decided again
    voice: Literal["auto", "kokoro", "espeak", "off"] = "auto"


class Settings(BaseSettings):
    """Everything that can be set. `home` holds database, secrets, recordings, spool and logs."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="HOTLINE_", env_nested_delimiter="__"
    )

    home: Path = Path("var")
    node: str = Field(default="n1", pattern=r"^[a-z0-9-]{1,16}$")
    database: str = ""  # an SQLAlchemy URL; empty: SQLite in `home`
    redis: str = ""  # a Redis URL; empty: in-process
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    agi: AgiSettings = AgiSettings()
    speech: SpeechSettings = SpeechSettings()
    audio: AudioSettings = AudioSettings()
    ami: AmiSettings = AmiSettings()
    web: WebSettings = WebSettings()
    switch: SwitchSettings = SwitchSettings()
    calls: CallSettings = CallSettings()
    dialler: DiallerSettings = DiallerSettings()
    table: TableSettings = TableSettings()

    @classmethod
    def of(cls, home: Path) -> Settings:
        """The settings of the site in this folder; raises pydantic's ValidationError."""
        os.environ["HOTLINE_HOME"] = str(home)
        return cls()

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite+aiosqlite:///{self.home.absolute() / 'hotline.db'}"

    @property
    def recordings(self) -> Path:
        return self.home.absolute() / "recordings"

    @property
    def queue_log(self) -> Path:
        """Where the switch writes who answered whom; it may not be there."""
        known = self.switch.queue_log
        return Path(known) if known else self.home.absolute() / "asterisk" / "log" / "queue_log"

    @property
    def spool(self) -> Path:
        return self.home.absolute() / "spool"

    @property
    def wills(self) -> Path:
        """What should become of calls that nobody serves when they end."""
        return self.home.absolute() / "wills"

    @property
    def guardian(self) -> Path:
        """The socket on which the guardian hears the nodes of this site."""
        return self.home.absolute() / "guardian.sock"

    @property
    def secrets(self) -> Path:
        return self.home.absolute() / "secrets"

    @property
    def snapshot(self) -> Path:
        """The published table as a file, for the script on the switch."""
        return self.home.absolute() / "table.json"

    @property
    def router(self) -> Path:
        """What `routing.learn` made of the published table, for a start without the database."""
        return self.home.absolute() / "table.router"

    @property
    def standby(self) -> Path:
        """What the script on the switch reads, when the service is away."""
        return self.home.absolute() / "standby.json"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not a source of ours
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - ours reads sections
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # The home that is asked for decides whose secrets and ports are read, not the present one.
        asked = init_settings().get("home")
        home = Path(asked or os.environ.get("HOTLINE_HOME", "var"))
        toml = Path(os.environ.get("HOTLINE_CONFIG", home / "hotline.toml"))
        sources: list[PydanticBaseSettingsSource] = [init_settings, env_settings]
        if (home / RUNNING).is_file():
            sources.append(TomlConfigSettingsSource(settings_cls, home / RUNNING))
        if (home / "secrets").is_dir():
            sources.append(_NestedSecrets(settings_cls, secrets_dir=home / "secrets"))
        if toml.is_file():
            sources.append(TomlConfigSettingsSource(settings_cls, toml))
        return tuple(sources)


class _NestedSecrets(SecretsSettingsSource):
    """Reads ``ami__secret`` into the section `ami`; only files of that form are settings."""

    def __call__(self) -> dict[str, object]:
        found: dict[str, dict[str, str]] = {}
        for path in sorted(Path(str(self.secrets_dir)).iterdir()):
            section, split, name = path.name.partition("__")
            if split and path.is_file():
                found.setdefault(section, {})[name] = path.read_text("utf-8").strip()
        return dict(found)
