"""A page becomes an article, or the reason why not. Pure: the same bytes give the same answer, here and anywhere."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from services.contracts.article import Article, Reading, Rejected, RejectionReason, Removed
from services.parser.awards import awards
from services.parser.body import blocks
from services.parser.boilerplate import mark_boilerplate
from services.parser.byline import take_story_lines
from services.parser.characters import decode, fold
from services.parser.dateline import read_opening
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
from services.parser.rejection import no_article, walled
from services.parser.zones import OUTSIDE

# Zones whose lines become something other than body, under these names.
NAMED = {"kicker": "kicker", "label": "label", "notice": "historical-notice", "dek": "dek"}


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
    return _article(page, DUMP, text_lines(text), [], videos=0, classes="")


def _read_markup(markup: str, url: str | None) -> tuple[Reading, tuple[Line, ...]]:
    page = _open(markup, url)
    if not isinstance(page, Page):
        return _rejected(*page)
    layout, region = recognise(page.root, markup)
    if region is None:
        return _rejected("empty", "The page has no body.", layout=layout)
    reader = Reader(page, layout)
    reader.read(region)
    if reason := walled(page, " ".join(line.text for line in reader.lines[:50])):
        return _rejected(*reason, layout=layout, lines=reader.lines)
    if layout is WHOLE_PAGE:
        mark_by_density(reader.lines, markup)
    classes = region.get("class", "")
    return _article(page, layout, reader.lines, reader.frames, videos=reader.videos, classes=classes)


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


def _article(
    page: Page, layout: Layout, lines: list[Line], frames: Sequence[Frame], *, videos: int, classes: str
) -> tuple[Reading, tuple[Line, ...]]:
    _mark_zones(lines)
    mark_boilerplate(lines)
    found = take_images(lines, frames)
    headline = take_headline(page, lines)
    story = take_story_lines(lines)
    if layout.names_body:
        _mark_outside(lines)
    before = list(accumulate((line.kept for line in lines), initial=0))
    place, opened = _take_dateline(lines)
    body = blocks(lines)
    images = tuple(image.model_copy(update={"position": before[at]}) for at, image in found)
    if reason := no_article(page, layout, headline, lines, body, images):
        return _rejected(*reason, layout=layout, lines=lines)
    published, evidence = published_at(page, opened, story.published, headline)
    body_links, attachments = links(lines)
    kind = kind_of(page, layout, headline, lines, body, images, classes=classes, videos=videos)
    article = Article(
        url=page.url,
        canonical_url=canonical(page),
        article_key=article_key(page),
        layout=layout.name,
        kind=kind,
        headline=headline,
        dek=dek(lines),
        byline=story.byline,
        dateline=place,
        published_at=published,
        published_evidence=evidence,
        updated_at=updated_at(page),
        lang=language(page, lines),
        historical=any(line.rule == "historical-notice" for line in lines),
        body=body,
        images=images,
        awards=awards(body) if kind == "contracts" else (),
        tags=tags(lines),
        links=body_links,
        attachments=attachments,
        removed=_removed(opened),
    )
    return article, tuple(opened)


def _mark_zones(lines: Sequence[Line]) -> None:
    for line in lines:
        if line.kept and (line.zone in OUTSIDE or line.zone in NAMED):
            line.rule = NAMED.get(line.zone, line.zone)


def _mark_outside(lines: Sequence[Line]) -> None:
    """Where a layout names the body, words elsewhere are not the article's."""
    if any(line.zone == "body" for line in lines):
        for line in lines:
            if line.kept and line.zone != "body":
                line.rule = "outside-body"


def _take_dateline(lines: list[Line]) -> tuple[str | None, list[Line]]:
    """The place that opens the text, and the lines with the dateline split off its paragraph."""
    at = next((at for at, line in enumerate(lines) if line.kept), None)
    opening = read_opening(lines[at].text) if at is not None else None
    if at is None or opening is None:
        return None, lines
    place = replace(lines[at], text=opening.printed, key=fold(opening.printed), links=(), rule="dateline")
    lines[at].text, lines[at].key = opening.text, fold(opening.text)
    lines.insert(at, place)
    if not opening.text:
        del lines[at + 1]
    return opening.place, lines


def _removed(lines: Sequence[Line]) -> tuple[Removed, ...]:
    return tuple(Removed(rule=line.rule, text=line.text) for line in lines if line.rule is not None)


def _rejected(
    reason: RejectionReason, detail: str, *, layout: Layout | None = None, lines: Sequence[Line] = ()
) -> tuple[Rejected, tuple[Line, ...]]:
    removed = tuple(Removed(rule=line.rule or reason, text=line.text) for line in lines)
    return Rejected(reason=reason, detail=detail, layout=layout and layout.name, removed=removed), tuple(lines)
