"""The passes, in order: each looks at the lines that are still kept and says of some what they are.

To add a pass, write a function of a `Draft`, and put it into `PASSES` where it belongs with the rules it may give; a
test sees to it that it gives no other. To add a rule, give it a name and a sentence in `lexicon/rules.toml`. To add a
word to a rule, see `services/parser/lexicon`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from services.parser.boilerplate import mark_anywhere, mark_end, mark_toolbars, mark_top
from services.parser.boilerplate_rules import ANYWHERE, END, LOOSE, OFFICE, TOP
from services.parser.byline import STORY_ZONES, take_story_lines
from services.parser.characters import fold
from services.parser.contacts import mark_contacts
from services.parser.dateline import is_note, read_opening
from services.parser.documents.mark import RULES as DOCUMENT_RULES
from services.parser.documents.mark import mark_document
from services.parser.dumps.structure import DUMP_RULES, mark_dump
from services.parser.general import copies
from services.parser.general.classify import RULE, mark_by_look
from services.parser.headline import take_headline
from services.parser.images import take_images
from services.parser.layouts import DUMP, WHOLE_PAGE
from services.parser.lines import Line
from services.parser.parsed_page import Draft
from services.parser.preformatted import first_formatted, openings
from services.parser.related import mark_comments, mark_related
from services.parser.site.dumps import mark_site_dump
from services.parser.site.furniture import mark_site, prepare_site
from services.parser.site_profile import OUTSIDE_BODY, REPEATS, UNWANTED
from services.parser.zones import OUTSIDE

# Zones whose lines become something other than body, under these names.
NAMED = {"kicker": "kicker", "label": "label", "notice": "historical-notice", "dek": "dek"}
MUCH_UNDER = 4  # times as much text stands under a headline as over it, where that is not the article's
TITLES = 8  # lines that may stand over the one that opens with a place: a title, whom to ask


@dataclass(frozen=True)
class Pass:
    """One step: `rules` are the only ones it may give a line."""

    run: Callable[[Draft], None]
    rules: frozenset[str] = frozenset()


def _mark_by_look(draft: Draft) -> None:
    """Where a layout says at most in which part of the page the article is."""
    parsed = draft.parsed
    labels = parsed.layout.names_body and any(line.inside for line in draft.lines)
    if parsed.places and not labels:
        lines = [line for line in draft.lines if line.rule != copies.RULE]
        mark_by_look(parsed.page, lines, parsed.frames, parsed.places, in_region=parsed.layout is not WHOLE_PAGE)


def _mark_copies(draft: Draft) -> None:
    """Where no layout names the body, and the page has blocks."""
    if draft.parsed.places and not draft.parsed.layout.names_body:
        copies.mark_copies(draft.lines)


def _mark_comments(draft: Draft) -> None:
    """Where no layout names the body, comments are known by the heading over them."""
    if not draft.parsed.layout.names_body and draft.parsed.layout is not DUMP:
        mark_comments(draft.lines)


def _mark_zones(draft: Draft) -> None:
    for line in draft.lines:
        if line.kept and (line.zone in OUTSIDE or line.zone in NAMED):
            line.rule = NAMED.get(line.zone, line.zone)


def _take_images(draft: Draft) -> None:
    draft.found = take_images(draft.lines, draft.parsed.frames)


def _open_preformatted(draft: Draft) -> None:
    """Title, byline and date that a preformatted text begins with are lines of their own, for the passes after this."""
    at = first_formatted(draft.lines) if draft.parsed.places else None
    if at is not None and (opening := openings(draft.lines[at], draft.parsed.page.title)):
        draft.lines[at:at] = opening
        draft.found = [(place + len(opening) * (place > at), image) for place, image in draft.found]


def _take_headline(draft: Draft) -> None:
    draft.headline = take_headline(draft.parsed.page, draft.lines) or draft.promised


def _take_story_lines(draft: Draft) -> None:
    draft.story = take_story_lines(draft.lines, order=draft.parsed.order)


def _mark_outside(draft: Draft) -> None:
    """Where a layout names the body, words elsewhere are not the article's."""
    if draft.parsed.layout.names_body and any(line.inside for line in draft.lines):
        for line in draft.lines:
            if line.kept and not line.inside:
                line.rule = "outside-body"


def _mark_over(draft: Draft) -> None:
    """Where no layout names the body, what stands over the headline is the site's, if text follows under it."""
    lines = draft.lines
    prose = next((at for at, line in enumerate(lines) if line.kept and line.is_prose), len(lines))
    heads = [at for at, line in enumerate(lines[:prose]) if line.rule == "headline"]
    if not heads and draft.parsed.layout is WHOLE_PAGE:
        heads = late_heads(lines)
    if draft.parsed.layout.names_body or not heads or prose == len(lines):
        return
    for line in lines[: heads[-1]]:
        if line.kept:
            line.rule = "over-the-headline"


def late_heads(lines: Sequence[Line]) -> list[int]:
    """The headline under running text that is not the article's: a little of it, in blocks where nothing else is."""
    head = next((at for at, line in enumerate(lines) if line.rule == "headline" and line.tag == "h1"), 0)
    over, under = ([line for line in part if line.kept] for part in (lines[:head], lines[head:]))
    tokens, others = (sum(line.words for line in part if line.is_prose) for part in (over, under))
    apart = {line.place for line in over}.isdisjoint(line.place for line in under)
    return [head] if apart and others >= MUCH_UNDER * tokens else []


def _place_images(draft: Draft) -> None:
    """The pictures with their place in the body: how many of its blocks come before."""
    before = list(accumulate((len(line.blocks) * line.kept for line in draft.lines), initial=0))
    draft.images = tuple(image.model_copy(update={"position": before[at]}) for at, image in draft.found)


def _take_dateline(draft: Draft) -> None:
    """The place that opens the text; the dateline becomes a line of its own, and is no part of the body."""
    lines = draft.lines
    at = _opening_line(lines)
    opening = read_opening(lines[at].text) if at is not None else None
    if at is None or opening is None:
        return
    first = lines[at]
    lines.insert(at, replace(first, text=opening.printed, key=fold(opening.printed), links=(), rule="dateline"))
    first.rewrite(opening.text)
    if not opening.text:
        lines.remove(first)
    draft.dateline = opening.place


def _opening_line(lines: Sequence[Line]) -> int | None:
    """The first line of the text that opens with a place; a title or two, and a note, may stand over it."""
    retained = [at for at, line in enumerate(lines) if line.kept and not is_note(line.text)][:TITLES]
    first = next((place for place, at in enumerate(retained, 1) if lines[at].is_prose), len(retained))
    return next((at for at in retained[:first] if read_opening(lines[at].text)), None)


PASSES: tuple[Pass, ...] = (
    Pass(mark_site_dump, frozenset({REPEATS, OUTSIDE_BODY, UNWANTED})),
    Pass(mark_dump, DUMP_RULES),
    Pass(mark_document, DOCUMENT_RULES),
    Pass(_mark_zones, OUTSIDE | frozenset(NAMED.values())),
    Pass(_mark_copies, frozenset({copies.RULE})),
    Pass(lambda draft: mark_anywhere(draft.lines), frozenset(ANYWHERE)),
    Pass(lambda draft: mark_top(draft.lines), frozenset([*TOP, *OFFICE, *LOOSE])),
    Pass(lambda draft: mark_related(draft.lines), frozenset({"related", "aside", "contact"})),
    Pass(_mark_comments, frozenset({"comments"})),
    Pass(lambda draft: mark_contacts(draft.lines), frozenset({"contact"})),
    Pass(_mark_by_look, frozenset({RULE})),
    Pass(prepare_site, frozenset({REPEATS, UNWANTED})),
    Pass(lambda draft: mark_end(draft.lines), frozenset([*END, *LOOSE])),
    Pass(lambda draft: mark_toolbars(draft.lines), frozenset(LOOSE)),
    Pass(_take_images, frozenset({"caption", "credit", "picture-title"})),
    Pass(_open_preformatted),
    Pass(_take_headline, frozenset({"headline", "navigation"})),
    Pass(_take_story_lines, STORY_ZONES | {"updated"}),
    Pass(_mark_outside, frozenset({"outside-body"})),
    Pass(_mark_over, frozenset({"over-the-headline"})),
    Pass(mark_site, frozenset({REPEATS, OUTSIDE_BODY})),
    Pass(_place_images),
    Pass(_take_dateline, frozenset({"dateline"})),
)
"""In this order: what surely is no text goes first, so that later passes see less of the site."""


def run_passes(draft: Draft) -> Draft:
    """Each pass once, in order."""
    for step in PASSES:
        step.run(draft)
    return draft
