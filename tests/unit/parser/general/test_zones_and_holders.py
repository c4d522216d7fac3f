"""What an element is called never outweighs what is in it."""

import pytest

from services.contracts.article import Article
from services.parser.extract import extract

HEADLINE = "Ferry Pier Opens Early"
FIRST = "The ferry pier at Long Point opened on Monday, three weeks earlier than the harbor board had promised."
SECOND = "Crews worked through two winters on the pilings, and the last plank was laid on Saturday before the rain."
THIRD = "Boats leave every hour until October, and the board will say in May what a winter timetable would cost."
STORY = f"<h1>{HEADLINE}</h1><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"


def read(body: str) -> list[str]:
    page = f"<html lang='en'><head><title>{HEADLINE} | The Pilot</title></head>{body}</html>"
    result = extract(page.encode(), url="https://pilot.example/pier")
    assert isinstance(result, Article), result
    assert result.headline == HEADLINE
    return [block.text for block in result.body]


@pytest.mark.parametrize("text", ["has-breadcrumbs", "newsletter-v2-on", "share-buttons-left", "comments", "related"])
@pytest.mark.parametrize("shape", ["<body class='{0}'>{1}</body>", "<body><article class='{0}'>{1}</article></body>"])
def test_a_word_among_the_classes_of_the_whole_page_removes_nothing(text, shape):
    """Publishing systems write their settings there."""
    assert read(shape.format(text, STORY)) == [FIRST, SECOND, THIRD]


@pytest.mark.parametrize("tag", ["nav", "button"])
def test_an_element_left_open_over_the_page_is_no_menu(tag):
    """`</nav>` cannot close over the open division, so the tree has the article inside of it."""
    assert read(f"<body><{tag} class='bar'><div><div></{tag}></div>{STORY}</body>") == [FIRST, SECOND, THIRD]


def test_a_zone_beside_the_article_stays_a_zone():
    """The same words on an element that holds little of the page."""
    promotion = (
        "<div class='newsletter'><p>Get the news of the harbor in your inbox every morning, before the tide.</p></div>"
    )
    assert read(f"<body>{STORY}{promotion}</body>") == [FIRST, SECOND, THIRD]


def test_a_style_left_open_ends_where_markup_begins():
    """A browser would show nothing; whoever wrote the page wanted it read."""
    assert read(f"<body><header><style>.x{{color:red}}</header><main>{STORY}</main></body>") == [FIRST, SECOND, THIRD]


def test_a_style_that_is_closed_may_speak_of_tags():
    """`content: "<p>"` is no markup."""
    styled = '<style>.x:before{content:"<p class=y>{"}</style>'
    assert read(f"<body>{styled}<main>{STORY}</main></body>") == [FIRST, SECOND, THIRD]


@pytest.mark.parametrize(
    "hidden",
    ["hidden", "style='display: none'", "style='visibility:hidden'", "style='position:absolute; clip: rect(0,0,0,0)'"],
)
def test_text_that_is_not_shown_is_no_text(hidden):
    """Only what readers of the page can read is news."""
    unseen = "The harbor board has never said so, and this sentence is kept on the page for a search engine alone."
    assert read(f"<body><main>{STORY}<div {hidden}><p>{unseen}</p></div></main></body>") == [FIRST, SECOND, THIRD]


@pytest.mark.parametrize("hidden", ["hidden", "style='display:none'"])
def test_an_article_that_waits_for_a_script_to_show_it_is_read(hidden):
    """Nothing else is on the page."""
    assert read(f"<body><div {hidden}>{STORY}</div></body>") == [FIRST, SECOND, THIRD]


def test_text_folded_under_a_button_is_text():
    """One click shows it."""
    folded = f"<h3><button aria-expanded='false'>What comes next?</button></h3><div hidden><p>{THIRD}</p></div>"
    page = f"<body><main><h1>{HEADLINE}</h1><p>{FIRST}</p><p>{SECOND}</p>{folded}</main></body>"
    assert THIRD in read(page)


def test_a_mark_to_jump_to_is_no_region():
    """Drupal prints an empty anchor called `main-content`, on official pages, too."""
    banner = "<section class='usa-banner'><p>An official website of the United States government</p></section>"
    page = f"<body>{banner}<a id='main-content'></a><section class='page'>{STORY}</section></body>"
    assert read(page) == [FIRST, SECOND, THIRD]
