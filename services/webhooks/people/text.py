"""A message as plain text: what changed stands as `[-old-]` and `{+new+}`."""

from collections.abc import Iterator

from services.webhooks.people.message import Changed, Entry, Notification

_MARKS = {"same": "{}", "deleted": "[-{}-]", "inserted": "{{+{}+}}"}


def as_text(message: Notification) -> str:
    """The message as lines of plain text, without what every channel says around it."""
    return "\n\n".join(["\n".join(_lines(entry)) for entry in message.entries] + more(message))


def more(message: Notification) -> list[str]:
    """What is said of events that are not shown."""
    if not message.more:
        return []
    where = f": {message.desk}" if message.desk else "."
    return [f"{message.more} further events are not shown here{where}"]


def changed_text(changed: Changed) -> str:
    """A text that changed, in one line."""
    return "".join(_MARKS[piece.fate].format(piece.text) for piece in changed.pieces)


def about(entry: Entry) -> str:
    """Source and time."""
    return " · ".join(filter(None, (entry.source, entry.at)))


def _lines(entry: Entry) -> Iterator[str]:
    yield entry.title
    yield about(entry)
    yield from filter(None, (entry.lead, *entry.sentences))
    yield from (f"{changed.field}: {changed_text(changed)}" for changed in entry.changed)
    yield from (f"{name}: {link}" for name, link in (("Page", entry.page), ("Desk", entry.desk)) if link)
