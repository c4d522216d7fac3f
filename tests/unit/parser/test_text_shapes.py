"""Shapes of text that a page gives its article: each line below is what a reader sees."""

import pytest

from services.contracts.article import Article
from services.parser.extract import extract

FIRST = (
    "The harbor office said on Monday that the north pier will close for nine weeks while crews replace the pilings."
)
LAST = (
    "Boats that tie up there may use the south basin without a fee until the work is done, the office said on Monday."
)
HEAD = "<html><head><title>Pier Closes | Courier</title></head>"
PAGE = (
    '<!DOCTYPE html><html lang="en"><head><title>Pier Closes for Nine Weeks | Tidewater Courier</title></head><body>'
    '<header><a href="/">Tidewater Courier</a></header><article class="story"><h1>Pier Closes for Nine Weeks</h1>'
    '<div class="story-body"><p>{first}</p>{inner}<p>{last}</p></div></article>'
    "<footer><p>© Tidewater Courier</p></footer></body></html>"
)


def read(inner: str) -> list[tuple[str, str]]:
    """The blocks between the first and the last paragraph."""
    article = extract(PAGE.format(first=FIRST, inner=inner, last=LAST).encode(), url="https://courier.example/a/pier")
    assert isinstance(article, Article)
    blocks = [(block.kind, block.text) for block in article.body]
    assert (blocks[0][1], blocks[-1][1]) == (FIRST, LAST)
    return blocks[1:-1]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Each piling bears 10<sup>6</sup> newtons.", "Each piling bears 10⁶ newtons."),
        ("It weighs 10<sup>-3</sup> grams in the water.", "It weighs 10⁻³ grams in the water."),
        ("The deck covers 900 m<sup>2</sup> of water.", "The deck covers 900 m² of water."),
        ('It counted 412 boats in 2023<sup><a href="#1">1</a></sup> alone.', "It counted 412 boats in 2023¹ alone."),
        ("The fee rose to $4,500.<sup>5</sup> It will fall.", "The fee rose to $4,500.⁵ It will fall."),
        (
            "They expect fewer boats this year.<sup>2</sup> It said so.",
            "They expect fewer boats this year.2 It said so.",
        ),
        ("Divers found CO<sub>2</sub> at the foot of it.", "Divers found CO2 at the foot of it."),
        ("In the base 10<sub>2</sub> this is two of them.", "In the base 10₂ this is two of them."),
        ("It was the 1<sup>st</sup> storm of the winter.", "It was the 1st storm of the winter."),
    ],
)
def test_a_raised_or_lowered_figure_joins_no_number(written, shown):
    assert read(f"<p>{written}</p>") == [("paragraph", shown)]


def test_a_table_of_figures_with_a_picture_in_it_stays_a_table():
    """Its pictures are pictures of the article, and its rows are rows."""
    rows = "<tr><th>Basin</th><th>Berths</th></tr><tr><td>South</td><td>112</td></tr>"
    table = f'<table><caption>Berths</caption>{rows}<tr><td>Map</td><td><img src="/map.png" alt=""></td></tr></table>'
    assert read(table) == [("table", text) for text in ("Berths", "Basin | Berths", "South | 112", "Map")]
    article = extract(PAGE.format(first=FIRST, inner=table, last=LAST).encode(), url="https://courier.example/a/pier")
    assert [image.url for image in article.images] == ["https://courier.example/map.png"]


def test_lines_of_preformatted_text_stay_apart():
    """A broken line is a line, a blank line parts, and no block holds a newline."""
    text = "POSITION 36-58.1N 076-19.9W\nDEPTH 14 FT\n\nALL VESSELS ARE TO KEEP CLEAR OF THE BARGE."
    assert [text for _, text in read(f"<pre>{text}</pre>")] == text.replace("\n\n", "\n").split("\n")


def test_preformatted_prose_that_a_width_broke_is_a_paragraph():
    text = (
        "The office counts the boats at noon on every Monday of the\nsummer, and twice on holidays, because the ferry"
        " runs late\nthen."
    )
    assert [text for _, text in read(f"<pre>{text}</pre>")] == [text.replace("\n", " ")]


def test_a_picture_after_preformatted_lines_stands_behind_them():
    inner = '<pre>DEPTH 14 FT\nWIDTH 90 FT\nSPEED 4 KNOTS FOR ALL</pre><img src="/pier.jpg" alt="The pier">'
    article = extract(PAGE.format(first=FIRST, inner=inner, last=LAST).encode(), url="https://courier.example/a/pier")
    assert [image.position for image in article.images] == [4]


def test_a_stage_direction_that_names_a_video_is_no_credit():
    assert read("<p>(A video is played.)</p><p>MR. EXAMPLE: Thank you all for coming here on this cold morning.</p>")[
        0
    ] == ("paragraph", "(A video is played.)")


@pytest.mark.parametrize(
    "heading", ["You might also like …", "Related Videos", "More like this:", "También le puede interesar…"]
)
def test_what_stands_under_such_a_heading_is_another_story(heading):
    """In the region of a page that a layout knows, where lines are trusted more."""
    teaser = "Boats leave every hour from the north pier, and every half hour on market days until the end of August."
    page = (
        "<!DOCTYPE html><html><head><title>Pier Closes | Harbor Agency</title></head><body>"
        '<div class="usa-banner"><p>An official website of the United States government</p></div>'
        f"<main><article><h1>Pier Closes</h1><p>{FIRST}</p><p>{LAST}</p></article>"
        f'<div><h2>{heading}</h2><ul><li><h3><a href="/a">Timetable</a></h3><p>{teaser}</p></li></ul></div></main>'
        "</body></html>"
    )
    article = extract(page.encode(), url="https://harbor.gov/news/pier")
    assert [block.text for block in article.body] == [FIRST, LAST]


@pytest.mark.parametrize("attribute", ['style="display:none"', "hidden", 'style="visibility: hidden"'])
def test_text_that_is_not_shown_is_not_of_the_article(attribute):
    assert (
        read(f"<div {attribute}><p>This text is for the script alone, and no reader has ever seen it.</p></div>") == []
    )


@pytest.mark.parametrize(
    "attribute", ['style="display:none"', "hidden", 'style="visibility:hidden"', 'class="sr-only"']
)
def test_an_article_that_a_script_will_show_is_read(attribute):
    """All of the text is in what is hidden: then it is hidden for a moment only."""
    page = (
        f"{HEAD}<body><div {attribute}><h1>Pier Closes</h1><p>{FIRST}</p>"
        f"<p>{LAST}</p></div><footer>Courier</footer></body></html>"
    )
    article = extract(page.encode(), url="https://courier.example/a/pier")
    assert isinstance(article, Article)
    assert [block.text for block in article.body] == [FIRST, LAST]


@pytest.mark.parametrize(
    "open_tag", ["<style>.a { color: red }", "<nav><a href='/a'>Menu</a>", "<button>Menu", "<aside><p>Menu</p>"]
)
def test_an_element_that_never_ends_does_not_take_the_page_with_it(open_tag):
    page = f"{HEAD}<body>{open_tag}<div><h1>Pier Closes</h1><p>{FIRST}</p><p>{LAST}</p></div></body></html>"
    article = extract(page.encode(), url="https://courier.example/a/pier")
    assert isinstance(article, Article)
    assert [block.text for block in article.body] == [FIRST, LAST]


def test_a_class_of_the_whole_page_begins_no_zone():
    """A hint on `<body>` or `<article>` is a setting of the site."""
    page = (
        f'{HEAD}<body class="has-newsletter share-buttons breadcrumb">'
        f'<article class="tag-newsletter related-posts"><h1>Pier Closes</h1><p>{FIRST}</p><p>{LAST}</p></article>'
        "</body></html>"
    )
    article = extract(page.encode(), url="https://courier.example/a/pier")
    assert [block.text for block in article.body] == [FIRST, LAST]
