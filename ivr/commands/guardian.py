"""`hotline guardian`: watches the call nodes of this machine."""

from __future__ import annotations

import asyncio

import click

from ivr.app.guard import guard
from ivr.commands.shared import plainly, settings_of


@click.command()
@click.pass_context
@plainly
def guardian(context: click.Context) -> None:
    """看护本机的通话节点：哪个节点失去响应，就把它的来电转给别的节点或备用脚本。"""
    asyncio.run(guard(settings_of(context)))
