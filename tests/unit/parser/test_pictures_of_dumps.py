"""Pictures, videos and their captions in dumps: what belongs to them is no text, and what is text stays."""

import pytest

from services.contracts.article import Rejected
from services.parser.credits import ends_with_credit
from services.parser.dumps.cards import is_text
from services.parser.dumps.text import text_lines
from tests.support.dump_texts import CAPTION, LAST, MORE, TEXT, TITLE
from tests.support.written_dumps import article, read, texts

VIDEO = "https://www.war.gov/Multimedia/Videos/videoid/990001/"


def test_an_alt_a_title_and_a_dated_caption_in_a_block_are_a_pictures_without_a_credit_too():
    page = f"Crews Clear the Channel\n\n{TEXT}\n\nA person holds a rope.\nHarbor Help\n{CAPTION}\n\n{MORE}\n"
    reading = article(page)
    assert texts(reading) == [TEXT, MORE]
    assert [(image.title, image.caption) for image in reading.images] == [("Harbor Help", CAPTION)]


@pytest.mark.parametrize(
    "block",
    [
        f"A person holds a rope.\n\n{CAPTION}",  # two paragraphs
        f"A person holds a rope.\n{CAPTION.replace(', March 17, 2020', ' in March')}",  # no day
        f"A person was said to hold a rope.\n{CAPTION}\n{LAST}\n{TEXT}",  # more than a picture's
    ],
)
def test_what_is_no_block_of_a_picture_stays(block):
    reading = article(f"Crews Clear the Channel\n\n{TEXT}\n\n{block}\n\n{MORE}\n")
    assert set(block.split("\n")) - {""} <= set(texts(reading))


@pytest.mark.parametrize(
    "before",
    [
        f"Player Embed Code: Download Embed Share {TITLE} Office of the Secretary of War Public Affairs",
        f"Videos Videos of what’s happening in the Defense Department. Play Play {TITLE} Defense.gov",
    ],
)
def test_a_video_page_on_one_line(before):
    reading = article(f"{before} Sept. 9, 2024 | 2:47 {TEXT}", VIDEO)
    assert (reading.headline, reading.kind, str(reading.published_at)) == (TITLE, "video", "2024-09-09")
    assert texts(reading) == [TEXT]


def test_a_pictures_title_is_its_title_however_long_between_two_copies_of_the_caption():
    title = "Secretary Adler answers a question of the press at the second landing of the harbor"
    page = f"Photos\n\nSnapshots of what’s happening in the Defense Department.\n\n{CAPTION}\n\n{title}\n\n{CAPTION}\n"
    reading = article(page, "https://www.war.gov/Multimedia/Photos/igphoto/2009990003/")
    (image,) = reading.images
    assert (reading.headline, image.title, image.caption) == (title, title, CAPTION)


def test_a_title_with_a_note_of_its_photos_is_no_text():
    noted = "Pilots of All Nine Harbors Will Meet at the Second Landing in May {}"
    plain, twice = (noted.format(note) for note in ("", "This story contains photos. This story contains audio."))
    assert [is_text(line) for line in text_lines(f"{plain}\n{twice}\n{TEXT}")] == [False, False, True]


def test_subtitles_without_hours_are_no_article():
    text = " ".join(f"00:0{number}.100 --> 00:0{number}.900 nine boats" for number in range(1, 5))
    assert isinstance(read(f"WEBVTT {text}"), Rejected)


def test_a_caption_that_stands_four_times_is_no_list_of_cut_texts():
    caption = (
        "A pilot of the ferry office ties up the first boat of the day at the landing in Eastmark after a long night"
    )
    page = f"Second Landing Opens Early\n\n{caption}\n{caption}\n\n{caption}\n{caption}\n\n{TEXT}\n\n{MORE}\n"
    assert texts(article(page))[-2:] == [TEXT, MORE]


def test_two_texts_under_a_videos_address_and_no_headline_are_a_video_without_one():
    reading = read(f"{TEXT}\n{MORE}\n", "https://www.dvidshub.net/video/990001/second-landing-opens")
    assert isinstance(reading, Rejected)


def test_the_link_behind_a_caption_is_none_of_it():
    first = f"Photo By Ruth Adler | {CAPTION} (Ferry Office photo by Ruth Adler) see less | View Image Page"
    reading = article(f"{first}\n\n{TEXT}\n\n{MORE}\n", "https://www.dvidshub.net/news/990001/second-landing-opens")
    assert texts(reading) == [TEXT, MORE]
    assert [image.caption for image in reading.images] == [CAPTION]


def test_cards_are_counted_without_what_their_pictures_show():
    card = (
        "A pilot and three of his friends hold the long rope of a boat.\n{}\nNov. 20, 2025 |\nNews\n{}...\nRead More\n"
    )
    cards = "".join(card.format(title, TEXT.rstrip(".")) for title in ("Landing Opens", "Boats Return"))
    reading = read(f"Harbor Contacts\n\n{MORE}\n\n{cards}", "https://www.example.mil/Media/990001")
    assert isinstance(reading, Rejected)


def test_a_page_that_counts_its_pictures_is_a_list():
    assert isinstance(
        read(f"728 photos posted.\n{TEXT}\n{MORE}\n", "https://www.example.mil/story/?photos=2011"), Rejected
    )


@pytest.mark.parametrize(
    ("last", "caption"), [("Photo by Cpl. Ruth A. Adler.", True), ("Photo by photo they grew closer.", False)]
)
def test_a_credit_without_brackets_may_end_with_a_full_stop(last, caption):
    assert ends_with_credit(f"A pilot ties up a boat at the landing, Jan. 22. {last}") is caption


def test_a_note_on_translations_is_no_headline_of_a_picture():
    page = f"{CAPTION} (Courtesy photo by Ruth Adler)\nGoogle Translation Disclaimer\n"
    assert isinstance(read(page, "https://www.example.mil/Resources/Photo-Gallery/igphoto/2003634780"), Rejected)
