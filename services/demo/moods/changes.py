"""Moods about what becomes of a page that was published: corrected, taken down, rebuilt."""

import re
from collections.abc import Sequence

from services.demo.moods.mood import Mood, Play
from services.demo.moods.scene import Scene
from services.demo.moody_newsroom import Edit
from services.demo.stories import DEPARTMENT, WORDINGS

PAGES = 8
"""How many stories a newsroom has that changes all its pages."""
FOOTER = "<p>Follow the department on all channels and subscribe to its morning bulletin.</p>"


def rename(html: str) -> str:
    """The department has another name, wherever it stands."""
    return html.replace(DEPARTMENT, "Department of War")


def redesign(html: str) -> str:
    """Another template: all classes have other names, and the date is drawn by a script."""
    html = re.sub(r'<span class="date">[^<]*</span>', "", html)
    return re.sub(r'class="([^"]*)"', lambda match: f'class="v2-{len(match[1])}"', html)


def add_footer(html: str) -> str:
    """One more line at the end of every story."""
    return re.sub(r'\s*</div>\s*<div class="tags">', lambda match: f"\n{FOOTER}{match[0]}", html, count=1)


def _rebuilt(edit: Edit) -> Play:
    """All its pages are built anew by this edit."""

    def play(scene: Scene) -> Sequence[str]:
        scene.opens("sitemap", old=PAGES)
        scene.newsroom.rebuilds(edit)
        scene.looks()
        scene.passes(hours=1)
        return [scene.quarantined()]

    return play


def _deleted_and_restored(scene: Scene) -> Sequence[str]:
    scene.opens("feed", old=1, new=1)
    scene.newsroom.deletes("story-2")
    scene.passes(days=4)
    removed = scene.statuses()
    scene.newsroom.restores("story-2")
    scene.passes(days=31)
    return [removed, scene.statuses()]


def _mass_takedown(scene: Scene) -> Sequence[str]:
    scene.opens("feed", old=2, new=7)
    scene.newsroom.deletes(*(f"story-{number}" for number in range(3, 9)))
    scene.passes(hours=18)
    soon = f"after 18 hours: {len(scene.events('article.removed'))} removals"
    scene.passes(days=9)
    return [soon, scene.statuses()]


def _flapping(scene: Scene) -> Sequence[str]:
    scene.opens("feed", old=1, new=1)
    scene.newsroom.flaps("story-2")
    scene.passes(days=20)
    return [f"removals: {len(scene.events('article.removed'))}"]


def _corrections(scene: Scene) -> Sequence[str]:
    scene.opens("sitemap", old=1, new=1)
    for version in range(2, len(WORDINGS) + 1):
        scene.newsroom.corrects("story-2", version)
        scene.looks()
        scene.passes(hours=2)
    return []


def _taken_back(scene: Scene) -> Sequence[str]:
    scene.opens("sitemap", old=1, new=1)
    figures = WORDINGS.index("figures") + 1
    before = scene.requests("story-2")
    for version in (figures, 1, figures):
        scene.newsroom.corrects("story-2", version)
        scene.looks()
        scene.passes(minutes=8)
    visits = scene.requests("story-2") - before
    scene.passes(hours=3)
    within = f"within an hour: {len(scene.events('article.updated'))} notice"
    scene.newsroom.corrects("story-2", 1)
    scene.looks()
    scene.passes(hours=2)
    return [f"every wording was visited: {'yes' if visits >= 3 else 'no'}", within]


CHANGES = (
    Mood(
        "rename-day",
        f"It gives the {DEPARTMENT} another name on all of its {PAGES} pages.",
        "One notice, as soon as five pages say the same. No article is announced as corrected.",
        ("source.drifted 5 pages or more", "in quarantine: 0 pages"),
        _rebuilt(rename),
    ),
    Mood(
        "redesign",
        f"It has a new template: all of its {PAGES} pages are built otherwise, and their dates are gone.",
        "One notice, as soon as five pages are known. All wait in quarantine, and no article changes.",
        ("source.drifted 5 pages or more", "in quarantine: 8 pages"),
        _rebuilt(redesign),
    ),
    Mood(
        "new-footer",
        "It adds one line to the end of every story.",
        "One notice, as soon as five pages say the same. No article is announced as corrected.",
        ("source.drifted 5 pages or more", "in quarantine: 0 pages"),
        _rebuilt(add_footer),
    ),
    Mood(
        "deleted-and-restored",
        "It takes a story down, and brings it back days later.",
        "The article is missing at once, removed a day later, and restored.",
        (
            "article.created story-2",
            "article.removed story-2",
            "article.restored story-2",
            "articles: 1 live, 1 removed",
            "articles: 2 live",
        ),
        _deleted_and_restored,
    ),
    Mood(
        "mass-takedown",
        "It takes six of nine stories down at once.",
        "One notice within hours. The single removals follow a day later.",
        (
            "article.created × 7",
            "source.removals 6 pages",
            "article.removed × 6",
            "after 18 hours: 0 removals",
            "articles: 3 live, 6 removed",
        ),
        _mass_takedown,
    ),
    Mood(
        "flapping",
        "A page answers 404 at every other look, because one of two servers has lost it.",
        "Nobody is sent anything.",
        ("article.created story-2", "removals: 0"),
        _flapping,
    ),
    Mood(
        "corrections",
        "It corrects a story eight times: quotes, words, a figure, a name, a date, the headline, a notice, a cut.",
        "Eight notices, each with its grade and the facts it touches.",
        (
            "article.created story-2",
            "article.updated story-2 (typographic)",
            "article.updated story-2 (wording)",
            "article.updated story-2 (facts: figures)",
            "article.updated story-2 (facts: names)",
            "article.updated story-2 (facts: figures, dates)",
            "article.updated story-2 (facts: headline)",
            "article.updated story-2 (correction)",
            "article.updated story-2 (removal: figures, names, dates, negation)",
        ),
        _corrections,
    ),
    Mood(
        "taken-back",
        "It changes a figure, takes that back, and changes it again within an hour; later it takes it back for good.",
        "One notice for the first hour, and one that names the revision to which the page returned.",
        (
            "article.created story-2",
            "article.updated story-2 (facts: figures)",
            "article.updated story-2 (facts: figures, returns to 1)",
            "every wording was visited: yes",
            "within an hour: 1 notice",
        ),
        _taken_back,
    ),
)
