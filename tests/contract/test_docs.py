"""The documentation: made from the code where it can be, every page can be found, every link leads somewhere."""

import re
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from services.demo.moods.catalogue import ALL_MOODS
from tests.tools import prose, reference_pages

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = reference_pages.pages()
DOCUMENTS = [str(path.relative_to(ROOT)) for path in prose.documents()]
DECISIONS = sorted(DOCS.glob("decisions/[0-9]*.md"))
LIMITS = {"words": 15.0, "long": 8.0, "semicolons": 4.0, "headless": 1.5}
"""What `python -m tests.tools.prose` may say of all documents together: lower these when it says less."""


@pytest.mark.parametrize("name", REFERENCE)
def test_the_reference_says_what_the_code_says(name):
    """Else run `python -m tests.tools.reference_pages`."""
    assert DOCS.joinpath(name).read_text() == REFERENCE[name]


def test_every_mood_stands_beside_a_promise():
    """What a person can watch is named where it is promised."""
    promised = (DOCS / "watching.md").read_text() + (DOCS / "changes.md").read_text()
    assert [name for name in ALL_MOODS if f"`{name}`" not in promised] == []


def test_the_index_lists_every_page():
    listed = set(re.findall(r"\]\((?!\.\./)([\w/.-]+\.md)", (DOCS / "README.md").read_text()))
    assert listed == {path.name for path in DOCS.glob("*.md")} - {"README.md"} | {"decisions/README.md"}


def test_decisions_are_numbered_without_a_gap():
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_every_decision_has_the_form_of_the_template(path):
    text = path.read_text()
    assert re.match(rf"# {int(path.name[:4])}\. .+\n\n- Status: \S.*\n- Date: 20\d\d-\d\d-\d\d\n", text)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(name):
    """To a file of this checkout, and to a heading of it where the link names one."""
    text = re.sub(r"^ *```.*?^ *```", "", (ROOT / name).read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\((?!https?://|mailto:)([^)\s]+)\)", text):
        place, _, heading = target.partition("#")
        leads_to = (ROOT / name).parent / place if place else ROOT / name
        assert leads_to.exists(), target
        assert not heading or heading in anchors(leads_to.read_text()), target


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_test_that_is_named_is_there(name):
    """After a move of the tests, a third of the names in docs/bad-input.md led nowhere."""
    tests = [f"/{path.relative_to(ROOT)}" for path in (ROOT / "tests").rglob("test_*.py")]
    named = re.findall(r"(?:[\w-]+/)*test_\w+\.py", (ROOT / name).read_text())
    assert [place for place in named if not any(test.endswith(f"/{place}") for test in tests)] == []


def test_the_prose_stays_readable():
    """Sentences are no longer, and no more tangled, than they were; `python -m tests.tools.prose` shows each."""
    whole = sum((prose.measure((ROOT / name).read_text()) for name in DOCUMENTS), prose.Prose())
    assert {name: value for name, value in whole.per_hundred.items() if value > LIMITS[name]} == {}


def test_the_diagram_shows_every_table():
    """The one of docs/architecture.md, drawn by hand; beside tables it shows the folder `archive`."""
    [drawn] = re.findall(r"^erDiagram\n(.*?)```", (DOCS / "architecture.md").read_text(), re.MULTILINE | re.DOTALL)
    shown = {name for pair in re.findall(r"^ +(\w+) \S+ (\w+) :", drawn, re.MULTILINE) for name in pair}
    assert shown == {model.__tablename__ for model in reference_pages.models(SQLModel)} | {"archive"}


def anchors(text):
    """How the headings of a document are linked to."""
    titles = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower().replace("`", "") for title in titles)
    return {re.sub(r"[^\w\- ]", "", title).strip().replace(" ", "-") for title in plain}
