"""Markup that misleads: class names are hints, and the text decides."""

import pytest

from services.contracts.article import Article, Rejected
from services.parser.extract import extract

FIRST = "The crossing took four hours and nobody fell in, said the captain who had planned it for a year."
SECOND = "The bridge stood for forty years before the ice took it, and the county wants it back by next summer."


def afpims(body: str, before: str = "", after: str = "") -> Article:
    page = (
        f'<html><head><title>Crossing</title></head><body><form><div class="adetail">{before}'
        f'<h1 class="maintitle">Marines Cross River</h1><div class="body">{body}</div>{after}</div></form></body>'
        "</html>"
    )
    reading = extract(page.encode(), url="https://www.newsroom.mil/News/Article/Article/1/")
    assert isinstance(reading, Article)
    return reading


def words(article: Article) -> list[str]:
    return [block.text for block in article.body]


@pytest.mark.parametrize("name", ["date", "byline", "maintitle", "subtitle", "cont-type"])
def test_a_head_class_inside_the_body_takes_no_word_out_of_it(name):
    """A "date" over the article is its date; in a sentence it is a word."""
    article = afpims(f'<p>{FIRST}</p><p>The bridge fell on <span class="{name}">March 4, 2024</span>, at noon.</p>')
    assert words(article) == [FIRST, "The bridge fell on March 4, 2024, at noon."]


def test_a_link_called_related_is_still_a_word_of_its_sentence():
    article = afpims(f'<p>{FIRST} See <a class="related-link" href="/x">the plan</a> for more.</p>')
    assert words(article) == [f"{FIRST} See the plan for more."]


@pytest.mark.parametrize("name", ["wp-caption", "caption", "share"])
def test_a_picture_breaks_no_sentence_whatever_it_is_called(name):
    """A picture has no words that a zone could begin with."""
    before, after = FIRST.rsplit(" who ", 1)
    article = afpims(f'<p>{before} <img class="{name}" src="/a.jpg" alt=""> who {after}</p><p>{SECOND}</p>')
    assert words(article) == [FIRST, SECOND]


def test_a_frame_around_half_of_the_article_is_no_picture():
    """Somebody called the column "photo"; its text stays."""
    paragraphs = [f"{FIRST} It was attempt number {number}." for number in range(6)]
    article = afpims(
        '<div class="photo"><img src="/a.jpg" alt="A boat">' + "".join(f"<p>{p}</p>" for p in paragraphs) + "</div>"
    )
    assert words(article) == paragraphs


def test_a_table_in_a_figure_is_no_caption():
    """Editors put tables into figures; without a picture there is no caption."""
    article = afpims(
        f"<p>{FIRST}</p><figure><table><tr><td>Boats</td><td>9</td></tr><tr><td>Crews</td><td>4</td></tr></table></figure>"
    )
    assert words(article) == [FIRST, "Boats | 9", "Crews | 4"]
    assert article.images == ()


def test_an_author_may_repeat_himself():
    """Two equal paragraphs without a picture near them are the author's own."""
    assert words(afpims(f"<p>{FIRST}</p><p>{FIRST}</p><p>{SECOND}</p>")) == [FIRST, FIRST, SECOND]


def test_one_picture_in_three_sizes_is_one_picture():
    """The slideshow shows it again; the number in the address is the picture's."""
    address = "https://media.defense.gov/2024/Mar/02/2003400001/{}/240302-N-AB123-1001.JPG"
    sizes = "".join(
        f'<img src="{address.format(size)}" alt="A boat">' for size in ("825/780/0", "1280/1280/0", "-1/-1/0")
    )
    (image,) = afpims(f"<p>{FIRST}</p><figure>{sizes}<figcaption>A boat leaves.</figcaption></figure>").images
    assert (image.caption, image.virin) == ("A boat leaves.", "240302-N-AB123-1001")


def test_two_pictures_with_one_caption_keep_it_twice():
    figures = "".join(
        f'<figure><img src="/p/{n}.jpg" alt=""><figcaption>Crews cross the river.</figcaption></figure>' for n in (1, 2)
    )
    assert [image.caption for image in afpims(f"<p>{FIRST}</p>{figures}").images] == ["Crews cross the river."] * 2


def test_links_and_documents_are_absolute_and_apart():
    article = afpims(
        f'<p>{FIRST} Read <a href="/plan.pdf">the plan</a> or <a href="../x/">the page</a>, <a href="#a">here</a>.</p>'
    )
    assert [link.url for link in article.attachments] == ["https://www.newsroom.mil/plan.pdf"]
    assert [link.url for link in article.links] == ["https://www.newsroom.mil/News/Article/Article/x/"]


def test_the_newsletter_box_is_never_the_article():
    """On this system it holds the only <article> element of the page."""
    box = (
        '<div class="subscribe"><article><h3>Subscribe to Products</h3><p>Delivered to your inbox.</p></article></div>'
    )
    assert words(afpims(f"<p>{FIRST}</p>", after=box)) == [FIRST]


def test_words_only_under_a_script_are_an_empty_page():
    reading = extract(
        b"<html><body><div class='adetail'><div class='body'><script>x()</script></div></div></body></html>"
    )
    assert isinstance(reading, Rejected)
    assert reading.reason == "empty"


def test_an_html_document_is_html_whatever_it_was_called():
    """Archives serve pages as text/plain; the first characters know better."""
    page = f"<!DOCTYPE html><html><body><main><h1>Bridge</h1><p>{FIRST}</p></main></body></html>"
    reading = extract(page.encode(), content_type="text/plain")
    assert isinstance(reading, Article)
    assert reading.headline == "Bridge"


def test_a_dump_without_a_title_loses_no_line():
    """A dump of the body alone has no headline: a piece of the first sentence would be a wrong one."""
    reading = extract(f"{FIRST} It was late.\n\n{SECOND}\n".encode(), content_type="text/plain")
    assert isinstance(reading, Article)
    assert reading.headline == ""
    assert words(reading) == [f"{FIRST} It was late.", SECOND]


def test_a_loose_word_at_the_edge_of_a_named_body_is_the_authors():
    """Toolbars stand outside of the body, or come in threes."""
    assert words(afpims(f"<p>Home</p><p>{FIRST}</p><p>{SECOND}</p><p>Email</p>")) == ["Home", FIRST, SECOND, "Email"]


def test_a_row_of_figures_stays_a_row_whatever_is_in_its_cells():
    """Editors put paragraphs into cells; the title of the table and links in it are kept."""
    cell = "<td><p>{}</p></td>".format
    rows = "".join(f"<tr>{cell(f'<a href=/{i}>Boat {i}</a>')}{cell(f'{i} miles<br>(by day)')}</tr>" for i in (1, 2, 3))
    article = afpims(f"<p>{FIRST}</p><table><caption>Boats and miles</caption>{rows}</table><p>{SECOND}</p>")
    expected = ["Boats and miles", *(f"Boat {i} | {i} miles (by day)" for i in (1, 2, 3))]
    assert words(article) == [FIRST, *expected, SECOND]
    assert {block.kind for block in article.body[1:-1]} == {"table"}
    assert len(article.links) == 3


def test_columns_of_a_page_are_no_rows():
    """A table that parts a page into columns is read cell by cell."""
    article = afpims(
        f"<table><tr><td><p>{FIRST * 2}</p></td><td><p>{SECOND * 2}</p></td></tr><tr><td>x</td></tr></table>"
    )
    assert words(article)[:2] == [FIRST * 2, SECOND * 2]


def test_a_name_alone_belongs_to_the_picture_that_has_none():
    """At the end of a story: the credit of a picture without one, else of no picture and no line of the story."""
    end = f"<p>{SECOND}</p><p>Photo by Jo Marsh</p>"
    (image,) = afpims(f'<p><img src="/a.jpg" alt="A crossing"></p><p>{FIRST}</p>{end}').images
    assert image.photographer == "Jo Marsh"
    bare = afpims(f"<p>{FIRST}</p>{end}")
    assert bare.images == ()
    assert words(bare) == [FIRST, SECOND]


def test_teasers_of_other_stories_go_with_their_heading():
    """Their block has no telling class, and each of them has running text of its own."""
    teasers = f"<div><h3>More Stories</h3><div><h4>Tower Falls</h4><p>{SECOND}</p></div></div>"
    article = afpims(f"<p>{FIRST}</p><p>{SECOND}</p>{teasers}")
    assert words(article) == [FIRST, SECOND]
    assert words(afpims(f"<h3>More Stories</h3><p>{FIRST}</p><p>{SECOND}</p>")) == ["More Stories", FIRST, SECOND]


def test_a_line_that_is_one_link_to_another_story_is_no_line_of_this_one():
    article = afpims(f'<p>{FIRST}</p><p><a href="/x">Read more: The Bridge of Larkspur</a></p><p>{SECOND}</p>')
    assert words(article) == [FIRST, SECOND]


def test_a_main_element_makes_no_page_official():
    """Every site has one; only an agency's is trusted whole."""
    inner = f"<main><h1>Marines Cross River</h1><p>{FIRST}</p><p>{SECOND}</p></main>"
    agency = extract(f"<html><body>{inner}</body></html>".encode(), url="https://www.agency.gov/news/1")
    other = extract(f"<html><body>{inner}</body></html>".encode(), url="https://www.paper.example/news/1")
    assert (agency.layout, other.layout) == ("uswds", "unknown")


@pytest.mark.parametrize("line", ["Share Tweet Email", "-USCG-", "(END)"])
def test_what_a_newsroom_hangs_on_a_text_is_no_line_of_it(line):
    """Whether it stands at the top or at the end."""
    assert words(afpims(f"<p>{line}</p><p>{FIRST}</p><p>{SECOND}</p><p>{line}</p>")) == [FIRST, SECOND]


def test_a_place_opens_the_text_under_a_title():
    """A heading over the first paragraph does not hide where it was written."""
    article = afpims(f"<h3>Four Hours on the Ice</h3><p>HARBOR STATION, Maine — {FIRST}</p><p>{SECOND}</p>")
    assert article.dateline == "HARBOR STATION, Maine"
    assert words(article) == ["Four Hours on the Ice", FIRST, SECOND]
