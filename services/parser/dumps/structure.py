"""What the parts of a dump are: over the headline, headline, who and when, text, pictures, and what follows."""

from services.parser.address import Slug, slug, true_address
from services.parser.boilerplate import mark_anywhere
from services.parser.boilerplate_rules import ANYWHERE, LOOSE, TOP
from services.parser.dumps.fields import contracts_day, crawled_on, mark_column, mark_fields, stamped_on
from services.parser.dumps.head import mark_head, mark_top, mark_under
from services.parser.dumps.headline import find_headline, headline_from, is_named
from services.parser.dumps.kinds import kind_by_words
from services.parser.dumps.marks import mark_marks
from services.parser.dumps.media import is_gallery, read_media
from services.parser.dumps.pictures import mark_pictures
from services.parser.dumps.refusal import instead, listing
from services.parser.dumps.roles import mark_sure
from services.parser.dumps.tail import cut_tail
from services.parser.dumps.titles import promised_title, without_site
from services.parser.layouts import DUMP
from services.parser.lexicon import lexicon
from services.parser.parsed_page import Draft

_DUMPS = lexicon("dumps")
DUMP_RULES = frozenset([
    *ANYWHERE, *TOP, *LOOSE, *_DUMPS["tail"], *_DUMPS["head"], "alt", "attribution", "byline", "copy", "headline",
    "keywords", "list-number", "navigation", "over-the-headline", "picture-tools", "place", "presenter", "published",
    "read-more", "related", "slogan", "video", "dek", "crawler-date", "front-matter", "end-mark", "footer",
    "link-list",
]) - {"section"}  # fmt: skip


def mark_dump(draft: Draft) -> None:
    """Marks the lines of a dump with what they are by their place; other layouts have markup for that."""
    if draft.parsed.layout is not DUMP:
        return
    lines, url = draft.lines, draft.parsed.page.url
    names = slug(url)
    mark_anywhere(lines)
    draft.promised = promised_title(lines)
    draft.refused = instead(lines)
    draft.dated = mark_fields(lines) or mark_column(lines)
    mark_sure(lines)
    mark_pictures(lines)
    cut_tail(lines, headline_from(lines, names))
    at = find_headline(lines, names, promised=draft.promised)
    title = lines[at].key if at is not None else ""
    draft.refused = draft.refused or listing(lines, true_address(url), named=is_named(lines, names), title=title)
    if draft.refused:
        return
    mark_marks(lines)
    if not read_media(draft, true_address(url)):
        _mark_article(draft, names)
    draft.dated = draft.dated or stamped_on(lines) or crawled_on(lines)


def _mark_article(draft: Draft, names: Slug | None) -> None:
    lines = draft.lines
    at = find_headline(lines, names, promised=draft.promised)
    if at is None and not draft.promised and names and is_gallery(lines):
        draft.promised = " ".join(names.words).capitalize()
    if at is None and draft.promised:
        draft.dated = mark_under(lines) or draft.dated
    elif at is None:
        draft.dated = mark_top(lines) or draft.dated
    else:
        draft.promised = without_site(lines[at].text)
        draft.dated = mark_head(lines, at) or draft.dated or contracts_day(draft.promised)
    draft.kind = kind_by_words(lines)
