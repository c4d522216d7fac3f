"""The `dateline` command: the composition root of everything that is started by hand."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

import typer
from pydantic import ValidationError
from pydantic_settings import BaseSettings
from typer.core import TyperGroup
from typer.exceptions import TyperException

from services.contracts.errors import DatelineError
from services.runtime.redaction import visible

# Each command is imported when it is asked for: a worker must not wait for what only a person at the desk needs.
COMMANDS = {
    "up": "run:up",
    "demo": "demo:demo",
    "parse": "parse:parse",
    "import": "desk:import_files",
    "sources": "sources:app",
    "poll": "sources:poll",
    "articles": "articles:app",
    "events": "events:events",
    "webhooks": "webhooks:app",
    "reingest": "reingest:app",
    "audit": "accounts:audit",
    "retries": "retries:app",
    "set-aside": "set_aside:app",
    "keys": "keys:app",
    "listen": "listen:listen",
    "migrate": "prepare:migrate",
    "web": "process:web",
    "worker": "process:worker",
    "sweep": "process:sweep",
}


class _Commands(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        found = getattr(import_module(f"services.cli.{module}"), name)
        if not isinstance(found, typer.Typer):
            function, found = found, typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            found.command()(function)
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=_Commands,
    help="Watches government newsrooms: every article clean, every wording kept, every change announced.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    """Watches government newsrooms: every article clean, every wording kept, every change announced."""


def main(words: Sequence[str] | None = None) -> None:
    """Runs the command, by default the one of the command line."""
    answer_for(partial(app, words, prog_name="dateline", standalone_mode=False))


def answer_for(work: Callable[[], Any]) -> None:
    """Does it; whatever the user can mend is one sentence on standard error and exit status 2."""
    try:
        # None, or the status that a command has asked for.
        status = work()
    except DatelineError as error:
        _give_up(str(error))
    except typer.Abort:
        _give_up("It was broken off.")
    except TyperException as misunderstood:
        _give_up(_about_usage(misunderstood))
    except ValidationError as fault:
        if (sentence := _about_a_setting(fault)) is None:
            raise
        _give_up(sentence)
    except Exception as error:
        if not type(error).__module__.startswith("sqlalchemy."):
            raise
        _give_up(f"The database did not do what was asked ({_first_line(error)}). Is it there, and migrated?")
    else:
        if status:
            sys.exit(status)


def _give_up(sentence: str) -> None:
    if sentence:
        typer.secho(f"dateline: {visible(sentence)}", fg="red", err=True)
    sys.exit(2)


def _about_usage(misunderstood: Any) -> str:
    """What was not understood, and where the command is explained; nothing where its help was shown instead."""
    if not misunderstood.format_message():
        return ""
    sentence = " ".join(misunderstood.format_message().split()).replace("Value error, ", "").rstrip(".?")
    command = misunderstood.ctx.command_path if getattr(misunderstood, "ctx", None) else "dateline"
    return f"{sentence}; `{command} --help` tells more."


def _about_a_setting(fault: ValidationError) -> str | None:
    """Which variable of the environment is wrong, and how; None when it is not about settings. Never its value."""
    prefixes = {known.__name__: known.model_config.get("env_prefix", "") for known in BaseSettings.__subclasses__()}
    if fault.title not in prefixes:
        return None
    first = fault.errors()[0]
    name = prefixes[fault.title] + str(first["loc"][0]).removeprefix(prefixes[fault.title])
    return f"{name.upper()} cannot be used: {first['msg'].removeprefix('Value error, ')}."


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", error)).strip().splitlines()[0]
