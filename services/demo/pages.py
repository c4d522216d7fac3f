"""Pages, listings and feeds in the manner of the AFPIMS publishing system, from sample articles.

The traps are the real ones: the whole page sits in one form, the only `<article>` element is the newsletter box,
a caption is printed four times, contracts pages have neither title nor date, and listings carry their links in the
attributes of elements that a script would fill.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import shake_256
from html import escape
from pathlib import Path
from string import Template

from services.demo.samples import SAMPLES, Sample, SamplePicture, Wording

SITE_NAME = "U.S. Department of War"
# A real page carries some kilobytes of opaque state, different on every page.
VIEWSTATE_BYTES = 4_500
AP_MONTHS = ("Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")
FEED_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
)
SITEMAP_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'


@dataclass(frozen=True)
class Publication:
    """A sample that is public: which wording, since when, and when that last changed."""

    sample: Sample
    version: int
    published_at: datetime
    changed_at: datetime

    @property
    def wording(self) -> Wording:
        return self.sample.wordings[self.version - 1]


@dataclass(frozen=True)
class Templates:
    """The frame of every page, an article inside it, a picture inside that, a card of a listing."""

    page: Template
    article: Template
    picture: Template
    card: Template


def read_templates(folder: Path = SAMPLES) -> Templates:
    names = ("page", "article", "picture", "card")
    return Templates(*(Template((folder / f"{name}.html").read_text(encoding="utf-8")) for name in names))


def article_page(publication: Publication, templates: Templates, *, url: str) -> str:
    """The page of an article as the newsroom at `url` serves it."""
    sample, wording = publication.sample, publication.wording
    # The real contracts pages have an empty title, and keep their headline for the visible heading.
    title = "" if sample.kind == "contracts" else wording.headline
    return _page(
        templates,
        url=url,
        path=sample.path,
        title=f"{title} > {SITE_NAME} > {sample.section.label}",
        card_title=title,
        headline=wording.headline,
        summary=wording.summary,
        share_image=url + (sample.pictures[0].path("1280/1280") if sample.pictures else "/media/share.JPG"),
        viewstate=viewstate(f"{sample.slug}/{publication.version}"),
        main=_article(publication, templates, url=url),
    )


def listing_page(publications: Sequence[Publication], templates: Templates, *, url: str, path: str) -> str:
    """One page of a listing: the links are attributes, and no text of it is an article."""
    cards = "\n".join(_card(publication, templates, url=url) for publication in publications)
    return _page(
        templates,
        url=url,
        path=path,
        title=f"News > {SITE_NAME}",
        card_title="News",
        headline="News",
        summary="News, releases and transcripts.",
        share_image=url + "/media/share.JPG",
        viewstate=viewstate(path),
        main=f'<div class="alist listing"><div class="alist-inner alist-more-here"><feature-template>\n{cards}\n'
        "</feature-template></div></div>",
    )


def feed(publications: Sequence[Publication], *, url: str) -> str:
    """An RSS 2.0 feed; its build date is the last change, so that an unchanged feed keeps its bytes."""
    built = max((publication.changed_at for publication in publications), default=None)
    return "".join(
        [
            FEED_HEAD,
            f"<title>{SITE_NAME} News</title><link>{url}/News/</link><description>News</description>",
            f"<lastBuildDate>{format_datetime(built, usegmt=True)}</lastBuildDate>" if built else "",
            *(_entry(publication, url=url) for publication in publications),
            "</channel></rss>",
        ]
    )


def sitemap(publications: Sequence[Publication], *, url: str) -> str:
    lines = (
        f"<url><loc>{escape(url + publication.sample.path)}</loc>"
        f"<lastmod>{publication.changed_at.isoformat(timespec='seconds')}</lastmod></url>\n"
        for publication in publications
    )
    return SITEMAP_HEAD + "".join(lines) + "</urlset>\n"


def ap_date(moment: datetime) -> str:
    """The style of the news agencies: `Dec. 2, 2024`, `March 2, 2024`."""
    return f"{AP_MONTHS[moment.month - 1]} {moment.day}, {moment.year}"


def viewstate(seed: str, size: int = VIEWSTATE_BYTES) -> str:
    """Opaque state of a page, the same for the same seed."""
    return b64encode(shake_256(seed.encode()).digest(size)).decode()


def _page(templates: Templates, *, url: str, main: str, **words: str) -> str:
    escaped = {name: escape(term) for name, term in words.items()}
    return templates.page.substitute(escaped, site=url, site_name=SITE_NAME, main=main)


def _article(publication: Publication, templates: Templates, *, url: str) -> str:
    sample, wording = publication.sample, publication.wording
    return templates.article.substitute(
        section="/" + sample.section.path.rsplit("/", 1)[0] + "/",
        label=sample.section.label,
        content_type=sample.section.content_type,
        flag='<div class="presenterinfoType News Release immediate-flag">Immediate Release</div>'
        if sample.kind == "release"
        else "",
        headline=escape(wording.headline),
        date="" if sample.kind == "contracts" else f'<span class="date">{ap_date(publication.published_at)}</span>',
        author=_author(sample),
        notice=f'<div class="alert alert-warning historical">{escape(sample.notice)}</div>' if sample.notice else "",
        body=_body(sample, wording, templates, url=url),
        related='<div class="related ntext"><h2>Related Stories</h2></div>' if sample.related else "",
        tags="".join(f'<a href="/News/Tag/{tag.lower()}/">{escape(tag)}</a>' for tag in sample.tags),
        address=escape(url + sample.path),
        number=str(sample.number),
    )


def _author(sample: Sample) -> str:
    if not sample.byline:
        return ""
    affiliation = f", {escape(sample.affiliation)}" if sample.affiliation else ""
    name = f'<a href="/News/Bylines/{sample.number}/">{escape(sample.byline)}</a>'
    return f'<span class="author-block"><span class="pipe">|</span> By {name}{affiliation}</span>'


def _body(sample: Sample, wording: Wording, templates: Templates, *, url: str) -> str:
    body = wording.body
    for position, picture in enumerate(sample.pictures, start=1):
        body = body.replace(f"<!--picture:{position}-->", _picture(picture, templates, url=url))
    return body


def _picture(picture: SamplePicture, templates: Templates, *, url: str) -> str:
    return templates.picture.substitute(
        id=str(picture.id),
        full=url + picture.path("-1/-1"),
        preview=url + picture.path(),
        title=escape(picture.title),
        caption=escape(picture.caption),
        photographer=escape(picture.photographer),
        virin=picture.virin,
    )


def _card(publication: Publication, templates: Templates, *, url: str) -> str:
    sample, wording = publication.sample, publication.wording
    return templates.card.substitute(
        number=str(sample.number),
        title=escape(wording.headline),
        summary=escape(wording.summary),
        address=escape(url + sample.path),
        image=url + sample.pictures[0].path() if sample.pictures else "",
        alt=escape(sample.pictures[0].title) if sample.pictures else f"Social media image for the {SITE_NAME} website.",
        label=sample.section.label,
        content_type=str(sample.section.content_type),
        date_ap=ap_date(publication.published_at),
        date_iso=publication.published_at.strftime("%Y-%m-%dT%H:%M:%S"),
    )


def _entry(publication: Publication, *, url: str) -> str:
    sample, wording = publication.sample, publication.wording
    link = escape(url + sample.path)
    image = url + sample.pictures[0].path() if sample.pictures else None
    teaser = (f'<img src="{image}" alt="" /><br />' if image else "") + escape(wording.summary, quote=False)
    # The real feeds name a login of the publishing system where an article has no byline.
    creator = sample.byline or "Import"
    return (
        f"<item><title>{escape(wording.headline)}</title><link>{link}</link><description>{escape(teaser)}</description>"
        f"<pubDate>{format_datetime(publication.published_at, usegmt=True)}</pubDate>"
        f'<dc:creator>{escape(creator)}</dc:creator><guid isPermaLink="false">{link}</guid>'
        + (f'<enclosure url="{image}" type="image/jpeg" length="0" />' if image else "")
        + "</item>"
    )
