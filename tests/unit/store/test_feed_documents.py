"""Feeds as their readers see them: strict XML, a reader's library, and the rules of conditional requests."""

import json
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import feedparser
import pytest

from services.contracts.article import Block, Byline, Image
from services.contracts.article_view import ArticleView
from services.store import atom, jsonfeed
from services.store.feeds import BEGINNING, etag, feed_of, media_type, seen
from services.store.html import html
from services.store.search import ArticleQuery

NOW = datetime(2026, 1, 12, 18, 30, tzinfo=UTC)
URL = "http://dateline.test/feeds/articles.atom"
NAMES = {"a": "http://www.w3.org/2005/Atom"}


def article(**about):
    own = {
        "id": "art_mfrggzdfmztwq2lk",
        "source": "army-news",
        "revision": 2,
        "first_seen": NOW,
        "updated": NOW,
        "layout": "afpims",
        "kind": "news",
        "headline": "Engineers & Divers Reopen <Bridge>",
        "url": "https://www.army.example/News/Article/1/",
        "published_at": "2026-01-12",
        "body": (Block(text="It reopened at dawn."),),
    }
    return ArticleView.model_validate(own | about)


def feed(*articles, after=None, following=None, **asked):
    return feed_of(articles, ArticleQuery(**asked), URL, after=after, following=following)


def parsed(made):
    """The feed as a reader's library sees it; what is no well-formed XML is refused."""
    ET.fromstring(atom.document(made))
    read = feedparser.parse(atom.document(made))
    assert not read.bozo, read.bozo_exception
    return read


def test_an_entry_is_the_article_with_its_full_text():
    writer = Byline(name="Army Sgt. Pat Doe", affiliation="Example News")
    (entry,) = parsed(feed(article(dek="Traffic moves.", byline=(writer,), tags=("engineers",)))).entries
    assert entry.title == "Engineers & Divers Reopen <Bridge>"
    assert entry.link == "https://www.army.example/News/Article/1/"
    assert entry.summary == "Traffic moves."
    assert entry.content[0].value == "<p>It reopened at dawn.</p>"
    assert (entry.updated, entry.published) == ("2026-01-12T18:30:00+00:00", "2026-01-12T00:00:00+00:00")
    assert [author.name for author in entry.authors] == ["Army Sgt. Pat Doe"]
    assert [tag.term for tag in entry.tags] == ["news", "engineers"]


def test_every_required_element_is_there_also_without_articles():
    """RFC 4287, section 4.1.1: id, title and updated; an author for entries that name none."""
    root = ET.fromstring(atom.document(feed()))
    assert [root.findtext(f"a:{name}", None, NAMES) for name in ("title", "updated")] == [
        "Dateline",
        BEGINNING.isoformat(),
    ]
    assert root.findtext("a:id", None, NAMES).startswith("urn:uuid:")
    (entry,) = parsed(feed(article())).entries
    assert entry.author == "army-news"


def test_the_id_of_an_entry_outlives_its_revisions_and_its_address():
    """`updated` tells that it changed; another article has another id, and JSON Feed the same."""
    first, second, other = (
        parsed(feed(member)).entries[0]
        for member in (
            article(),
            article(revision=3, updated=NOW + timedelta(hours=1), url="https://www.war.example/1"),
            article(id="art_other"),
        )
    )
    assert first.id == second.id != other.id
    assert first.updated != second.updated
    (entry,) = json.loads(jsonfeed.document(feed(article())))["items"]
    assert entry["id"] == first.id == "urn:uuid:d00415ca-8b1f-50f4-9f9f-92b63f935c24"


def test_the_id_of_a_feed_is_that_of_what_it_holds():
    """Whatever page of it, and wherever the installation lives."""
    ids = [feed().id, feed(source="a").id, feed(kind="news").id, feed(source="a", kind="news").id, feed(q="a").id]
    assert len(set(ids)) == len(ids)
    assert feed(source="a", after="x").id == feed(source="a").id
    assert feed(source="a").title == "Dateline, a"


def test_pages_are_linked_and_keep_the_search():
    """RFC 5005, section 3: every page names itself, the first, and the next while there is one."""
    read = parsed(feed(article(), after="here", following="there", source="army-news", q="a&b")).feed
    assert {link.rel: link.href for link in read.links} == {
        "self": f"{URL}?source=army-news&q=a%26b&after=here",
        "first": f"{URL}?source=army-news&q=a%26b",
        "next": f"{URL}?source=army-news&q=a%26b&after=there",
    }
    assert "next" not in {link.rel for link in parsed(feed()).feed.links}
    page = json.loads(jsonfeed.document(feed(following="there")))
    assert page["next_url"] == f"{URL}?after=there"
    assert "next_url" not in json.loads(jsonfeed.document(feed()))


def test_pictures_are_enclosures_with_their_captions():
    pictures = (
        Image(url="https://media.example/a.JPG?w=10", caption="Debris", credit="Army photo", alt="Soldiers"),
        Image(url="javascript:alert(1)", caption="Trap"),
        Image(caption="Lost", credit="Nobody"),
    )
    (entry,) = parsed(feed(article(images=pictures))).entries
    (enclosure,) = entry.enclosures
    assert (enclosure.href, enclosure.type) == ("https://media.example/a.JPG?w=10", "image/jpeg")
    (item,) = json.loads(jsonfeed.document(feed(article(images=pictures))))["items"]
    assert item["image"] == "https://media.example/a.JPG?w=10"
    assert item["attachments"] == [
        {"url": "https://media.example/a.JPG?w=10", "mime_type": "image/jpeg", "title": "Debris"}
    ]


def test_html_is_ours_and_the_words_are_escaped():
    """Lists and tables stand together; the dateline opens the text; no address but one of the web is followed."""
    made = html(
        article(
            dateline="FORT <X>",
            body=[
                Block(text="One & <b>two</b>."),
                Block(kind="subhead", text="Why"),
                Block(kind="list_item", text="first"),
                Block(kind="list_item", text="second"),
                Block(kind="quote", text="Said."),
                Block(kind="table", text="a | b"),
                Block(kind="table", text="c | d"),
            ],
            images=[
                Image(url='https://media.example/"x".jpg', caption="A <caption>", credit="Army", alt='"alt"'),
                Image(url="data:image/png;base64,AAAA", title="No address"),
                Image(url="javascript:alert(1)"),
            ],
        )
    )
    assert made == (
        "<p><b>FORT &lt;X&gt;</b></p><p>One &amp; &lt;b&gt;two&lt;/b&gt;.</p><h3>Why</h3>"
        "<ul><li>first</li><li>second</li></ul><blockquote>Said.</blockquote>"
        "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"
        '<figure><img src="https://media.example/%22x%22.jpg" alt="&quot;alt&quot;">'
        "<figcaption>A &lt;caption&gt; (Army)</figcaption></figure>"
        "<figure><figcaption>No address</figcaption></figure>"
    )


@pytest.mark.parametrize("letter", ["\x0b", "\x1f", "\ufffe", "\uffff"])
def test_characters_that_no_xml_may_hold_go(letter):
    fields = {"headline": f"a{letter}b", "lang": f"e{letter}n", "tags": [letter], "dek": letter, "dateline": letter}
    (entry,) = parsed(
        feed(article(**fields, images=[Image(url=f"https://a.example/{letter}.jpg", title=letter)]))
    ).entries
    assert entry.title == "ab"


def test_a_json_feed_says_what_version_1_1_asks_for():
    page = json.loads(jsonfeed.document(feed(article(url="ftp://a.example"), source="army-news")))
    assert page["version"] == "https://jsonfeed.org/version/1.1"
    assert (page["title"], page["feed_url"]) == ("Dateline, army-news", f"{URL}?source=army-news")
    (entry,) = page["items"]
    assert entry["content_html"] == "<p>It reopened at dawn.</p>"
    assert (entry["date_published"], entry["date_modified"]) == ("2026-01-12T00:00:00+00:00", NOW.isoformat())
    assert entry["_dateline"] == {"id": "art_mfrggzdfmztwq2lk", "source": "army-news", "revision": 2, "status": "live"}
    assert not {"url", "summary", "image"} & entry.keys(), "what there is not, is not there"
    assert json.loads(jsonfeed.document(feed()))["items"] == []


@pytest.mark.parametrize(
    ("url", "kind"),
    [("https://a/b.PNG#x", "image/png"), ("https://a/b.jpg?v=2.0", "image/jpeg"), ("https://a/b", None)],
)
def test_the_type_of_a_picture_is_read_off_its_name(url, kind):
    assert media_type(url) == kind


TAG = etag(b"document")


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (None, False),
        (TAG, True),
        (f'"other", W/{TAG}', True),
        ("*", True),
        ('"other"', False),
    ],
)
def test_a_document_was_seen_when_its_tag_says_so(query, answer):
    assert seen(query, TAG) is answer


def test_other_bytes_have_another_tag():
    assert etag(b"other") != TAG
