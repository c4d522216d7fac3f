"""A page becomes an article, or the reason why not. Pure: the same bytes give the same answer, here and anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from services.contracts.article import Article, Image, Reading, Rejected, RejectionReason, Removed
from services.parser.awards import awards
from services.parser.body import blocks
from services.parser.boilerplate import mark_boilerplate
from services.parser.byline import take_story_lines
from services.parser.characters import decode, fold
from services.parser.dateline import is_note, read_opening
from services.parser.fallback import mark_by_density
from services.parser.hostile import MAX_BYTES, hostile
from services.parser.images import take_images
from services.parser.kinds import kind_of
from services.parser.layouts import DUMP, WHOLE_PAGE, Layout, recognise
from services.parser.lines import Frame, Line, text_lines
from services.parser.markup import Reader
from services.parser.mend import mend
from services.parser.metadata import (
    article_key,
    canonical,
    dek,
    language,
    links,
    published_at,
    tags,
    take_headline,
    updated_at,
)
from services.parser.nature import nature
from services.parser.page import Page, TooDeep, read_page
from services.parser.promised import promised_byline
from services.parser.rejection import no_article, walled
from services.parser.zones import OUTSIDE

# Zones whose lines become something other than body, under these names.
NAMED = {"kicker": "kicker", "label": "label", "notice": "historical-notice", "dek": "dek"}


TITLES = 8  # lines that may stand over the one that opens with a place: a title, whom to ask
# The notice of an archive may stand outside of the main region.
NOTICES = ("You have accessed part of a historical collection", "You have reached a collection of archived material")


@dataclass(frozen=True)
class Sheet:
    """Everything that was read off a page before anybody asked what it means."""

    page: Page
    layout: Layout
    lines: list[Line]
    frames: Sequence[Frame] = ()
    videos: int = 0
    classes: str = ""
    historical: bool = False


def extract(body: bytes, *, url: str | None = None, content_type: str | None = None) -> Article | Rejected:
    """The article of a page, or why there is none. Never raises, whatever the bytes.

    HTML and plain-text dumps are told apart by `content_type`, else by their look.
    """
    return read(body, url=url, content_type=content_type)[0]


def read(body: bytes, *, url: str | None = None, content_type: str | None = None) -> tuple[Reading, tuple[Line, ...]]:
    """The reading, and every line of the page's main region in order with the rule that took it, if one did."""
    if len(body) > MAX_BYTES:
        return _rejected("too_hostile", f"The page is larger than {MAX_BYTES:,} bytes.")
    text = decode(body, content_type)
    match nature(text, content_type):
        case "html":
            return _read_markup(text, url)
        case "text":
            return _read_dump(text, url)
        case other:
            return _rejected("not_html", f"The page is neither HTML nor plain text but {other}.")


def _read_dump(text: str, url: str | None) -> tuple[Reading, tuple[Line, ...]]:
    page = Page(url=url)
    if reason := walled(page, text):
        return _rejected(*reason, layout=DUMP)
    return _article(Sheet(page, DUMP, text_lines(text)))


def _read_markup(markup: str, url: str | None) -> tuple[Reading, tuple[Line, ...]]:
    page = _open(markup, url)
    if not isinstance(page, Page):
        return _rejected(*page)
    layout, region = recognise(page, markup)
    if region is None:
        return _rejected("empty", "The page has no body.", layout=layout)
    reader = Reader(page, layout)
    reader.read(region)
    if reason := walled(page, " ".join(line.text for line in reader.lines[:50])):
        return _rejected(*reason, layout=layout, lines=reader.lines)
    if layout is WHOLE_PAGE:
        mark_by_density(reader.lines, reader.frames, markup)
    classes, historical = region.get("class", ""), layout.archive or any(notice in markup for notice in NOTICES)
    return _article(Sheet(page, layout, reader.lines, reader.frames, reader.videos, classes, historical=historical))


def _open(markup: str, url: str | None) -> Page | tuple[RejectionReason, str]:
    """The page, or why there is no tree of it."""
    if trap := hostile(markup):
        return "too_hostile", trap
    try:
        try:
            page = read_page(markup, url)
        except TooDeep:
            page = read_page(mend(markup), url)
    except TooDeep:
        return "too_hostile", "The page is nested deeper than any page needs."
    return page or ("empty", "The page holds no element at all.")


def _article(sheet: Sheet) -> tuple[Reading, tuple[Line, ...]]:
    page, layout, lines = sheet.page, sheet.layout, sheet.lines
    _mark_zones(lines)
    mark_boilerplate(lines)
    found = take_images(lines, sheet.frames)
    headline = take_headline(page, lines)
    story = take_story_lines(lines)
    _mark_outside(layout, lines)
    _mark_over(layout, lines)
    images = _placed(found, lines)
    place = _take_dateline(lines)
    body = blocks(lines)
    if reason := no_article(page, layout, headline, lines, body, images):
        return _rejected(*reason, layout=layout, lines=lines)
    kind = kind_of(page, layout, headline, lines, body, images, classes=sheet.classes, videos=sheet.videos)
    published, evidence = published_at(
        page, lines, story.published, headline, near_headline=not layout.names_body and layout is not DUMP
    )
    body_links, attachments = links(lines)
    article = Article(
        url=page.url,
        canonical_url=canonical(page),
        article_key=article_key(page),
        layout=layout.name,
        kind=kind,
        headline=headline,
        dek=dek(lines),
        byline=story.byline or (promised_byline(page) if layout is WHOLE_PAGE else ()),
        dateline=place,
        published_at=published,
        published_evidence=evidence,
        updated_at=updated_at(page),
        lang=language(page, lines),
        historical=sheet.historical or any(line.rule == "historical-notice" for line in lines),
        body=body,
        images=images,
        awards=awards(body) if kind == "contracts" else (),
        tags=tags(lines),
        links=body_links,
        attachments=attachments,
        removed=_removed(lines),
    )
    return article, tuple(lines)


def _placed(found: Sequence[tuple[int, Image]], lines: Sequence[Line]) -> tuple[Image, ...]:
    """The pictures with their place in the body: how many of its blocks come before."""
    before = list(accumulate((line.kept for line in lines), initial=0))
    return tuple(image.model_copy(update={"position": before[at]}) for at, image in found)


def _mark_zones(lines: Sequence[Line]) -> None:
    for line in lines:
        if line.kept and (line.zone in OUTSIDE or line.zone in NAMED):
            line.rule = NAMED.get(line.zone, line.zone)


def _mark_outside(layout: Layout, lines: Sequence[Line]) -> None:
    """Where a layout names the body, words elsewhere are not the article's."""
    if layout.names_body and any(line.inside for line in lines):
        for line in lines:
            if line.kept and not line.inside:
                line.rule = "outside-body"


def _mark_over(layout: Layout, lines: Sequence[Line]) -> None:
    """Where no layout names the body, what stands over the headline is the site's, if text follows under it."""
    prose = next((at for at, line in enumerate(lines) if line.kept and line.is_prose), len(lines))
    heads = [at for at, line in enumerate(lines[:prose]) if line.rule == "headline"]
    if layout.names_body or not heads or prose == len(lines):
        return
    for line in lines[: heads[-1]]:
        if line.kept:
            line.rule = "over-the-headline"


def _take_dateline(lines: list[Line]) -> str | None:
    """The place that opens the text; the dateline becomes a line of its own, and is no part of the body."""
    at = _opening_line(lines)
    opening = read_opening(lines[at].text) if at is not None else None
    if at is None or opening is None:
        return None
    first = lines[at]
    lines.insert(at, replace(first, text=opening.printed, key=fold(opening.printed), links=(), rule="dateline"))
    first.text, first.key = opening.text, fold(opening.text)
    if not opening.text:
        lines.remove(first)
    return opening.place


def _opening_line(lines: Sequence[Line]) -> int | None:
    """The first line of the text that opens with a place; a title or two, and a note, may stand over it."""
    kept = [at for at, line in enumerate(lines) if line.kept and not is_note(line.text)][:TITLES]
    first = next((place for place, at in enumerate(kept, 1) if lines[at].is_prose), len(kept))
    return next((at for at in kept[:first] if read_opening(lines[at].text)), None)


def _removed(lines: Sequence[Line]) -> tuple[Removed, ...]:
    return tuple(Removed(rule=line.rule, text=line.text) for line in lines if line.rule is not None)


def _rejected(
    reason: RejectionReason, detail: str, *, layout: Layout | None = None, lines: Sequence[Line] = ()
) -> tuple[Rejected, tuple[Line, ...]]:
    removed = tuple(Removed(rule=line.rule or reason, text=line.text) for line in lines)
    return Rejected(reason=reason, detail=detail, layout=layout and layout.name, removed=removed), tuple(lines)
