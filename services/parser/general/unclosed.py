"""Elements whose end tag is missing, so that everything after them would be theirs."""

import re
from collections.abc import Iterator
from typing import Final

_OPEN: Final = re.compile(r"<style\b[^<>]{0,2000}>", re.IGNORECASE)
_CLOSE: Final = re.compile(r"</style", re.IGNORECASE)
_MARKUP: Final = re.compile(
    r"</?(?:html|head|body|header|main|article|section|nav|div|p|h[1-6]|ul|table)\b[^{};]{0,200}>", re.IGNORECASE
)


def without_unclosed(markup: str) -> str:
    """The page without any `<style>` that runs into its markup, which begins again where the first tag stands."""
    return "".join(_parts(markup))


def _parts(markup: str) -> Iterator[str]:
    begun = 0
    while opened := _OPEN.search(markup, begun):
        closed = _CLOSE.search(markup, opened.end())
        end = closed.start() if closed else len(markup)
        leak = _MARKUP.search(markup, opened.end(), end)
        yield markup[begun : opened.start() if leak else end]
        begun = leak.start() if leak else end
    yield markup[begun:]
