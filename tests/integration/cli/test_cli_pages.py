"""`dateline pages`: any page can be found, and tells what became of it."""

import pytest

from tests.support.harbor import RELEASE, arrives

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("on_sqlite")]

URL = "https://harbor.example/news/{}"


def test_a_page_is_found_by_its_address_and_by_what_became_of_it(dateline):
    """The list says it in short."""
    arrives()
    arrives(RELEASE.replace("Harbor", "Port"), 2)
    both = dateline("pages")
    assert (both.status, both.out.index(URL.format(2)) < both.out.index(URL.format(1))) == (0, True)
    assert "at rest  article" in both.out
    assert URL.format(1) not in dateline("pages", URL.format(2)).out
    assert URL.format(1) in dateline("pages", "NEWS/1", "--host", "harbor.example", "--verdict", "article").out
    assert dateline("pages", "--limit", 1).err == "There are more: raise --limit, or say more about them.\n"


def test_one_page_is_shown_with_all_that_is_known(dateline):
    """What is not known is left out."""
    article = arrives()
    output = dateline("pages", "show", 1)
    for entry in (URL.format(1), "imported", "at rest", article, "newest capture"):
        assert entry in output.out, output.out
    assert "reason" not in output.out
    assert dateline("pages", "show", 9).refuses("There is no page 9; `dateline pages` lists those there are.")


def test_what_is_not_there_is_said_and_costs_the_status(dateline):
    assert (dateline("pages").status, dateline("pages").err) == (1, "There are no pages yet.\n")
    arrives()
    assert (dateline("pages", "--state", "due").status, dateline("pages", "tide").err) == (1, "No page is like that.\n")
    assert dateline("pages", "--state", "lost").status == 2
