"""Which heading is the headline, where sites print their name, their sections and the same title twice."""

import pytest

from services.contracts.article import Article
from services.parser.extract import extract

TEXT = """
<p>The town opened the new bridge over the river on Tuesday morning, and hundreds of people walked across it.</p>
<p>Builders had worked on it for two years, because the old piers turned out to be weaker than anybody had expected.</p>
<p>The council wants to plant trees along the road before winter, and asks all neighbours which kinds they prefer.</p>
"""
TITLE = "A Bridge for the Town Opens"


def headline(over="", *, title=TITLE, head="", url="https://www.river-notes.example/bridge", under=""):
    page = f"<html lang='en'><head><title>{title}</title>{head}</head><body>{over}{TEXT}{under}</body></html>"
    article = extract(page.encode(), url=url)
    assert isinstance(article, Article)
    return article.headline


@pytest.mark.parametrize(
    "over",
    [
        f"<h1>River Notes</h1><h2>{TITLE}</h2>",
        f"<h1>{TITLE}</h1><h1>{TITLE}</h1>",
        f"<h1>{TITLE}</h1><h4>Two years of work are done</h4>",
        f"<h1>March 4, 2019 {TITLE}</h1>",
        f"<h1>{TITLE} (example.org) 87</h1>",
        f"<h1>News</h1><div><h3>{TITLE}</h3></div>",
        f"<h1><a href='/'>Blog</a></h1><h1>{TITLE}</h1>",
    ],
)
def test_the_heading_that_the_window_names_is_the_headline(over):
    """Not the site's, not the section's; once, and without what stands beside it."""
    assert headline(over, title=f"{TITLE} | River Notes") == TITLE


def test_a_name_at_the_end_of_a_heading_is_the_sites():
    site = "<meta property='og:site_name' content='River Notes'>"
    assert headline(f"<h1>{TITLE} - River Notes</h1>", head=site) == TITLE


def test_a_heading_that_is_the_host_is_no_headline():
    over = "<h1>river-notes.example</h1>"
    assert headline(over, head=f"<meta property='og:title' content='{TITLE}'>") == TITLE


def test_under_the_name_of_a_section_the_next_heading_is_the_headline():
    """Also where the window is called otherwise."""
    over = f"<h1>Blogs</h1><article><h2>{TITLE}</h2></article>"
    assert headline(over, title="Open waters: all about rivers") == TITLE


def test_a_heading_far_under_the_text_is_no_headline():
    assert headline(under="<h1>A message from the founder</h1><p>Thank you.</p>") == TITLE


def test_a_heading_unlike_the_window_stays_the_headline():
    """Editors call a page otherwise than its window."""
    assert headline("<h1>Across the River at Last</h1>", title="River Notes: bridges") == "Across the River at Last"
