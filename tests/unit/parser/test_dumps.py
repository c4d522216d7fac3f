"""Dumps: their headline is found by structure, and what is no article never takes an article's place."""

import time

import pytest

from services.contracts.article import Article, Rejected
from services.parser.address import article_number, slug, true_address
from tests.support.written_dumps import article, read, texts

FIRST = "The ferry office opened the second landing on Monday, two months before its pilots had hoped for it."
SECOND = "Nine boats a day will stop there until the autumn, when the old landing is to be taken down and sold."


@pytest.mark.parametrize(
    "over",
    [
        " date 2019-03-04 HomeNewsNews Releases\nIMMEDIATE RELEASE\n\n",
        "Lakeland National Guard Logo News\nNEWS | March 4, 2019\n\n",
        "Seal of the Department of Ferries U.S. Department of Ferries\nOn the Web:\n\n",
        "U.S. Department of Ferries\nU.S. Department of Ferries\nHome News About Contact Careers Press Media\n\n",
    ],
)
def test_the_headline_is_the_line_beside_the_date_whatever_stands_over_it(over):
    reading = article(f"{over}Second Landing Opens Early\n\nMarch 4, 2019\n\n{FIRST}\n\n{SECOND}\n")
    assert reading.headline == "Second Landing Opens Early"
    assert str(reading.published_at) == "2019-03-04"
    assert texts(reading) == [FIRST, SECOND]


def test_a_headline_does_not_end_at_a_rank():
    title = "Ferry Office Briefing by Spokesman Kit Lowe and Staff Director Lt. Gen. Ruth Adler Jr. in the Landing Room"
    assert article(f"{title}\n\n{FIRST}\n\n{SECOND}\n").headline == title


def test_the_body_alone_has_no_headline():
    assert article(f"{FIRST}\n\n{SECOND}\n").headline == ""


def test_the_alt_of_a_picture_is_no_paragraph():
    block = (
        "Two people in yellow coats hold a rope.\nRope Work\nPilots moor a ferry, May 4, 2021.\nPhoto By: Jo Marsh, DoD"
    )
    reading = article(f"Second Landing Opens Early\n\n{FIRST}\n\n{block}\n\n{SECOND}\n")
    assert texts(reading) == [FIRST, SECOND]
    (image,) = reading.images
    assert (image.title, image.caption, image.photographer) == (
        "Rope Work",
        "Pilots moor a ferry, May 4, 2021.",
        "Jo Marsh",
    )


def test_a_sentence_that_was_broken_at_a_link_is_one_again():
    reading = article(
        f"Second Landing Opens\nThe office has published its\nyearly report\n, which is short.\n{FIRST}\n"
    )
    assert texts(reading) == ["The office has published its yearly report, which is short.", FIRST]


def test_entries_of_a_list_stay_apart_although_they_begin_with_small_letters():
    items = ["ropes of thirty meters;", "two lamps; and", "a bell that can be heard ashore."]
    reading = article("\n".join(["Second Landing Opens", FIRST, "Each boat carries these:", *items, SECOND]))
    assert texts(reading) == [FIRST, "Each boat carries these:", *items, SECOND]


def test_markdown_is_read_and_not_printed():
    text = (
        "# Second Landing Opens\n\nMarch 4, 2019 | By [Jo Marsh](https://f.example/jo)\n\n"
        f"**Today:** {FIRST}\n\n[Map](https://f.example/map) follows.\n"
    )
    reading = article(text)
    assert reading.headline == "Second Landing Opens"
    assert [name.name for name in reading.byline] == ["Jo Marsh"]
    assert texts(reading) == [f"Today: {FIRST}", "Map follows."]


@pytest.mark.parametrize(
    "text",
    [
        "Sorry, we could not verify that this link is authentic.\n\nhttps://www.war.gov/News/Article/Article/1234567/x/",
        "1 00:00:01,000 --> 00:00:02,000 One 2 00:00:02,000 --> 00:00:03,000 two 3 00:00:03,000 --> 00:00:04,000 three",
        f"First Title\n{FIRST}\nRead more\nSecond Title\n{SECOND}\nRead more\n",
        "\n\n".join(f"May {day}, 2021\n\nTitle of It\n\n{FIRST}" for day in (4, 3, 2)),
    ],
)
def test_what_is_no_article_never_stands_under_an_articles_address(text):
    assert isinstance(read(text, "https://www.war.gov/News/News-Stories/Article/Article/1234567/landing/"), Rejected)


def test_two_links_to_whole_stories_under_a_related_heading_make_no_list_of_an_article():
    related = f"More in Ferries\nA Title\n{FIRST}\nRead more\nOther Title\n{SECOND}\nRead more\n"
    text = f"Second Landing Opens\n\n{FIRST}\n\n{SECOND}\n\n{related}"
    assert texts(article(text)) == [FIRST, SECOND]


@pytest.mark.parametrize(
    "url",
    [
        "https://links.example/CL0/https:%2F%2Fwww.war.gov%2FNews%2FReleases%2FRelease%2FArticle%2F1234567%2Fnew-landing%2F/1",
        "https://web.example/web/2019/http://www.war.gov/News/Releases/Release/Article/1234567/new-landing/",
        "https://www.war.gov/News/Releases/Release/Article/1234567/new-landing/source/GovDelivery/",
    ],
)
def test_the_number_of_an_article_is_found_in_addresses_as_they_come(url):
    assert article_number(url) == 1234567
    assert true_address(url).startswith(("http://www.war.gov", "https://www.war.gov"))


def test_a_slug_names_a_headline_and_a_number_does_not():
    names = slug("https://www.war.gov/News/Article/1234567/new-landing-2/")
    assert names is not None
    assert names.words == ("new", "landing")
    assert slug("https://www.war.gov/News/Article/1234567/") is None


@pytest.mark.parametrize("text", ["![a](b)\n" * 3, "", "#\n", "|\n", "date 2019-03-04 "])
def test_a_dump_without_a_line_of_text_raises_nothing(text):
    assert isinstance(read(text), Article | Rejected)


PARAGRAPH = "Paragraph {0} says that ferry {0} left the landing before noon on a grey day."
AGAIN = "And boat {0} of all those that lay in the harbor came home before the evening of that day."


@pytest.mark.parametrize("block", [PARAGRAPH, f"Related Stories\n{PARAGRAPH}\n{AGAIN}\n{PARAGRAPH} It was late."])
def test_four_times_as_many_blocks_cost_about_four_times_as_much(block):
    """Paragraphs, and headings that may each be the last: what stands under them is counted once."""

    def cost(count):
        text = "\n".join([PARAGRAPH, AGAIN, *(block.format(i) for i in range(count))])
        start = time.process_time()
        read(text)
        return time.process_time() - start

    cost(250)
    small, large = (min(cost(count) for _ in range(3)) for count in (250, 1_000))
    assert large < 10 * small
