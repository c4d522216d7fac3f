"""What publishing systems print around articles: the forms of `lexicon/boilerplate.toml`, compiled."""

import re
from collections.abc import Mapping

from services.parser.lexicon import either_folded, lexicon
from services.parser.lines import Line

_GOV = r"\.?(?:gov|mil)"

_TABLES = lexicon("boilerplate")
ANYWHERE: Mapping[str, list[str]] = _TABLES["anywhere"]
TOP: Mapping[str, list[str]] = _TABLES["top"]
END: Mapping[str, list[str]] = _TABLES["end"]
OFFICE: Mapping[str, list[str]] = _TABLES["office"]
LOOSE: Mapping[str, list[str]] = _TABLES["loose"]

MAX_LENGTH = 900


class Rules:
    """Several rules as one expression: one look at a line says which of them takes it."""

    def __init__(self, *tables: Mapping[str, list[str]]) -> None:
        self._names = [name for table in tables for name in table]
        rules = (either_folded(forms) for table in tables for forms in table.values())
        self._pattern = re.compile("|".join(f"({rule})" for rule in rules).replace("<gov>", _GOV))

    def name(self, line: Line) -> str | None:
        """The rule that takes this line, or None."""
        if len(line.key) > MAX_LENGTH:
            return None
        match = self._pattern.fullmatch(line.key)
        return self._names[(match.lastindex or 1) - 1] if match else None
