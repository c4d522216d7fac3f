"""Word lists and rule forms as data: one TOML file for each question that the parser asks of words.

To add a word, add one line to the list it belongs to, and a golden page that needs it. A *form* is a regular expression
in the spelling that the head of its file names. Forms see outside text, so each must be linear in what it reads:
`tests/unit/parser/test_linear.py` finds every form by itself and attacks it.
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from services.parser.characters import unaccented


@cache
def lexicon(name: str) -> dict[str, Any]:
    """The tables of one file of this package; read once, and never to be changed."""
    return tomllib.loads((files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))


def either(forms: Iterable[str]) -> str:
    """One form that matches what any of these match; the first that does wins."""
    return "|".join(forms)


def either_folded(forms: Iterable[str]) -> str:
    """The same of forms that are matched against folded text: they are written as people write the words."""
    return either(map(unaccented, forms))
