"""A page becomes an article, or the reason why not. Pure: the same bytes give the same answer, here and anywhere."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter

from services.contracts.article import Article, Reading, Rejected, RejectionReason, Removed
from services.contracts.bounds import bounded
from services.parser.address import slug
from services.parser.awards import awards
from services.parser.body import blocks
from services.parser.characters import Decoded, decode, decoded, squeeze
from services.parser.continues import continues_at
from services.parser.documents.mark import no_text
from services.parser.documents.paragraphs import paragraphs
from services.parser.dumps.beginning import beginning
from services.parser.dumps.text import read_text
from services.parser.embedded import draw, embedded
from services.parser.general.cards import cards_of
from services.parser.hostile import MAX_BYTES, hostile
from services.parser.kinds import kind_of
from services.parser.layouts import DOCUMENT, DUMP, LEARNED, WHOLE_PAGE, Layout, recognise
from services.parser.lexicon import lexicon
from services.parser.lines import Line
from services.parser.mail import is_mail, letter
from services.parser.markup import Reader
from services.parser.mend import mend
from services.parser.metadata import article_key, canonical, dek, language, links, tags
from services.parser.nature import nature
from services.parser.page import Page, TooDeep, read_page
from services.parser.parsed_page import Draft, ParsedPage
from services.parser.passes import run_passes
from services.parser.printed import Document, is_pdf
from services.parser.promised import promised_byline
from services.parser.publication import Asked, times_of
from services.parser.reference import is_reference, is_reference_dump
from services.parser.rejection import no_article, walled, walled_text
from services.parser.site_profile import SiteProfile
from services.parser.unshown import reveal

# The notice of an archive may stand outside of the main region.
NOTICES: tuple[str, ...] = tuple(lexicon("pages")["historical-notices"])


# All at once, which takes a fifth of the time of one after the other: most lines of a page are removed.
_REMOVED = TypeAdapter(tuple[Removed, ...])
# What was read, with the page that it was read from, unless there was nothing to read.
_Answer = tuple[Reading, ParsedPage | None]


def extract(
    body: bytes,
    *,
    url: str | None = None,
    content_type: str | None = None,
    now: datetime | None = None,
    profile: SiteProfile | None = None,
    title: str | None = None,
) -> Article | Rejected:
    """The article of a page, or why there is none. Never raises, whatever the bytes.

    A PDF is known by its first bytes. HTML and plain-text dumps are told apart by `content_type`, else by their look.
    `now` is when the page was captured, with a zone: no date of the article is more than two days later. The `profile`
    of the page's host says what its pages have in common; without one the page is read alone. `title` is what the
    channel that listed a document calls it.
    """
    return read(body, url=url, content_type=content_type, now=now, profile=profile, title=title)[0]


def read(
    body: bytes,
    *,
    url: str | None = None,
    content_type: str | None = None,
    now: datetime | None = None,
    profile: SiteProfile | None = None,
    title: str | None = None,
) -> tuple[Reading, tuple[Line, ...]]:
    """The reading, and every line of the page's main region in order with the rule that took it, if one did."""
    reading, parsed = parse(body, url=url, content_type=content_type, now=now, profile=profile, title=title)
    return reading, tuple(parsed.lines) if parsed else ()


def parse(
    body: bytes,
    *,
    url: str | None = None,
    content_type: str | None = None,
    now: datetime | None = None,
    profile: SiteProfile | None = None,
    title: str | None = None,
) -> _Answer:
    """The reading, and the page with its lines as they were marked; None where no page was read off the bytes."""
    if is_mail(content_type):
        return _read_letter(body, url, now)
    if is_pdf(body):
        return _read_document(body, url, title or "", now)
    if len(body) > MAX_BYTES:
        return _rejected("too_hostile", f"The page is larger than {MAX_BYTES:,} bytes.")
    text = decode(body, content_type)
    match nature(text, content_type):
        case "html":
            return _read_markup(text, url, now, profile)
        case "text":
            return _read_dump(text, url, now, profile)
        case other:
            return _rejected("not_html", f"The page is neither HTML nor plain text but {other}.")


def _read_dump(text: str, url: str | None, now: datetime | None, profile: SiteProfile | None) -> _Answer:
    page = Page(url=url)
    if reason := walled_text(page, text):
        return _rejected(*reason, layout=DUMP)
    start = beginning(text)
    dump = read_text(start, slug(url))
    is_cut = len(start) < len(text)
    return _article(ParsedPage(page, DUMP, dump.lines, dump.frames, now=now, profile=profile, is_cut=is_cut))


def _read_letter(body: bytes, url: str | None, now: datetime | None) -> _Answer:
    """A bulletin by e-mail that stands for a page: the article says where it was read from."""
    if len(body) > MAX_BYTES or (part := letter(body)) is None:
        return _rejected("empty", "The mail holds no text.")
    reading, parsed = parse(part[0], url=url, content_type=part[1], now=now)
    return (reading.model_copy(update={"read_from": "mail"}) if isinstance(reading, Article) else reading), parsed


def _read_document(body: bytes, url: str | None, title: str, now: datetime | None) -> _Answer:
    from services.parser.documents.pdf import read_pdf  # noqa: PLC0415 - few processes ever read one

    document = read_pdf(body)
    if not isinstance(document, Document):
        return _rejected(*document, layout=DOCUMENT)
    lines = paragraphs(document)
    cut, about = document.is_cut, Page(url=url)
    parsed = ParsedPage(about, DOCUMENT, lines, now=now, is_cut=cut, document=document, title=squeeze(title))
    if reason := no_text(document, lines):
        return _rejected(*reason, layout=DOCUMENT, parsed=parsed)
    return _article(parsed)


def _read_markup(markup: Decoded, url: str | None, now: datetime | None, profile: SiteProfile | None) -> _Answer:
    page = open_page(markup, url)
    if not isinstance(page, Page):
        return _rejected(*page)
    layout, region = recognise(page, markup)
    profile = profile if layout.name in LEARNED else None
    if profile:
        page = replace(page, site_names=profile.names)
    if region is None:
        return _rejected("empty", "The page has no body.", layout=layout)
    reader = Reader(page, layout)
    reader.read(region)
    hidden = None if layout.names_body else embedded(page, reader.lines)
    if hidden:
        draw(page, region, hidden)
    if hidden or (not layout.names_body and reveal(region, reader.lines)):
        reader = Reader(page, layout)
        reader.read(region)
    parsed = ParsedPage(
        page,
        layout,
        reader.lines,
        reader.frames,
        reader.videos,
        classes=region.get("class", ""),
        historical=layout.archive or any(notice in markup for notice in NOTICES),
        markup=markup,
        read_from=hidden.origin if hidden else None,
        places=reader.places,
        profile=profile,
        now=now,
        region=region,
        silent=reader.silent,
    )
    if reason := walled(page, reader.lines):
        return _rejected(*reason, layout=layout, parsed=parsed)
    return _article(parsed)


def open_page(markup: Decoded, url: str | None) -> Page | tuple[RejectionReason, str]:
    """The page, or why there is no tree of it."""
    if trap := hostile(markup):
        return "too_hostile", trap
    try:
        try:
            page = read_page(markup, url)
        except TooDeep:
            page = read_page(decoded(mend(markup)), url)
    except TooDeep:
        return "too_hostile", "The page is nested deeper than any page needs."
    return page or ("empty", "The page holds no element at all.")


def _article(parsed: ParsedPage) -> _Answer:
    page, layout, lines = parsed.page, parsed.layout, parsed.lines
    draft = run_passes(Draft(parsed, lines))
    if draft.refused:
        return _rejected(*draft.refused, layout=layout, parsed=parsed)
    headline, story, images = draft.headline, draft.story, draft.images
    body = blocks(lines)
    labels = layout.names_body and any(line.inside for line in lines)
    cards = cards_of(lines, parsed.places) if parsed.places and not labels else None
    if reason := no_article(draft, body, cards):
        return _rejected(*reason, layout=layout, parsed=parsed)
    times = times_of(_dates_asked(draft))
    kind = draft.kind or kind_of(
        page, layout, headline, lines, body, images, classes=parsed.classes, videos=parsed.videos
    )
    stays = (
        is_reference(draft, times.evidence, cards)
        if cards
        else layout is DUMP and is_reference_dump(draft, times.evidence)
    )
    if stays:
        kind = "reference"
    body_links, attachments = links(page, lines)
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
        published_at=times.published,
        published_evidence=times.evidence,
        updated_at=times.updated,
        lang=language(page, lines),
        historical=parsed.historical or any(line.rule == "historical-notice" for line in lines),
        body=body,
        images=images,
        awards=awards(body) if kind == "contracts" else (),
        tags=tags(page, lines),
        links=body_links,
        attachments=attachments,
        removed=_removed(lines),
        read_from=parsed.read_from,
        continues_at=continues_at(page, parsed.markup),
        truncated=parsed.is_cut,
    )
    return bounded(article), parsed


def _dates_asked(draft: Draft) -> Asked:
    parsed, story = draft.parsed, draft.story
    is_dump = parsed.layout is DUMP
    return Asked(
        parsed.page,
        draft.lines,
        "" if is_dump else draft.headline,  # a dump's dates were read with its lines
        order=parsed.order,
        trusted=parsed.layout.names_body or is_dump,
        visible=story.published or draft.dated,
        labelled=story.labelled,
        updated=story.updated,
        now=parsed.now,
        made=parsed.document.created if parsed.document else None,
    )


def _removed(lines: Sequence[Line]) -> tuple[Removed, ...]:
    return _removals((line.rule, line) for line in lines if line.rule is not None)


def _rejected(
    reason: RejectionReason, detail: str, *, layout: Layout | None = None, parsed: ParsedPage | None = None
) -> _Answer:
    lines = parsed.lines if parsed else ()
    removed = _removals((line.rule or reason, line) for line in lines)
    return Rejected(reason=reason, detail=detail, layout=layout and layout.name, removed=removed), parsed


def _removals(lines: Iterable[tuple[str, Line]]) -> tuple[Removed, ...]:
    written = ({"rule": rule, "text": line.text, "detail": line.detail} for rule, line in lines)
    return _REMOVED.validate_python(tuple(written))
