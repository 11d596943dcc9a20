"""Where this machine takes Debian from, read out of its own apt sources.

Both forms that apt knows are read. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.steps import SetupFailed

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
RELEASES = ("stable", "testing", "unstable", "sid")


@dataclass(frozen=True)
class Source:
    """One place that packages come from, as apt writes it."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    options: tuple[str, ...] = ()  # signed-by=..., trusted=yes

    def line(self, suite: str) -> str:
        """The same place, asked for another release."""
        options = self.options
        if not options and KEYRING.exists():
            options = (f"signed-by={KEYRING}",)
        shown = f"[{' '.join(options)}] " if options else ""
        return f"deb {shown}{self.uri} {suite} main\n"


def machine_source(etc: Path = Path("/etc/apt"), release: Path = Path("/etc/os-release")) -> Source:
    """The place this machine takes Debian itself from.

    Raises:
        SetupFailed: its apt sources name no Debian release.
    """
    wanted = (_codename(release), *RELEASES)
    sources = [s for s in _all_sources(etc) if "main" in s.components]
    for suite in wanted:
        for source in sources:
            if suite in source.suites:
                return source
    raise SetupFailed(
        f"no Debian release ({', '.join(wanted)}) in the sources under {etc}; "
        "install Asterisk 20 or later yourself, then run this again"
    )


def _codename(release: Path) -> str:
    found = re.search(r"^VERSION_CODENAME=\"?([a-z]+)", release.read_text("utf-8"), re.MULTILINE)
    return found[1] if found else "stable"


def _all_sources(etc: Path) -> Iterator[Source]:
    for path in sorted((etc / "sources.list.d").glob("*.sources")):
        yield from _stanzas(path.read_text("utf-8"))
    for path in (etc / "sources.list", *sorted((etc / "sources.list.d").glob("*.list"))):
        if path.exists():
            yield from _lines(path.read_text("utf-8"))


def _lines(text: str) -> Iterator[Source]:
    """The one-line form: deb [options] uri suite component..."""
    form = re.compile(r"^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#\n]+)", re.MULTILINE)
    for options, uri, suite, components in form.findall(text):
        kept = tuple(o for o in options.split() if o.startswith(("signed-by=", "trusted=")))
        yield Source(uri, (suite,), tuple(components.split()), kept)


def _stanzas(text: str) -> Iterator[Source]:
    """The deb822 form: a paragraph of fields for each source."""
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    for paragraph in re.split(r"\n\s*\n", text):
        unfolded = re.sub(r"\n[ \t]+", " ", paragraph)
        fields = {
            key.strip().lower(): value.strip()
            for key, colon, value in (line.partition(":") for line in unfolded.splitlines())
            if colon
        }
        if "deb" in fields.get("types", "").split() and fields.get("enabled", "yes") != "no":
            yield from _stanza(fields)


def _stanza(fields: dict[str, str]) -> Iterator[Source]:
    options = []
    if fields.get("signed-by", "").startswith("/"):
        options.append(f"signed-by={fields['signed-by']}")
    if fields.get("trusted"):
        options.append(f"trusted={fields['trusted']}")
    suites, components = (tuple(fields.get(k, "").split()) for k in ("suites", "components"))
    for uri in fields.get("uris", "").split():
        yield Source(uri, suites, components, tuple(options))
