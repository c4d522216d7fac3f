"""A page becomes an article, or the reason why not. Pure: the same bytes give the same answer, here and anywhere."""

from collections.abc import Sequence

from services.contracts.article import Article, Reading, Rejected, RejectionReason, Removed
from services.parser.awards import awards
from services.parser.body import blocks
from services.parser.characters import decode
from services.parser.hostile import MAX_BYTES, hostile
from services.parser.kinds import kind_of
from services.parser.layouts import DUMP, WHOLE_PAGE, Layout, recognise
from services.parser.lexicon import lexicon
from services.parser.lines import Line, text_lines
from services.parser.markup import Reader
from services.parser.mend import mend
from services.parser.metadata import article_key, canonical, dek, language, links, published_at, tags, updated_at
from services.parser.nature import nature
from services.parser.page import Page, TooDeep, read_page
from services.parser.parsed_page import Draft, ParsedPage
from services.parser.passes import run_passes
from services.parser.promised import promised_byline
from services.parser.rejection import no_article, walled

# The notice of an archive may stand outside of the main region.
NOTICES: tuple[str, ...] = tuple(lexicon("pages")["historical-notices"])


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
    return _article(ParsedPage(page, DUMP, text_lines(text)))


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
    classes, historical = region.get("class", ""), layout.archive or any(notice in markup for notice in NOTICES)
    return _article(
        ParsedPage(
            page, layout, reader.lines, reader.frames, reader.videos, classes, historical=historical, markup=markup
        )
    )


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


def _article(parsed: ParsedPage) -> tuple[Reading, tuple[Line, ...]]:
    page, layout, lines = parsed.page, parsed.layout, parsed.lines
    draft = run_passes(Draft(parsed, lines))
    headline, story, images = draft.headline, draft.story, draft.images
    body = blocks(lines)
    if reason := no_article(page, layout, headline, lines, body, images):
        return _rejected(*reason, layout=layout, lines=lines)
    kind = kind_of(page, layout, headline, lines, body, images, classes=parsed.classes, videos=parsed.videos)
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
        dateline=draft.dateline,
        published_at=published,
        published_evidence=evidence,
        updated_at=updated_at(page),
        lang=language(page, lines),
        historical=parsed.historical or any(line.rule == "historical-notice" for line in lines),
        body=body,
        images=images,
        awards=awards(body) if kind == "contracts" else (),
        tags=tags(lines),
        links=body_links,
        attachments=attachments,
        removed=_removed(lines),
    )
    return article, tuple(lines)


def _removed(lines: Sequence[Line]) -> tuple[Removed, ...]:
    return tuple(Removed(rule=line.rule, text=line.text) for line in lines if line.rule is not None)


def _rejected(
    reason: RejectionReason, detail: str, *, layout: Layout | None = None, lines: Sequence[Line] = ()
) -> tuple[Rejected, tuple[Line, ...]]:
    removed = tuple(Removed(rule=line.rule or reason, text=line.text) for line in lines)
    return Rejected(reason=reason, detail=detail, layout=layout and layout.name, removed=removed), tuple(lines)
