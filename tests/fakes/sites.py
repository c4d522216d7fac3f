"""Small news sites, each in the manner of a publishing system: the same frame around stories that are all different.

A page comes with the lines that a careful reader would call its body. The same number gives the same page in every run.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from services.contracts.article import Article
from services.parser.extract import parse
from services.parser.site.learn import learn, sample
from services.parser.site_profile import SiteProfile

_WHO = ["the harbor master", "a crew of twelve", "the engineer", "two surveyors", "the water board", "a pilot"]
_DID = ["repaired", "inspected", "measured", "reopened", "described", "surveyed", "rebuilt", "photographed"]
_WHAT = ["the north pier", "an old lock gate", "the tide gauge", "a culvert", "the signal mast", "the dry dock"]
_WHEN = ["before the spring flood", "after a week of rain", "over the long weekend", "in the coldest week of the year"]
_WHY = ["so that barges can pass", "because the timbers had split", "as the council had asked", "to save the budget"]
TOPICS = ["Bridges", "Dredging", "Ferries", "Tides", "Locks", "Pilots", "Budget"]


@dataclass(frozen=True)
class Story:
    """What a page tells: paragraphs over a subhead, a list and more paragraphs under it."""

    number: int
    headline: str
    opening: tuple[str, ...]
    subhead: str
    items: tuple[str, ...]
    ending: tuple[str, ...]
    topics: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The body, line by line."""
        return (*self.opening, self.subhead, *self.items, *self.ending)


@dataclass(frozen=True)
class SitePage:
    """A page as it is served, its address, and its body."""

    url: str
    content: str
    body: tuple[str, ...]
    headline: str
    content_type: str = "text/html"

    def parse(self, profile: SiteProfile | None = None):
        """What the parser makes of it, and the page with its lines."""
        return parse(self.content.encode(), url=self.url, content_type=self.content_type, profile=profile)

    def read(self, profile: SiteProfile | None = None) -> tuple[str, ...]:
        """The body as the parser reads it, line by line."""
        reading, _ = self.parse(profile)
        return tuple(block.text for block in reading.body) if isinstance(reading, Article) else ()

    def saved(self, folder: Path) -> Path:
        """The page as a file."""
        path = folder / f"{self.url.rsplit('/', 1)[1]}.{'txt' if self.content_type == 'text/plain' else 'html'}"
        path.write_text(self.content, encoding="utf-8")
        return path


Site = Callable[[Story], SitePage]


def story(number: int) -> Story:
    """A story that shares no sentence with any other."""
    chance = random.Random(number)

    def sentence() -> str:
        parts = (
            chance.choice(_WHO),
            chance.choice(_DID),
            chance.choice(_WHAT),
            chance.choice(_WHEN),
            chance.choice(_WHY),
        )
        return f"On day {chance.randrange(1, 90)} of run {number}, {' '.join(parts)}."

    def paragraphs(most: int) -> tuple[str, ...]:
        return tuple(" ".join(sentence() for _ in range(2)) for _ in range(chance.randrange(2, most)))

    did, what = chance.choice(_DID), chance.choice(_WHAT)
    return Story(
        number,
        f"How {chance.choice(_WHO)} {did} {what} in run {number}",
        paragraphs(5),
        f"What comes after run {number}",
        tuple(f"Section {number}-{at}: {chance.choice(_WHAT)}" for at in range(3)),
        paragraphs(4),
        tuple(chance.sample(TOPICS, 2)),
    )


def pages(site: Site, count: int, *, begin: int = 1) -> list[SitePage]:
    """So many pages of a site."""
    return [site(story(number)) for number in range(begin, begin + count)]


def profile_of(group: Iterable[SitePage]) -> SiteProfile:
    """What these pages have in common."""
    read = (page.parse() for page in group)
    return learn("pages.example", [sample(parsed) for _, parsed in read if parsed])


def agency(told: Story) -> SitePage:
    """A Drupal site of an agency: each fact of a release in a field of its own, with a label."""
    topics = "".join(f'<div class="field__item">{topic}</div>' for topic in told.topics)
    subtitle = f'<div class="field field--name-subtitle">{told.subhead} and why</div>' if told.number % 2 else ""
    return _page(
        "https://harbors.gov.example/news/",
        told,
        f"""<main class="site-main"><ul class="languages"><li>English</li><li>Español</li></ul>
        <div class="node__content"><h1>{told.headline}</h1>{subtitle}
        <div class="field field--name-body"><div class="field__item">{_html(told)}</div></div>
        <div class="release-fields">
          <div class="field field--name-topic"><div class="field__label">Subject(s):</div>{topics}</div>
          <div class="field field--name-number"><div class="field__label">Release Code:</div>
          <div class="field__item">HB-{told.number}</div></div>
        </div></div></main>""",
    )


def weblog(told: Story) -> SitePage:
    """A WordPress site: share links inside the text's own block, classes of the page's own sections, other titles."""
    topic = told.topics[0].casefold()
    others = "".join(
        f"<li><a href='/{told.number}{at}'>{story(1000 + told.number * 3 + at).headline}</a></li>" for at in (1, 2, 3)
    )
    return _page(
        "https://gazette.example/",
        told,
        f"""<div id="page" class="site"><article id="post-{told.number}" class="post-{told.number} category-{topic}">
        <header class="entry-header"><h1 class="entry-title">{told.headline}</h1></header>
        <div class="entry-content">{_html(told)}
          <div class="jp-buttons"><h3 class="jp-title">Pass it on:</h3>
          <ul><li>Send to a neighbor</li><li>Pin it</li></ul></div>
        </div></article>
        <div class="widget-area"><h2>Elsewhere in town</h2><ul>{others}</ul>
        <p>The Gazette is printed by its readers, and you can be one of them for less than a coffee a week.</p>
        </div></div>""",
    )


def components(told: Story) -> SitePage:
    """A site made of components: each paragraph, subhead and list in a box of its own, side by side."""

    def text(line: str) -> str:
        return f'<div class="cmp cmp-text"><p>{line}</p></div>'

    items = "".join(f"<li>{entry}</li>" for entry in told.items)
    return _page(
        "https://ministry.example/en/",
        told,
        f"""<div class="root"><div class="cmp cmp-teaser"><p>Ministry of Canals</p><p>Newsroom desk</p></div>
        <div class="cmp-grid"><div class="cmp cmp-title"><h1>{told.headline}</h1></div>
        {"".join(map(text, told.opening))}<div class="cmp cmp-title"><h2>{told.subhead}</h2></div>
        <div class="cmp cmp-list"><ul>{items}</ul></div>{"".join(map(text, told.ending))}</div>
        <div class="cmp cmp-links"><p>Rate this page</p><p>Report a fault</p></div></div>""",
    )


def dump(told: Story) -> SitePage:
    """Text dumps of a prosecutor's site, with its menu over each release and its foot under it."""
    menu = ["Skip over", "Bellhaven County Prosecutor", "Divisions", "Victim desk", "Careers", "Find a form"]
    foot = ["Latest posts", f"{story(told.number + 500).headline}", "Divisions", "Careers", "Follow the office"]
    lines = [*menu, told.headline, *told.lines, *foot]
    return SitePage(
        f"https://prosecutor.example/{told.number}", "\n\n".join(lines), told.lines, told.headline, "text/plain"
    )


def _html(told: Story) -> str:
    over, under = ("".join(f"<p>{escape(line)}</p>" for line in lines) for lines in (told.opening, told.ending))
    items = "".join(f"<li>{entry}</li>" for entry in told.items)
    return f"{over}<h2>{told.subhead}</h2><ul>{items}</ul>{under}"


def _page(base: str, told: Story, region: str) -> SitePage:
    markup = f"<!DOCTYPE html><html><head><title>{told.headline}</title></head><body>{region}</body></html>"
    return SitePage(f"{base}{told.number}", markup, told.lines, told.headline)


SITES = (agency, weblog, components, dump)
