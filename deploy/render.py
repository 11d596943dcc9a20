"""Asterisk's configuration from the settings: `python -m deploy.render --out DIR`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Final

import click
from attrs import frozen
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deploy.accounts import keep_accounts, write_private
from deploy.asterisk.modules import MODULES, SECURE_MEDIA
from deploy.asterisk.sounds import clip, link_sounds
from deploy.layout import Layout, find_asterisk, not_here_yet
from ivr.app.secrets import DIALLER, secret
from ivr.guardian.switch import silent_flag
from ivr.kernel.errors import NotConfigured
from ivr.settings import Settings
from routing.load import load_directory

TEMPLATES: Final = Path(__file__).parent / "asterisk" / "templates"
OUTBOUND_LIMIT: Final = (
    30  # calls to units at a time: a runaway loop ends here, a busy day does not
)
CLASSIC: Final = "hotline-classic"
PASSES: Final = 3  # over the nodes, for one call: a flow that always crashes ends at the script
# Seconds of one pass after which passes are counted anew: longer than any sentence, since one who
# is cut off in each comes no further, and the script has nobody who dies under it.
SERVED: Final = 30
ROUNDS: Final = 12  # passes of one call at most: one that crashes late, again and again, ends too
STANDBY_LIMIT: Final = 24  # scripts on the switch at a time: 45 MB each
STARTING_LIMIT: Final = 3  # scripts that start at a time: more only delay each other
CROWDED_LIMIT: Final = 40  # turns of a second, then the bare queue
BARE_WAITS: Final = 20  # waits in the bare queue, each as long as with us: half an hour in all
EMPTY: Final = (
    "ccss.conf",
    "cdr_custom.conf",
    "cli.conf",
    "cli_aliases.conf",
    "cli_permissions.conf",
    "codecs.conf",
    "dnsmgr.conf",
    "dsp.conf",
    "extconfig.conf",
    "pjproject.conf",
    "queuerules.conf",
    "sorcery.conf",
    "stasis.conf",
    "udptl.conf",
)


class Variant(Enum):
    """How calls reach the switch."""

    LOOPBACK = "loopback"  # this machine only
    TLS = "tls"  # accounts speak SIP over TLS with encrypted sound


@frozen
class TlsFiles:
    """Where the certificate of the switch is expected."""

    certificate: Path
    key: Path


def render(
    settings: Settings, layout: Layout, variant: Variant, numbers: Iterable[str] | None = None
) -> tuple[Path, ...]:
    """Write every file Asterisk reads, and make the folders it writes to.

    `numbers` may be dialled from 114; when not given, those of the directory. The files hold
    passwords and are readable by their owner alone. Each is replaced at once.

    Raises:
        NotConfigured: a folder's name can not be written in Asterisk's configuration.
    """
    for folder in layout.folders():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    link_sounds(layout)
    values = _values(settings, layout, variant, numbers)
    environment = _environment()
    written = [
        _write(layout.etc / path.stem, environment.get_template(path.name).render(values))
        for path in sorted(TEMPLATES.glob("*.conf.j2"))
        if path.name != "empty.conf.j2"
    ]
    empty = environment.get_template("empty.conf.j2").render()
    written += [_write(layout.etc / name, empty) for name in EMPTY]
    return (*written, _write_classic(settings, layout))


def tls_files(settings: Settings) -> TlsFiles:
    folder = settings.home.absolute() / "tls"
    return TlsFiles(folder / "hotline.crt", folder / "hotline.key")


def dialled_numbers() -> tuple[str, ...]:
    """What 114 may dial: the lines of the directory and the emergency numbers."""
    lines = {line.number for line in load_directory().lines}
    return tuple(sorted(lines | set(emergency_numbers())))


def emergency_numbers() -> tuple[str, ...]:
    """Those of them that are counted apart, so that a busy day keeps nobody from help."""
    return tuple(sorted(each.number for each in load_directory().emergency))


def _values(
    settings: Settings, layout: Layout, variant: Variant, numbers: Iterable[str] | None
) -> dict[str, object]:
    accounts = keep_accounts(settings.secrets)
    secure = variant is Variant.TLS
    return {
        "settings": settings,
        "switch": settings.switch,
        "layout": layout,
        "accounts": accounts,
        "ami_secret": settings.ami.secret.get_secret_value() or accounts.ami_secret,
        "dialler_secret": _dialler_secret(settings),
        "exchange": f"{settings.switch.sip_host}:{settings.switch.exchange_port}",
        "numbers": dialled_numbers() if numbers is None else tuple(numbers),
        "emergency": emergency_numbers(),
        "modules": (*MODULES, *SECURE_MEDIA) if secure else MODULES,
        "tls": tls_files(settings) if secure else None,
        "classic": CLASSIC,
        "nodes": [{"address": each, "flag": silent_flag(each)} for each in settings.agi.addresses],
        "passes": PASSES,
        "served": SERVED,
        "rounds": ROUNDS,
        "standby_limit": STANDBY_LIMIT,
        "starting_limit": STARTING_LIMIT,
        "crowded_limit": CROWDED_LIMIT,
        "bare_wait": max(1, int(settings.calls.queue_wait)),
        "bare_waits": BARE_WAITS,
        "outbound_limit": OUTBOUND_LIMIT,
        "clip": clip,
    }


def _dialler_secret(settings: Settings) -> str:
    """Of the user who may originate; the file is for the command that calls back alone."""
    return settings.dialler.secret.get_secret_value() or secret(settings.secrets, DIALLER)


def _environment() -> Environment:
    environment = Environment(  # noqa: S701  # these are Asterisk's files, not pages
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["path"] = _path
    return environment


def _path(path: Path) -> str:
    """A path as a value: a semicolon would begin a comment, a line break another setting."""
    text = str(path)
    if not text.isprintable():
        raise NotConfigured(f"Asterisk can not be told of the folder {text!r}: rename it")
    return text.replace(";", "\\;")


def _write(path: Path, text: str) -> Path:
    write_private(path, text)
    return path


def _write_classic(settings: Settings, layout: Layout) -> Path:
    """The script that answers 114 while the service is away, as a program Asterisk can start."""
    python = layout.checkout / ".venv" / "bin" / "python"
    home = settings.home.absolute()
    path = _write(
        layout.scripts / CLASSIC,
        "#!/bin/sh\n"
        f"cd {shlex.quote(str(layout.checkout))} || exit 1\n"
        f"export HOTLINE_HOME={shlex.quote(str(home))}\n"
        f'exec {shlex.quote(str(python))} -m agi_scripts.classic "$@"\n',
    )
    path.chmod(0o700)
    return path


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Base folder.")
@click.option("--variant", type=click.Choice([v.value for v in Variant]), default=None)
def main(out: Path, variant: str | None) -> None:
    """Write Asterisk's configuration to OUT/etc, its folders beside it."""
    settings = Settings()
    chosen = Variant(variant) if variant else variant_of(settings)
    for path in render(settings, Layout(out.absolute(), find_asterisk() or not_here_yet()), chosen):
        click.echo(path)


def variant_of(settings: Settings) -> Variant:
    """The variant that the settings ask for."""
    return Variant.TLS if settings.switch.tls else Variant.LOOPBACK


if __name__ == "__main__":
    main()
