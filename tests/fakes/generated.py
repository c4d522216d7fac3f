"""Thousands of pages of about 100 KB from a few strings: a newsroom to measure the pipeline on.

The same number gives the same page in every run. A page is joined from parts when it is asked for, so that 2 000 of
them cost no more memory than one, and the server costs little beside what it is there to measure.
"""

import random
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from services.demo import pages
from services.demo.newsroom import HTML, Resource, conditional
from services.demo.pages import Publication
from services.demo.samples import Sample, SamplePicture, Wording
from services.demo.site import Answer, Request, Site, SiteRequest

FIRST_NUMBER = 5_000_000
PER_LISTING = 10
PARAGRAPHS = 24
# The state field fills the page up to the size of a real one.
VIEWSTATE_BYTES = 44_000
EPOCH = datetime(2026, 1, 1, 12, tzinfo=UTC)
MARK = "9999999999"
VOCABULARY = """
engineers harbor bridge convoy weather radar forecast depot squadron morning signal supply exercise civilian repair
island runway training partner report water network commander storm village clinic generator medical northern coastal
joint annual ready rapid second carried opened moved tested finished planned returned
"""
WORDS = tuple(VOCABULARY.split())
_ARTICLE = re.compile(r"/Article/(\d+)/")
_PAGE = re.compile(r"[?&]Page=(\d+)")


class GeneratedNewsroom:
    """So many articles, all public from the start, with a sitemap and a listing in pages of ten.

    `publishes()` adds one; `corrects(n)` gives the n-th (counted from 0) another wording, and the sitemap says when.
    """

    def __init__(self, pages: int = 2000, *, port: int = 0) -> None:
        self.pages = pages
        self._versions: dict[int, int] = {}
        self._site = Site(self.answer, port=port)
        self._before, self._after = _frame(self.url)

    @property
    def url(self) -> str:
        return self._site.url

    @property
    def requests(self) -> list[SiteRequest]:
        return self._site.requests

    def start(self) -> None:
        self._site.start()

    def stop(self) -> None:
        self._site.stop()

    def address(self, index: int) -> str:
        return f"{self.url}{_path(index)}"

    def publishes(self) -> int:
        self.pages += 1
        return self.pages - 1

    def corrects(self, index: int) -> None:
        self._versions[index] = self._versions.get(index, 1) + 1

    def wordings(self) -> dict[str, tuple[str, ...]]:
        """What each article says now: its paragraphs, by its address."""
        versions = dict(self._versions)
        return {self.address(index): paragraphs(index, versions.get(index, 1)) for index in range(self.pages)}

    def page(self, index: int) -> bytes:
        """The page of the n-th article, as it is served."""
        number = str(FIRST_NUMBER + index).encode()
        middle = article_body(index, self._versions.get(index, 1)).encode()
        headline = headline_of(index).encode()
        frame = (
            part.replace(MARK.encode(), number).replace(b"A Headline", headline) for part in (self._before, self._after)
        )
        return middle.join(frame)

    def answer(self, request: Request) -> Answer:
        if number := _ARTICLE.search(request.path):
            index = int(number[1]) - FIRST_NUMBER
            return self._said(request, self.page(index), HTML) if 0 <= index < self.pages else Answer(404)
        if request.path == "/sitemap.xml":
            return self._said(request, self._sitemap().encode(), "application/xml")
        if request.path == "/robots.txt":
            return self._said(
                request, f"User-agent: *\nAllow: /\nSitemap: {self.url}/sitemap.xml\n".encode(), "text/plain"
            )
        if request.path.startswith("/News/"):
            number = _PAGE.search(request.path)
            return self._said(request, self._listing(int(number[1]) if number else 1).encode(), HTML)
        return Answer(404)

    def _said(self, request: Request, body: bytes, content_type: str) -> Answer:
        return conditional(request, Resource(body, content_type, EPOCH))

    def _sitemap(self) -> str:
        lines = (f"<url><loc>{self.address(index)}</loc>{self._changed(index)}</url>\n" for index in range(self.pages))
        return pages.SITEMAP_HEAD + "".join(lines) + "</urlset>\n"

    def _changed(self, index: int) -> str:
        version = self._versions.get(index, 1)
        return f"<lastmod>{EPOCH + timedelta(seconds=version):%Y-%m-%dT%H:%M:%SZ}</lastmod>" if version > 1 else ""

    def _listing(self, number: int) -> str:
        first = PER_LISTING * (number - 1)
        cards = (
            f'<listing-with-preview article-id="{FIRST_NUMBER + index}" article-title="{headline_of(index)}" '
            f'article-url-or-link-absolute="{self.address(index)}" content-type-val="1" '
            f'publish-date-jss="{(EPOCH - timedelta(hours=index)):%Y-%m-%dT%H:%M:%S}"></listing-with-preview>\n'
            for index in range(first, min(first + PER_LISTING, self.pages))
        )
        return f'<html><body><div class="alist-inner">{"".join(cards)}</div></body></html>'


def headline_of(index: int) -> str:
    return " ".join(_dice(index, 0).choices(WORDS, k=7)).title()


def article_body(index: int, version: int = 1) -> str:
    """The paragraphs of an article; another version is another last paragraph."""
    return "\n\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs(index, version))


@lru_cache(maxsize=4096)
def paragraphs(index: int, version: int = 1) -> tuple[str, ...]:
    dice = _dice(index, 1)
    return (*(_sentences(dice) for _ in range(PARAGRAPHS)), _sentences(_dice(index, version + 1)))


def _frame(url: str) -> tuple[bytes, bytes]:
    """The page before and after the paragraphs, with marks where number and headline go."""
    picture = SamplePicture(
        int(MARK), "260101-A-GN001-1001", "Generated", "A generated caption. " * 12, "Nobody", EPOCH.date()
    )
    wording = Wording("A Headline", "A generated page.", "<!--picture:1-->\n|body|")
    sample = Sample("generated", int(MARK), "news", (wording,), byline="Nobody", pictures=(picture,))
    page = pages.article_page(Publication(sample, 1, EPOCH, EPOCH), pages.read_templates(), url=url)
    state = re.compile(r'(id="__VIEWSTATE" value=")[^"]*')
    page = state.sub(lambda found: found[1] + pages.viewstate("generated", VIEWSTATE_BYTES), page)
    before, after = page.split("|body|")
    return before.encode(), after.encode()


def _path(index: int) -> str:
    return f"/News/News-Stories/Article/Article/{FIRST_NUMBER + index}/generated/"


def _sentences(dice: random.Random) -> str:
    return " ".join(" ".join(dice.choices(WORDS, k=14)).capitalize() + "." for _ in range(4))


def _dice(index: int, turn: int) -> random.Random:
    return random.Random(index * 1_000 + turn)
