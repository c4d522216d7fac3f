"""Sources as TOML, as `dateline sources --load` takes them: what is read again is the same."""

import json
from collections.abc import Iterable, Iterator

from services.fetcher.source_seeds import SourceSeed

_DELETE = {0x7F: "\\u007F"}
"""The one character that JSON leaves as it is and TOML does not."""


def as_toml(sources: Iterable[SourceSeed]) -> str:
    """The sources, each with its channels below it; what is as usual is left out."""
    return "\n".join("\n".join(_lines(source)) + "\n" for source in sources)


def _lines(source: SourceSeed) -> Iterator[str]:
    fields = source.model_dump(mode="json", exclude_defaults=True)
    channels = fields.pop("channels")
    yield "[[source]]"
    yield from (f"{name} = {_value(value)}" for name, value in fields.items())
    for channel in channels:
        yield from ("", "[[source.channels]]")
        yield from (f"{name} = {_value(value)}" for name, value in channel.items())


def _value(value: object) -> str:
    """A text, a number, or a list of them: JSON writes them as TOML does."""
    return json.dumps(value, ensure_ascii=False).translate(_DELETE)
