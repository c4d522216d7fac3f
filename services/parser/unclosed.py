"""Elements whose end tag is missing, so that everything after them would be theirs."""

import re
from collections.abc import Iterator
from typing import Final

_OPEN: Final = re.compile(rb"<style\b[^<>]{0,2000}>")
_MARKUP: Final = re.compile(
    rb"</?(?:html|head|body|header|main|article|section|nav|div|p|h[1-6]|ul|table)\b[^{};]{0,200}>"
)


def without_unclosed(markup: bytes, lowered: bytes) -> bytes:
    """The page without any `<style>` that runs into its markup, which begins again where the first tag stands.

    `lowered` is the page in small letters, where it can be searched for texts, which costs least.
    """
    return b"".join(_parts(markup, lowered))


def _parts(markup: bytes, lowered: bytes) -> Iterator[bytes]:
    begun = at = 0
    while (at := lowered.find(b"<style", at)) >= 0:
        opened = _OPEN.match(lowered, at)
        if opened is None:
            at += 1
            continue
        closed = lowered.find(b"</style", opened.end())
        end = closed if closed >= 0 else len(lowered)
        leak = _MARKUP.search(lowered, opened.end(), end) if lowered.find(b"<", opened.end(), end) >= 0 else None
        yield markup[begun : at if leak else end]
        begun = at = leak.start() if leak else end
    yield markup[begun:]
