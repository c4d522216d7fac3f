"""Takes out what the site's profile knows for the site's own, and puts back what it knows for text.

What repeats is not always furniture: "Q:", a strike report, a contract phrase, a subhead, the paragraph about the
agency that ends each release. Such lines stand beside running text of the page's own, or between two paragraphs of
it. So it depends on where a line stands how often is often.
"""

from services.parser.dateline import read_opening
from services.parser.parsed_page import Draft
from services.parser.site.page import BESIDE, SitePage
from services.parser.site_profile import ENOUGH, OUTSIDE_BODY, REPEATS, UNWANTED

CLASSIFIED = frozenset({"not-the-article"})
"""The rules of the reader of unknown layouts: guesses from one page, which the site's other pages may correct."""


def prepare_site(draft: Draft) -> None:
    """Before anything is read off the lines: headings of the site are no headlines, and text of the body is text."""
    if page := _site_page(draft):
        for at, line in enumerate(draft.lines):
            if line.key in page.profile.protected:
                line.rule = None if line.rule in CLASSIFIED else line.rule
            elif line.kept and line.key in page.profile.unwanted:
                line.rule = UNWANTED
            elif line.zone == "headline" and page.counts[at] >= max(ENOUGH, BESIDE * page.profile.pages):
                _repeats(page, at)
            elif line.rule in CLASSIFIED and page.is_text(at) and not page.is_repeated(at):
                line.rule = None


def mark_site(draft: Draft) -> None:
    """Marks the lines that the page's profile says are the site's, in layouts that do not know better."""
    if page := _site_page(draft):
        repeated = [at for at in range(len(draft.lines)) if _may_go(page, at) and page.is_repeated(at)]
        furniture = {
            place for at in repeated for place in page.furniture(draft.lines[at]) if not page.is_inside(draft.lines[at])
        }
        for at in repeated:
            _repeats(page, at)
        for at, line in enumerate(draft.lines):
            is_field = not furniture.isdisjoint(page.boxes.around(line))
            if _may_go(page, at) and not line.is_prose and (is_field or page.is_apart(line)):
                line.rule = OUTSIDE_BODY


def _site_page(draft: Draft) -> SitePage | None:
    """None where the profile knows too little, or the layout or the dump's own pass knows better."""
    parsed = draft.parsed
    if parsed.profile is None or parsed.profile.pages < ENOUGH or parsed.layout.names_body or not parsed.places:
        return None
    return SitePage(draft.lines, parsed.places, parsed.profile)


def _may_go(page: SitePage, at: int) -> bool:
    """Whether the line may be the site's: a dateline alone over the text is not, nor what a person protects."""
    line = page.lines[at]
    protected = line.key in page.profile.protected
    return line.kept and not protected and not (at < page.text.start and read_opening(line.text))


def _repeats(page: SitePage, at: int) -> None:
    page.lines[at].rule = REPEATS
    page.lines[at].detail = f"{page.counts[at]} of {page.profile.pages} pages"
