"""Commands that have commands, of which one is meant where none is named."""

from typing import Any

from typer.core import TyperGroup


class ListsByDefault(TyperGroup):
    """`dateline sources` is `dateline sources list`: so are options alone, and words where `list` takes words."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] != "--help" and self._means_list(args[0])):
            args = ["list", *args]
        return super().parse_args(ctx, args)

    def _means_list(self, word: str) -> bool:
        takes_words = any(taken.param_type_name == "argument" for taken in self.commands["list"].params)
        return word.startswith("-") or (takes_words and word not in self.commands)
