"""Whether two articles are one, at two addresses, or tell one story, at two newsrooms. Decided on values.

Reports of one form look alike day after day, and a form that is filled in twice is no copy: dates and figures must
agree.
"""

from datetime import timedelta
from urllib.parse import urlsplit

from services.contracts.article import Article
from services.contracts.urls import page_key, registrable, site_family
from services.store.traces import LEAST, is_same_text, numbers_of, shingles, words_of
from services.store.wording import instant

IMPORT = "import"
"""The source of what came as files: that two came so says nothing of them."""
ALIKE = 0.5
"""The part of all shingles of two texts that both have, from which on they may tell one story."""
WITHIN = 0.75
"""The same of the shorter text alone: a copy may leave something out, or add a line about where it is from."""
SAME_FIGURES = 0.8
"""The part of the fewer figures that both texts must have."""
SPAN = timedelta(days=7)
"""Days within which a story is told again."""


def is_same_article(
    one: Article, one_url: str | None, one_source: str, other: Article, other_url: str | None, other_source: str
) -> bool:
    """Whether the same text at two addresses is one article: of one newsroom, and of one day where both are dated.

    Without dates it must be long enough for chance to be out of the question.
    """
    if not one_url or not other_url or not _is_one_newsroom(one_url, one_source, other_url, other_source):
        return False
    dated = one.published_at is not None or other.published_at is not None
    return (_same_day(one, other) if dated else len(words_of(one)) >= LEAST) and is_same_text(one, other)


def is_same_story(one: Article, one_url: str | None, other: Article, other_url: str | None) -> bool:
    """Whether texts of two newsrooms are copies of one: most words and figures are the same, within a week."""
    if _site(one_url) == _site(other_url):
        return False
    first, second = instant(one.published_at), instant(other.published_at)
    if first and second and abs(first - second) > SPAN:
        return False
    words, others = words_of(one), words_of(other)
    if min(len(words), len(others)) < LEAST:
        return False
    shorter, longer = sorted((shingles(words), shingles(others)), key=len)
    both = len(shorter & longer)
    return both >= ALIKE * len(shorter | longer) and both >= WITHIN * len(shorter) and _same_figures(one, other)


def contradict(one: Article, other: Article) -> bool:
    """Whether their dates say that two texts cannot be one article that only moved."""
    first, second = instant(one.published_at), instant(other.published_at)
    return first is not None and second is not None and abs(first - second) > timedelta(days=1)


def _same_figures(one: Article, other: Article) -> bool:
    fewer, more = sorted((numbers_of(one), numbers_of(other)), key=len)
    return len(fewer & more) >= SAME_FIGURES * len(fewer) and len(fewer & more) >= SAME_FIGURES * len(more) / 2


def _same_day(one: Article, other: Article) -> bool:
    first, second = one.published_at, other.published_at
    return first is not None and second is not None and first.isoformat()[:10] == second.isoformat()[:10]


def _is_one_newsroom(one_url: str, one_source: str, other_url: str, other_source: str) -> bool:
    """The same source or the same registered domain; sites that count their articles by themselves are several."""
    families = {key.partition(":")[0] for url in (one_url, other_url) if (key := page_key(url)).startswith("afpims/")}
    if len(families) > 1:
        return False
    same_source = one_source == other_source and one_source != IMPORT
    return same_source or registrable(_host(one_url)) == registrable(_host(other_url))


def _site(url: str | None) -> str:
    return site_family(_host(url or ""))


def _host(url: str) -> str:
    return urlsplit(url).netloc
