"""A day on which everything happens at once, of which a subscriber gets exactly five notices."""

from collections.abc import Sequence

from services.demo.moods.changes import redesign, rename
from services.demo.moods.mood import Mood
from services.demo.moods.scene import Scene
from services.demo.stories import WORDINGS

PAGES = 9
CORRECTED = {2: "figures", 3: "names", 4: "correction"}
"""Which stories are corrected in the morning, and up to which wording."""
TAKEN_DOWN = 5


def _replayed_day(scene: Scene) -> Sequence[str]:
    scene.opens("sitemap", old=PAGES)
    scene.passes(hours=18)
    for number, wording in CORRECTED.items():
        scene.newsroom.corrects(f"story-{number}", WORDINGS.index(wording) + 1)
        scene.looks()
        scene.passes(hours=1)
    scene.newsroom.deletes(f"story-{TAKEN_DOWN}")
    scene.passes(hours=2)
    scene.newsroom.rebuilds(lambda html: redesign(rename(html)))
    scene.looks()
    scene.passes(days=6)
    return [scene.quarantined(), scene.statuses()]


DAY = Mood(
    "replayed-day",
    f"It corrects three of {PAGES} stories, takes one down, and is relaunched with a new name and template.",
    "Exactly five notices: three corrections, one for the relaunch, and one removal when a day has confirmed it.",
    (
        "article.updated story-2 (facts: figures)",
        "article.updated story-3 (facts: figures, names)",
        "article.updated story-4 (correction: headline, figures, names, dates)",
        "source.drifted 5 pages or more",
        "article.removed story-5",
        "in quarantine: 8 pages",
        "articles: 8 live, 1 removed",
    ),
    _replayed_day,
)
