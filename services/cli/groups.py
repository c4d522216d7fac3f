"""How the commands hang together: groups whose help is plain and quick, and commands that are imported when run."""

from collections.abc import Callable
from importlib import import_module
from itertools import takewhile
from math import inf
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


def group(about: str, *, cls: type[TyperGroup] | None = None, no_args_is_help: bool = False) -> typer.Typer:
    """A group of commands. Its help is plain text: drawing boxes would take longer than all the rest of it."""
    return typer.Typer(
        cls=cls,
        help=about,
        no_args_is_help=no_args_is_help,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


class ListsByDefault(TyperGroup):
    """`dateline sources` is `dateline sources list`: so are options alone, and words where `list` takes words."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if ctx.resilient_parsing and not args:  # a shell wants to know what may follow
            return super().parse_args(ctx, args)
        if not args or (args[0] != "--help" and self._means_list(args)):
            args = ["list", *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Adds what may follow without naming a command: nobody would look for it in the help of `list`."""
        super().format_options(ctx, formatter)
        records = [parameter.get_help_record(ctx) for parameter in self.commands["list"].get_params(ctx)]
        with formatter.section("Without a command, or with `list`"):
            formatter.write_dl([record for record in records if record and record[0] != "--help"])

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        options = self.commands["list"].shell_complete(ctx, incomplete)
        return [*super().shell_complete(ctx, incomplete), *(option for option in options if option.value != "--help")]

    def _means_list(self, args: list[str]) -> bool:
        # More words than `list` takes begin with a misspelt command: `dateline sources pasue navy`.
        words = list(takewhile(lambda word: not word.startswith("-"), args))
        return not words or (words[0] not in self.commands and len(words) <= self._words_of_list())

    def _words_of_list(self) -> float:
        arguments = [param.nargs for param in self.commands["list"].params if param.param_type_name == "argument"]
        return inf if -1 in arguments else sum(arguments)


class LazyCommand(TyperCommand):
    """A command that is imported when it is run, completed or explained; until then its name and one line will do."""

    def __init__(self, name: str, place: str, about: str) -> None:
        """`place`: the module in `services.cli.commands` and the function or group in it, as `module:name`."""
        super().__init__(name, help=about, rich_markup_mode=None)
        self._place = place

    def load(self) -> Any:
        """The command itself."""
        module, attribute = self._place.split(":")
        target: typer.Typer | Callable[..., Any] = getattr(import_module(f"services.cli.commands.{module}"), attribute)
        if not isinstance(target, typer.Typer):
            function, target = target, group("")
            target.command()(function)
        command = typer.main.get_command(target)
        command.name = self.name
        return command

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        return self.load().make_context(info_name, args, parent=parent, **extra)
