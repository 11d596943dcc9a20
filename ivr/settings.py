"""Settings: frozen once read.

Sources, the first that names a value wins: arguments, environment (``HOTLINE_AMI__PORT``),
secret files (``<home>/secrets/<section>__<name>``), the TOML file named by ``HOTLINE_CONFIG``
or ``<home>/hotline.toml``, the defaults below. The defaults are the embedded set-up: loopback,
SQLite, in-process state.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

LOOPBACK = "127.0.0.1"


class Section(BaseModel):
    """A group of settings; unknown names are refused, so a typing error is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AgiSettings(Section):
    """Where Asterisk reaches the call flows. FastAGI has no authentication: keep it on loopback."""

    host: str = LOOPBACK
    port: int = 4573
    allow: tuple[str, ...] = ("127.0.0.0/8", "::1/128")


class AmiSettings(Section):
    """Where we reach Asterisk's manager interface."""

    host: str = LOOPBACK
    port: int = 5038
    user: str = "hotline"
    secret: SecretStr = SecretStr("")


class WebSettings(Section):
    """Where health and metrics are served."""

    host: str = LOOPBACK
    port: int = 8114


class SwitchSettings(Section):
    """The Asterisk that `make run` starts; an existing one only needs `sounds_prefix`."""

    sip_host: str = LOOPBACK
    sip_port: int = 5060
    rtp_first: int = 20000
    rtp_last: int = 20999
    exchange_port: int = 5090  # where the outbound context sends calls; the simulated exchange
    number: str = "114"
    tls: bool = False


class CallSettings(Section):
    """What the caller experiences, in seconds."""

    ring: float = 25.0  # a unit's line
    message: float = Field(default=120.0, le=600.0)
    message_silence: float = 3.0
    queue: str = "hotline"
    queue_wait: float = 90.0  # then: wait on, or leave a message


class Settings(BaseSettings):
    """Everything that can be set. `home` holds database, secrets, recordings, spool and logs."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="HOTLINE_", env_nested_delimiter="__"
    )

    home: Path = Path("var")
    node: str = Field(default="n1", pattern=r"^[a-z0-9-]{1,16}$")
    database: str = ""  # an SQLAlchemy URL; empty: SQLite in `home`
    redis: str = ""  # a Redis URL; empty: in-process
    log_level: str = "info"
    agi: AgiSettings = AgiSettings()
    ami: AmiSettings = AmiSettings()
    web: WebSettings = WebSettings()
    switch: SwitchSettings = SwitchSettings()
    calls: CallSettings = CallSettings()

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
    def spool(self) -> Path:
        return self.home.absolute() / "spool"

    @property
    def secrets(self) -> Path:
        return self.home.absolute() / "secrets"

    @property
    def snapshot(self) -> Path:
        """The published table as a file, for the script on the switch."""
        return self.home.absolute() / "table.json"

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
        home = Path(os.environ.get("HOTLINE_HOME", "var"))
        toml = Path(os.environ.get("HOTLINE_CONFIG", home / "hotline.toml"))
        sources: list[PydanticBaseSettingsSource] = [init_settings, env_settings]
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
