"""Sample pages and the articles they must become: one pair for each layout, kind and trap."""

import json

import pytest

from services.parser.layouts import LAYOUTS, VERSIONS
from tests.support import golden_pages as golden


@pytest.mark.parametrize("folder", golden.folders(), ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_page_becomes_its_article(folder):
    """Every field, every block, every picture, and every line that was taken out with its rule."""
    assert golden.reading(folder) == json.loads((folder / "article.json").read_text(encoding="utf-8"))


def test_the_skins_of_a_layout_have_one_version():
    """Its name is all that an article knows of it."""
    assert all(layout.version == VERSIONS[layout.name] for layout in LAYOUTS)


def test_every_layout_has_a_sample():
    """A layout that no page proves is a guess."""
    read = {json.loads((folder / "article.json").read_text(encoding="utf-8"))["layout"] for folder in golden.folders()}
    assert {"afpims", "afpims-print", "white-house-archive", "uswds", "defense-2015", "text-dump", "unknown"} <= read
