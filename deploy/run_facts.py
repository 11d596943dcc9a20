"""What a running site tells a person, and outside programs through ``run.json``."""

from __future__ import annotations

import json
from pathlib import Path

from attrs import frozen

from deploy.accounts import Accounts, write_private
from deploy.layout import Layout
from ivr.settings import Settings


@frozen
class RunFacts:
    """Everything needed to drive this site from outside. Holds passwords: never log it."""

    settings: Settings
    accounts: Accounts
    admin_user: str
    admin_password: str

    @property
    def ami_secret(self) -> str:
        """A password set in the settings wins over the one made here."""
        return self.settings.ami.secret.get_secret_value() or self.accounts.ami_secret

    @property
    def sip(self) -> tuple[str, int]:
        """How accounts reach the switch: TLS has the port beside SIP's own."""
        switch = self.settings.switch
        return ("TLS", switch.sip_port + 1) if switch.tls else ("UDP", switch.sip_port)

    @property
    def web(self) -> str:
        return f"http://{self.settings.web.host}:{self.settings.web.port}/"

    def write(self, path: Path, *, asterisk: int, service: int) -> None:
        """Replace ``run.json`` at once; readable by its owner alone."""
        known = self._document() | {"pids": {"asterisk": asterisk, "service": service}}
        write_private(path, json.dumps(known, indent=1) + "\n")

    def _document(self) -> dict[str, object]:
        switch, ami, agi = self.settings.switch, self.settings.ami, self.settings.agi
        return {
            "sip": {"host": switch.sip_host, "port": self.sip[1], "number": switch.number},
            "callers": [{"user": a.user, "password": a.password} for a in self.accounts.callers],
            "operators": [
                {"id": a.id, "user": a.user, "password": a.password}
                for a in self.accounts.operators
            ],
            "ami": {
                "host": ami.host,
                "port": ami.port,
                "user": ami.user,
                "secret": self.ami_secret,
            },
            "fastagi": {"host": agi.host, "port": agi.port},
            "web": {"url": self.web},
            "admin": {"user": self.admin_user, "password": self.admin_password},
            "database": self.settings.database_url,
        }

    def words(self, layout: Layout, facts_file: Path) -> str:
        """The same for a person at a terminal."""
        switch, ami, agi = self.settings.switch, self.settings.ami, self.settings.agi
        home = self.settings.home
        callers = "\n".join(
            f"                 {a.user}  {a.password}" for a in self.accounts.callers
        )
        operators = "\n".join(
            f"                 {a.id}: {a.user}  {a.password}" for a in self.accounts.operators
        )
        return f"""
The hotline is ready. Register a softphone and dial {switch.number}.

  SIP server     {switch.sip_host}:{self.sip[1]} ({self.sip[0]})
  callers        user and password
{callers}
  operators      seat: user and password; then `hotline operator login 1001`
{operators}
  web            {self.web}   {self.admin_user} / {self.admin_password}
  FastAGI        {agi.host}:{agi.port}
  AMI            {ami.host}:{ami.port}, user {ami.user}, secret in {self.settings.secrets}
  database       {self.settings.database_url}
  logs           {home}/log/ and {layout.log}/full
  all of this    {facts_file}

Ctrl-C stops everything.
"""
