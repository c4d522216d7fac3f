"""A reading beside its page, as one HTML document: what stood there, what became of it, and by which rule."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from html import escape
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from services.contracts.article import Article, Award, Image, Reading, Rejected
from services.parser.body import roles
from services.parser.lines import Line
from services.parser.side_by_side_style import STYLE

# The policy holds even if an escape were forgotten: nothing is loaded, nothing runs.
_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
"""
# Characters that hide, or that turn the direction of what follows them: they are shown by their number.
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufffe\uffff]"
)
_BLOCKS = {
    "paragraph": '<p dir="auto">{}</p>',
    "subhead": "<h3>{}</h3>",
    "quote": "<blockquote>{}</blockquote>",
    "list_item": '<li dir="auto">{}</li>',
    "table": '<p class="table">{}</p>',
    "turn": '<p class="turn">{}</p>',
}


class _Entry(NamedTuple):
    """A line of the page: the name of what it became, or of the rule that took it out."""

    name: str
    is_text: bool
    text: str


def side_by_side(reading: Reading, lines: Sequence[Line]) -> str:
    """One HTML document that needs nothing else and runs nothing; whatever the page says is text in it."""
    title, pane = _article(reading) if isinstance(reading, Article) else _rejected(reading)
    entries = list(_entries(lines, reading.reason if isinstance(reading, Rejected) else None))
    return (
        f"{_HEAD}<title>{_plain(title)} · page and article</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>Page and article</h1>\n{_summary(entries)}</header>\n<main>\n"
        f'<section class="pane" aria-labelledby="page">\n<h2 class="name" id="page">The page</h2>\n'
        f'<ol class="lines">\n{"".join(_page(entries))}</ol>\n</section>\n'
        f"{pane}</main>\n</body>\n</html>\n"
    )


def _entries(lines: Sequence[Line], otherwise: str | None) -> Iterator[_Entry]:
    for line, role in roles(lines):
        if role and not otherwise:
            name = " → ".join(filter(None, (role.rule, role.kind.replace("_", " "))))
            yield _Entry(name, is_text=True, text=line.text)
        else:
            yield _Entry(line.rule or otherwise or "", is_text=False, text=line.text)


def _summary(shown: Sequence[_Entry]) -> str:
    rules = Counter(entry.name for entry in shown if not entry.is_text)
    tags = "".join(f'<li class="tag">{_text(rule)} {count}</li>' for rule, count in rules.most_common())
    return (
        f'<p class="sum">{len(shown)} lines: {len(shown) - rules.total()} kept, {rules.total()} taken out. '
        f'<a href="#article">To the article</a></p>\n'
        + (f'<ul class="rules" aria-label="Rules, and how many lines each took">{tags}</ul>\n' if tags else "")
    )


def _page(shown: Sequence[_Entry]) -> Iterator[str]:
    """Neighbours that became the same share its name."""
    for (name, is_text), run in groupby(shown, key=attrgetter("name", "is_text")):
        texts = (_text(entry.text) for entry in run)
        shape = '<p dir="auto">{}</p>' if is_text else '<p dir="auto"><del>{}</del></p>'
        inner = "".join(map(shape.format, texts))
        yield f'<li class="{"kept" if is_text else "gone"}"><span class="tag">{_text(name)}</span>{inner}</li>\n'


def _rejected(reading: Rejected) -> tuple[str, str]:
    return "No article", (
        '<section class="pane article" id="article" aria-labelledby="none">\n<p class="name">The article</p>\n'
        f'<h2 class="headline" id="none">No article</h2>\n<p class="dek">{_text(reading.detail)}</p>\n'
        f"{_facts(('Reason', reading.reason), ('Layout', reading.layout))}</section>\n"
    )


def _article(article: Article) -> tuple[str, str]:
    """Its title, and its pane."""
    dek = f'<p class="dek" dir="auto">{_text(article.dek)}</p>\n' if article.dek else ""
    return article.headline, (
        f'<article class="pane article" id="article" lang="{_plain(article.lang)}">\n'
        f'<p class="name" lang="en">The article</p>\n'
        f'<h2 class="headline" dir="auto">{_text(article.headline)}</h2>\n{dek}{_article_facts(article)}'
        f"{''.join(_body(article))}{_awards(article.awards)}</article>\n"
    )


def _article_facts(article: Article) -> str:
    return _facts(
        ("By", "; ".join(", ".join(filter(None, (entry.name, entry.affiliation))) for entry in article.byline)),
        ("Dateline", article.dateline),
        ("Published", _when(article.published_at, article.published_evidence)),
        ("Updated", _when(article.updated_at)),
        ("Kind", article.kind),
        ("Layout", article.layout),
        ("Language", article.lang),
        ("Tags", ", ".join(article.tags)),
        ("Archive", "the page calls itself historical" if article.historical else None),
        ("Key", article.article_key),
        ("Address", article.url or article.canonical_url),
        ("Attachments", "; ".join(f"{link.text} ({link.url})" for link in article.attachments)),
    )


def _when(when: date | None, evidence: str | None = None) -> str | None:
    if when is None:
        return None
    message = f"{when:%Y-%m-%d %H:%M %Z}" if isinstance(when, datetime) else when.isoformat()
    return f"{message} (by its {evidence})" if evidence else message


def _body(article: Article) -> Iterator[str]:
    """List items share their list."""
    for is_list, run in groupby(_parts(article), key=lambda part: part.startswith("<li")):
        parts = "".join(run)
        yield f"<ul>\n{parts}</ul>\n" if is_list else parts


def _parts(article: Article) -> Iterator[str]:
    """Blocks in order, each picture where it stood between them."""
    waiting = sorted(article.images, key=lambda image: image.position)
    for at, block in enumerate(article.body):
        while waiting and waiting[0].position <= at:
            yield _picture(waiting.pop(0))
        yield _BLOCKS[block.kind].format(_text(block.text)) + "\n"
    yield from map(_picture, waiting)


def _picture(image: Image) -> str:
    title = f"<strong>{_text(image.title)}</strong>" if image.title else ""
    caption = f'<p dir="auto">{_text(image.caption)}</p>' if image.caption else ""
    alt = image.alt if image.alt != image.caption else None
    facts = _facts(("Credit", image.credit), ("VIRIN", image.virin), ("Description", alt), ("Address", image.url))
    return (
        f'<figure><span class="tag" lang="en">Picture</span><figcaption>{title}{caption}{facts}</figcaption></figure>\n'
    )


def _awards(awards: Sequence[Award]) -> str:
    heading = f'<h3 lang="en">Awards: {len(awards)}</h3>\n' if awards else ""
    return heading + "".join(map(_award, awards))


def _award(award: Award) -> str:
    names = "; ".join(entry.name for entry in award.awardees) or (award.amends or "not told").capitalize()
    facts = _facts(
        ("Branch", award.branch),
        ("Place", "; ".join(awardee.place for awardee in award.awardees if awardee.place)),
        ("Amount", _dollars(award.amount, award.amount_kind)),
        ("Brings it to", _dollars(award.cumulative_value)),
        ("Action", " ".join(filter(None, (award.action, award.modification, award.modification_kind)))),
        ("Kinds", ", ".join(award.kinds)),
        ("Numbers", ", ".join(award.numbers)),
        ("Completed by", award.completed_by),
        ("Office", award.activity),
    )
    return f'<section class="award" lang="en"><h4>{_text(names)}</h4>{facts}</section>\n'


def _dollars(amount: int | None, kind: str | None = None) -> str | None:
    if amount is None:
        return None
    return f"${amount:,}" + (f" ({kind.replace('_', ' ')})" if kind else "")


def _facts(*facts: tuple[str, str | None]) -> str:
    rows = "".join(f'<dt>{name}</dt><dd dir="auto">{_text(value)}</dd>' for name, value in facts if value)
    return f'<dl class="facts" lang="en">{rows}</dl>\n' if rows else ""


def _text(text: str) -> str:
    """Words of the page, which stay words."""
    return _ODD.sub(lambda result: f'<span class="odd">{_number(result)}</span>', escape(text))


def _plain(text: str) -> str:
    """The same where no markup may stand: in the title and in attributes."""
    return escape(_ODD.sub(_number, text))


def _number(odd: re.Match[str]) -> str:
    return f"U+{ord(odd[0]):04X}"
