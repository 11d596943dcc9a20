"""`hotline`: every command of the product."""

from __future__ import annotations

from pathlib import Path

import click
from pydantic import ValidationError

from ivr.commands.account import account
from ivr.commands.call import call
from ivr.commands.callback import callback
from ivr.commands.guardian import guardian
from ivr.commands.listen import listen
from ivr.commands.operator import operator
from ivr.commands.prompts import prompts
from ivr.commands.route import route
from ivr.commands.site import doctor, init, serve_command
from ivr.commands.table import table
from ivr.commands.ticket import ticket
from ivr.settings import Settings


@click.group()
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


SITE = (init, serve_command, guardian, doctor)
PEOPLE = (account, call, operator, callback, ticket, table, route, listen, prompts)

for command in (*SITE, *PEOPLE):
    main.add_command(command)
