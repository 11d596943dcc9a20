"""What every command does the same way: settings, errors in plain words, work on a loop."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

import click
from rich.console import Console

from ivr.kernel.errors import HotlineError
from ivr.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

console = Console(highlight=False)


def settings_of(context: click.Context) -> Settings:
    """The settings read once by the `hotline` group."""
    found = context.find_object(Settings)
    if found is None:
        raise click.ClickException("没有读到配置")
    return found


def plainly(command: Callable[P, T]) -> Callable[P, T]:
    """Errors of ours end the command with one line and exit code 1, never a traceback."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except HotlineError as why:
            raise click.ClickException(f"{why}（{why.id}）") from why

    return run


def on_loop(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)
