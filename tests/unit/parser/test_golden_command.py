"""`make golden` writes what the golden test reads, and never over what somebody has checked."""

import json
from pathlib import Path

import pytest

from tests.support.golden_pages import reading
from tests.tools import golden

PAGE = """<html><head><title>Crews Reopen the Harbor</title></head><body><main><h1>Crews Reopen the Harbor</h1>
<p>The harbor opened at dawn after the crews had cleared every wreck from the narrow channel.</p>
<p>Ships of all sizes came in before noon, and the mayor thanked everyone who had a part in it.</p>
<p>The dredging that follows will take until the end of the summer, according to the engineers.</p>
</main></body></html>"""
ADDRESS = "https://www.newsroom.mil/News/Article/1/harbor/"


@pytest.fixture
def page(tmp_path):
    file = tmp_path / "saved.html"
    file.write_text(PAGE)
    return file


@pytest.fixture
def pages(tmp_path):
    return tmp_path / "pages"


def golden_command(pages, file, *more, name="harbor"):
    return golden.main([f"--file={file}", "--layout=unknown", f"--name={name}", *more], pages)


def kept(pages, name="harbor"):
    return {path.name: path.read_text() for path in (pages / "unknown" / name).iterdir()}


def test_what_is_written_is_a_golden_pair_with_its_address(page, pages, capsys):
    """In the shape that the golden test reads; and it is printed, to be checked."""
    assert golden_command(pages, page, f"--url={ADDRESS}") == 0
    files = kept(pages)
    assert files["page.html"] == PAGE
    assert files["url"] == ADDRESS + "\n"
    article = json.loads(files["article.json"])
    assert article == reading(pages / "unknown" / "harbor")
    assert (article["headline"], article["url"]) == ("Crews Reopen the Harbor", ADDRESS)
    assert json.loads(capsys.readouterr().out) == article


def test_a_text_dump_is_kept_as_one(pages, tmp_path):
    """Its name tells the parser what it is, and there is no address to keep."""
    dump = tmp_path / "saved.txt"
    dump.write_text("Crews Reopen the Harbor\nThe harbor opened at dawn after the crews had cleared every wreck.\n")
    assert golden_command(pages, dump) == 0
    assert set(kept(pages)) == {"page.txt", "article.json"}


def test_a_page_that_is_no_article_is_golden_too(pages, tmp_path):
    """Why it is none is a promise like any other."""
    empty = tmp_path / "empty.html"
    empty.write_text("<html><body></body></html>")
    assert golden_command(pages, empty) == 0
    assert json.loads(kept(pages)["article.json"])["rejected"]["reason"] == "empty"


def test_what_is_there_is_not_overwritten_unless_forced(page, pages, tmp_path, capsys):
    """And when forced, nothing of the old page stays beside the new one."""
    golden_command(pages, page, f"--url={ADDRESS}")
    before = kept(pages)
    dump = tmp_path / "saved.txt"
    dump.write_text("Another page.\n")
    capsys.readouterr()

    assert golden_command(pages, dump) == 1
    assert kept(pages) == before
    assert "FORCE=1" in capsys.readouterr().err

    assert golden_command(pages, dump, "--force") == 0
    assert set(kept(pages)) == {"page.txt", "article.json"}


@pytest.mark.parametrize("name", ["", "../harbor", "a/b", "Harbor", "a--b", ".", "harbor\n"])
def test_no_name_leads_out_of_the_golden_pages(page, pages, name, capsys):
    assert golden_command(pages, page, name=name) == 1
    assert "NAME" in capsys.readouterr().err
    assert not pages.exists()


def test_a_page_that_cannot_be_read_leaves_nothing_behind(pages, capsys):
    """One sentence says why."""
    assert golden_command(pages, Path("no-such-page.html")) == 1
    assert golden.main(["--layout=unknown", "--name=harbor"], pages) == 1
    reasons = capsys.readouterr().err.splitlines()
    assert len(reasons) == 2
    assert "no-such-page.html" in reasons[0]
    assert "FILE=" in reasons[1]
    assert not pages.exists()
