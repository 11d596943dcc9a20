"""`hotline`: every command of the product. Only the one that is asked for is loaded."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Final

import click
from pydantic import ValidationError

from ivr.settings import Settings

COMMANDS: Final = {
    "account": "account:account",
    "call": "call:call",
    "callback": "callback:callback",
    "doctor": "site:doctor",
    "guardian": "guardian:guardian",
    "init": "site:init",
    "listen": "listen:listen",
    "operator": "operator:operator",
    "prompts": "prompts:prompts",
    "route": "route:route",
    "serve": "site:serve_command",
    "table": "table:table",
    "ticket": "ticket:ticket",
}


class Commands(click.Group):
    """The commands by name. Loading all of them takes two seconds, one a fraction of it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        module, _, name = COMMANDS.get(cmd_name, "").partition(":")
        if not module:
            return None
        found: click.Command = getattr(import_module(f"ivr.commands.{module}"), name)
        return found


@click.group(cls=Commands)
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    envvar="HOTLINE_HOME",
    default=Path("var"),
    show_default=True,
    help="数据、密钥、录音和日志所在的文件夹。",
)
@click.version_option(package_name="hotline114")
@click.pass_context
def main(context: click.Context, home: Path) -> None:
    """114：一个号码，替代139条政府热线。"""
    try:
        context.obj = Settings.of(home)
    except ValidationError as why:
        raise click.ClickException(f"配置有误：{why}") from why
