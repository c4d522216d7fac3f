"""Moods about the door: what a newsroom shows must come in, and what does not come in must be seen to be missing."""

from collections.abc import Sequence
from datetime import timedelta

from services.demo.behaviours import always, bot_wall, marked, restamped
from services.demo.moods.mood import Mood
from services.demo.moods.scene import PATHS, Scene

ETAG, LASTMOD = "ETag", "times of change"
"""What a sentence about a lie names."""
WEEKS, A_DAY = 3, 6
"""How long a newsroom has been at work before it falls silent, and how much it published on a working day."""


def _lying_etag(scene: Scene) -> Sequence[str]:
    scene.newsroom.misbehaves(PATHS["feed"], marked(etag='"same"'))
    scene.writes(3)
    scene.publishes(1)
    scene.watches("feed")
    scene.passes(minutes=20)
    scene.publishes(2)
    scene.passes(hours=2)
    scene.publishes(3)
    scene.passes(minutes=20)
    return [f"not relied on: {ETAG}" for sentence in scene.doubts() if ETAG in sentence]


def _lag(scene: Scene) -> Sequence[str]:
    scene.opens("feed", old=1)
    scene.writes(2)
    scene.newsroom.lags("story-2", answers=2)
    scene.publishes(2)
    scene.passes(minutes=24)
    return [scene.statuses()]


def _always_new_sitemap(scene: Scene) -> Sequence[str]:
    scene.newsroom.misbehaves(PATHS["sitemap"], restamped())
    scene.opens("sitemap", old=8)
    before = [scene.requests(f"story-{number}") for number in range(1, 9)]
    scene.passes(hours=7)
    visits = [scene.requests(f"story-{number}") - before[number - 1] for number in range(1, 9)]
    doubted = [f"not relied on: {LASTMOD}" for sentence in scene.doubts() if LASTMOD in sentence]
    return [*doubted, f"at most three visits a page in seven hours: {'yes' if max(visits) <= 3 else max(visits)}"]


def _backdated(scene: Scene) -> Sequence[str]:
    scene.writes(46)
    for number in range(1, 46):
        scene.publishes(number, dated=scene.now - timedelta(days=60 + number))
    scene.watches("listing")
    scene.passes(days=8)
    scene.publishes(46, dated=scene.now - timedelta(days=60 + 25, hours=12))
    scene.passes(days=1)
    at_once = f"the next day: {len(scene.notices())} notices"
    scene.passes(days=7)
    return [at_once]


def _batch(scene: Scene) -> Sequence[str]:
    scene.opens("listing", old=12)
    scene.writes(36)
    scene.publishes(*range(13, 37))
    scene.passes(hours=2)
    return [scene.statuses()]


def _silence(scene: Scene) -> Sequence[str]:
    moments = [
        scene.now - timedelta(days=day) + timedelta(minutes=80 * item)
        for day in range(7 * WEEKS, 0, -1)
        for item in range(A_DAY)
        if (scene.now - timedelta(days=day)).weekday() < 5
    ]
    scene.writes(len(moments) + 1)
    for number, moment in enumerate(moments, start=1):
        scene.publishes(number, dated=moment)
    scene.watches("feed")
    scene.passes(days=2)
    scene.publishes(len(moments) + 1)
    scene.passes(hours=3)
    return []


def _wall(scene: Scene) -> Sequence[str]:
    scene.opens("feed", old=2, new=1)
    scene.newsroom.misbehaves("*", bot_wall())
    scene.passes(days=2)
    scene.newsroom.behaves()
    scene.passes(days=2)
    return [scene.statuses()]


def _walled_page(scene: Scene) -> Sequence[str]:
    scene.opens("feed", old=1, new=1)
    scene.newsroom.misbehaves("story-2", bot_wall())
    scene.passes(days=4)
    blocked = scene.statuses()
    scene.newsroom.behaves()
    scene.passes(days=8)
    return [blocked, scene.statuses()]


def _gap(scene: Scene) -> Sequence[str]:
    scene.opens("feed", old=1)
    scene.writes(2)
    scene.newsroom.misbehaves("story-2", always(404))
    scene.publishes(2)
    scene.passes(hours=2)
    scene.newsroom.behaves()
    scene.passes(days=2)
    return [f"open gaps: {len(scene.ask('GET', f'/gaps?source={scene.name}')['gaps'])}"]


DISCOVERY = (
    Mood(
        "lying-etag",
        "Its feed keeps one ETag, and answers 304 to whoever knows it, while it lists new stories.",
        "The hidden story comes within an hour and one look. The ETag is no longer relied on.",
        ("article.created story-2", "article.created story-3", f"not relied on: {ETAG}"),
        _lying_etag,
    ),
    Mood(
        "lag",
        "It lists a story whose page answers 404 twice, before all its servers have it.",
        "The story comes late, and is not removed.",
        ("article.created story-2", "articles: 2 live"),
        _lag,
    ),
    Mood(
        "always-new-sitemap",
        "Its sitemap says at each look that every page has just changed.",
        "The times of change are not relied on, and cost nearly nothing.",
        (f"not relied on: {LASTMOD}", "at most three visits a page in seven hours: yes"),
        _always_new_sitemap,
    ),
    Mood(
        "backdated",
        "It inserts a story on page three of its listing, dated three months back.",
        "Nothing at first; within a week the walk finds the story, and announces it.",
        ("article.created story-46", "the next day: 0 notices"),
        _backdated,
    ),
    Mood(
        "batch",
        "It publishes 24 stories at once, on three pages of its listing.",
        "All 24 are found at the next look.",
        ("article.created × 24", "articles: 36 live"),
        _batch,
    ),
    Mood(
        "silence",
        "After three weeks with six stories a working day it publishes nothing for two days.",
        "One alarm, and one notice when a story comes again.",
        ("source.silent", "article.created story-91", "source.recovered source.silent"),
        _silence,
    ),
    Mood(
        "wall",
        "A bot wall answers 403 to every request for two days.",
        "One alarm and its end. No article is removed.",
        ("article.created story-3", "source.blocked wall", "source.recovered source.blocked", "articles: 3 live"),
        _wall,
    ),
    Mood(
        "walled-page",
        "A bot wall stands before one page, while the others are served.",
        "The article is blocked, and live again later. Nobody is sent anything.",
        ("article.created story-2", "articles: 1 blocked, 1 live", "articles: 2 live"),
        _walled_page,
    ),
    Mood(
        "gap",
        "It lists a story whose page is not there for hours.",
        "Half an hour later one notice says what is missing and why. The story comes when the page is there.",
        ("source.gap gone: 1 page", "article.created story-2", "open gaps: 0"),
        _gap,
    ),
)
