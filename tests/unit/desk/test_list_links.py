"""The addresses around a list of articles."""

from services.desk.list_links import chips, list_addresses, orders, subscription
from services.desk.pages.ticked import as_text

ASKED = {"q": "storm & co", "source": "war", "kind": "photo_essay", "order": "oldest"}


def test_each_filter_can_be_taken_away_alone():
    """The words and the order stay, and no filter is left out but the one."""
    assert chips("/desk", ASKED) == [
        ("Source", "war", "/desk/articles?q=storm+%26+co&kind=photo_essay&order=oldest"),
        ("Kind", "photo essay", "/desk/articles?q=storm+%26+co&source=war&order=oldest"),
    ]
    assert chips("/desk", {"source": "war"}) == [("Source", "war", "/desk/articles")]


def test_another_order_keeps_the_filters_and_begins_at_its_first_page():
    assert orders("/desk", {"source": "war", "by": "seen"}) == [
        ("Newest", "/desk/articles?source=war", False),
        ("Oldest", "/desk/articles?source=war&order=oldest", False),
        ("First seen", "/desk/articles?source=war&by=seen", True),
        ("Changed", "/desk/articles?source=war&by=updated", False),
    ]


def test_a_page_leads_to_those_around_it_and_only_where_there_are_any():
    assert list_addresses("/desk", {}, None, None) == {"first": "", "newer": "", "older": ""}
    assert list_addresses("/desk", {"kind": "news"}, "p", "f") == {
        "first": "/desk/articles?kind=news",
        "newer": "/desk/articles?kind=news&before=p",
        "older": "/desk/articles?kind=news&after=f",
    }


def test_a_search_becomes_the_filter_of_a_subscription():
    """What a subscription cannot filter by is left out."""
    search = {"words": ["storm", "war games"], "not_words": ["drill"], "source": ["war"], "status": ["removed"]}
    assert subscription(search) == "words=storm&words=war+games&not_words=drill&sources=war"
    assert subscription({}) == ""


def test_a_cell_of_a_spreadsheet_is_never_a_formula():
    """A headline may begin like one, and a spreadsheet would run it."""
    assert as_text('=HYPERLINK("https://x.example")') == '\'=HYPERLINK("https://x.example")'
    assert [as_text(value) for value in ("-1", "+1", "@a", "Storm", None, 3)] == ["'-1", "'+1", "'@a", "Storm", "", "3"]
