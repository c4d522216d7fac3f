"""The small readers: dates, bylines, datelines, credits, boilerplate, encodings."""

import textwrap
from datetime import UTC, date, datetime

import pytest

from services.parser.boilerplate import mark_anywhere, mark_end, mark_toolbars, mark_top
from services.parser.byline import read_story_line
from services.parser.byline_names import read_byline
from services.parser.characters import decode, squeeze
from services.parser.credits import ends_with_credit, read_label, split_credit
from services.parser.date_labels import is_date
from services.parser.dateline import read_opening
from services.parser.dates import find_date, read_time
from services.parser.dumps.text import text_lines
from services.parser.related import mark_related
from services.parser.virin import read_virin
from services.parser.wrapping import unwrap


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dec. 2, 2024", date(2024, 12, 2)),
        ("Sept. 30, 2025", date(2025, 9, 30)),
        ("Published January 14, 2016", date(2016, 1, 14)),
        ("15 Jun 2017", date(2017, 6, 15)),
        ("09.15.2023", date(2023, 9, 15)),
        ("septiembre 2, 2017", date(2017, 9, 2)),
        ("3 noviembre, 2012", date(2012, 11, 3)),
        ("2 de septiembre de 2017", date(2017, 9, 2)),
        ("2024-12-30T07:37:17", date(2024, 12, 30)),
        ("Feb. 30, 2024", None),
        ("0000-00-00", None),
        ("maybe 12, 2024 people", None),
    ],
)
def test_a_visible_date_is_read_as_newsrooms_write_it(text, expected):
    assert find_date(text) == expected


def test_a_time_without_a_zone_is_a_date():
    """A date never grows a midnight, and an instant keeps the publisher's own offset."""
    assert read_time("2024-12-30T07:37:17") == date(2024, 12, 30)
    assert not isinstance(read_time("2024-12-30T07:37:17"), datetime)
    assert read_time("2024-12-30T07:37:17Z") == datetime(2024, 12, 30, 7, 37, 17, tzinfo=UTC)
    assert read_time("9999-12-31T00:00:00Z") is None


def test_a_sentence_with_a_date_is_no_date_line():
    assert is_date("Thursday, May 4, 2023")
    assert not is_date("The exercise began on May 4, 2023.")


@pytest.mark.parametrize(
    ("line", "names", "published"),
    [
        ("By Staff Sgt. Iris Novak, 12th Wing Public Affairs / Published May 23, 2014", ["Staff Sgt. Iris Novak"], 23),
        ("By Secretary of the Air Force Public Affairs, / Published May 23, 2014", [None], 23),
        ("/ Published November 20, 2014", [], 20),
        ("Dec. 2, 2024 | By Lena Park", ["Lena Park"], 2),
        ("January 17, 2017 at 6:08 PM ET by Kori Example", ["Kori Example"], 17),
        (
            "By Gen. Ada Stone and Chief of Staff Gen. Omar Diaz",
            ["Gen. Ada Stone", "Chief of Staff Gen. Omar Diaz"],
            None,
        ),
        (
            "By Recruiting Service Marketing and Public Affairs",
            ["Recruiting Service Marketing and Public Affairs"],
            None,
        ),
        ("By Sgt. 1st Class Iris Novak, Spc. Lena Park", ["Sgt. 1st Class Iris Novak", "Spc. Lena Park"], None),
        ("By Iris Novak, Lena Park", ["Iris Novak", "Lena Park"], None),
        ("By Iris Novak, Lena Park and Omar Diaz", ["Iris Novak", "Lena Park", "Omar Diaz"], None),
        ("By Iris Novak, 12th Wing, and Lena Park, 3rd Wing", ["Iris Novak", "Lena Park"], None),
        ("By Iris Novak, Colorado Springs", ["Iris Novak"], None),
        ("By Iris Novak, Silver Spring", ["Iris Novak"], None),
        ("By Iris Novak, Theo Park", ["Iris Novak", "Theo Park"], None),
        ("By Iris Novak, Staff Writer", ["Iris Novak"], None),
        ("By Airman 1st Class Iris Novak 12th Wing Public Affairs", ["Airman 1st Class Iris Novak"], None),
        ("Story and photos by Iris Novak, 12th Wing", ["Iris Novak"], None),
        ("By Capt. Omar Diaz, Jr., 12th Wing", ["Capt. Omar Diaz, Jr."], None),
        ("By Lena Park DOD News", ["Lena Park"], None),
        ("By Lena Park, Army News ServiceMay 23, 2014", ["Lena Park"], 23),
        ("Commentary by Col. Ada Stone / Published May 23, 2014", ["Col. Ada Stone"], 23),
        ("From U.S. 7th Fleet Public Affairs", ["U.S. 7th Fleet Public Affairs"], None),
        ("From Seaman to Admiral.", None, None),
        ("By Courtesy Story", None, None),
        ("By Import", None, None),
        ("By noon the ships had left, and by dusk the pier was empty.", None, None),
    ],
)
def test_who_and_when_are_read_from_one_line(line, names, published):
    """Rank stays in the name, an office is not two people, a login is nobody, a sentence is no byline."""
    text = read_story_line(line)
    if names is None:
        assert text is None or len(line) > 40
        return
    assert text is not None
    assert [entry.name for entry in text.byline] == [n or "Secretary of the Air Force Public Affairs" for n in names]
    assert (text.published.day if text.published else None) == published


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("WASHINGTON (AFNS) -- A key leader", "WASHINGTON"),
        ("JOINT BASE SAN ANTONIO-LACKLAND, Texas (AFNS) – The games", "JOINT BASE SAN ANTONIO-LACKLAND, Texas"),
        ("FORT GEORGE G. MEADE, Md. (AFNS) --", "FORT GEORGE G. MEADE, Md."),
        ("WASHINGTON, Dec. 6, 2016 — Airstrikes", "WASHINGTON"),
        ("SAN JUAN, Puerto Rico – La Guardia", "SAN JUAN, Puerto Rico"),
        ("ARLINGTON, Va. - The chief", "ARLINGTON, Va."),
        ("Washington (AFNS) -- Without capitals", "Washington"),
        ("JOINT BASE ANDREWS, Maryland (AFNS) -- A", "JOINT BASE ANDREWS, Maryland"),
        ("JOINT BASE LEWIS-McCHORD, Wash. -- A", "JOINT BASE LEWIS-McCHORD, Wash."),
        ("HARBOR TOWN and LAKE CITY, Ohio — A", "HARBOR TOWN and LAKE CITY, Ohio"),
        ("BOGOTÁ, Colombia — El", "BOGOTÁ, Colombia"),
        ("WASHINGTON, 2 de septiembre de 2017 — El", "WASHINGTON"),
        ("WASHINGTON (AFNS) The chief", "WASHINGTON"),
        ("FORT HARBOR, Texas -The crew", "FORT HARBOR, Texas"),
        ("WASHINGTON, March 5, 2024 /Harbor Wire/ -- The crew", "WASHINGTON"),
        ("ABOARD USS HARBOR (DDG 77), At Sea (NNS) -- The crew", "ABOARD USS HARBOR (DDG 77), At Sea"),
        ("Newark, N.J. – A man who sold charts of the harbor was sentenced today.", "Newark, N.J."),
        ("Jane Doe, Commander – Harbor Group", None),
        ("Kabul, Afghanistan — the city he left", None),
        ("NASA — the agency that flew", None),
        ("U.S.-led coalition forces moved on", None),
        ("The F-35 – a fighter – flew", None),
        ("WASHINGTON is a city.", None),
    ],
)
def test_the_dateline_is_the_place_alone(text, place):
    """Neither the agency in brackets nor the dash nor a date is part of it."""
    opening = read_opening(text)
    assert (opening.place if opening else None) == place


@pytest.mark.parametrize(
    ("caption", "text", "credit", "photographer"),
    [
        ("A crew works. (U.S. Air Force photo/Jo Marsh)", "A crew works.", "U.S. Air Force photo/Jo Marsh", "Jo Marsh"),
        ("Two boats. (Navy photo by Jo Marsh/Released)", "Two boats.", "Navy photo by Jo Marsh/Released", "Jo Marsh"),
        ("A crew works. DOD photo by Jo Marsh", "A crew works.", "DOD photo by Jo Marsh", "Jo Marsh"),
        ("A crew works. (Courtesy photo)", "A crew works.", "Courtesy photo", None),
        ("(U.S. Air Force graphic/Cory Pine)", "", "U.S. Air Force graphic/Cory Pine", "Cory Pine"),
        ("A crew works.", "A crew works.", None, None),
        ("A crew works. U.S. Navy photo", "A crew works.", "U.S. Navy photo", None),
        ("A crew works. (Screenshot by Jo Marsh)", "A crew works.", "Screenshot by Jo Marsh", "Jo Marsh"),
        ("A crew works. [Army photo by Jo Marsh]", "A crew works.", "Army photo by Jo Marsh", "Jo Marsh"),
        ("A rocket stands. (NASA/Jo Marsh)", "A rocket stands.", "NASA/Jo Marsh", "Jo Marsh"),
        ("A crew works. (Jo Marsh/The Lakeshore Times)", "A crew works.", "Jo Marsh/The Lakeshore Times", "Jo Marsh"),
        ("A crew works. Photo Credit: Jo Marsh", "A crew works.", "Photo Credit: Jo Marsh", "Jo Marsh"),
        ("A crew works. (Army photo by Sgt. Jo Marsh, 12th Wing)", "A crew works.",
         "Army photo by Sgt. Jo Marsh, 12th Wing", "Sgt. Jo Marsh"),
        ("(Photo by Jo Marsh) A crew works.", "(Photo by Jo Marsh) A crew works.", None, None),
        ("080625-D-AB123-0002 A crew works. (Photo by Jo Marsh)", "A crew works.", "Photo by Jo Marsh", "Jo Marsh"),
        ("A crew works. (Photo by Jo Marsh) VIEW ORIGINAL", "A crew works.", "Photo by Jo Marsh", "Jo Marsh"),
    ],
)  # fmt: skip
def test_a_caption_and_its_credit_come_apart(caption, text, credit, photographer):
    result = split_credit(caption)
    assert (result.words, result.line, result.photographer) == (text, credit, photographer)


def test_a_courtesy_is_no_picture():
    """A text may be a courtesy too, and then it is a line of the body."""
    assert ends_with_credit("Two boats leave. (Courtesy photo)")
    assert ends_with_credit("Two boats leave. DOD photo by Jo Marsh.")
    assert not ends_with_credit("The office for small boats decides. (AFRL/RYK)")
    assert not ends_with_credit("(Courtesy of the 12th Wing, Operating Location - P)")
    assert not ends_with_credit("The album's last photo by the sergeant shows nothing.")


def test_labels_name_the_maker_and_the_number():
    assert read_label("Photo By: Jo Marsh | VIRIN: 080625-D-AB123-0002") == ("Jo Marsh", "080625-D-AB123-0002")
    assert read_label("170801-D-FW736-0024L.JPG") == (None, "170801-D-FW736-0024L")
    assert read_label("Photo by Jo Marsh") == ("Jo Marsh", None)
    assert read_label("080625-D-AB123-0002") == (None, "080625-D-AB123-0002")
    assert read_label("Photo by photo, the album fills.") is None
    assert read_label("Note: the picture is lost.") is None


@pytest.mark.parametrize("width", [60, 72, 80])
def test_a_text_broken_at_a_width_is_put_together_again(width):
    """Paragraphs, titles and list items come back as they were before an editor broke them."""
    prose = "The crew went out before dawn, when the pier was empty, and came back at noon with every well-known buoy. "
    paragraphs = [
        prose * 4 + "It was late.",
        "A Title Without an End",
        "- " + prose * 2 + "So they say.",
        prose * 3 + "End.",
    ]
    broken = "\n\n".join(
        textwrap.fill(paragraph, width, subsequent_indent="  " if paragraph[0] == "-" else "")
        for paragraph in paragraphs
    )
    assert [line for line in unwrap(broken) if line] == paragraphs


def test_lines_that_end_where_they_end_stay_lines():
    """A list of captions, each about as long as the next, is not one broken paragraph."""
    lines = [
        f"Boat number {i} leaves the pier at dawn to look for the buoys that were lost in the storm." for i in range(9)
    ]
    assert unwrap("\n".join(lines)) == lines


@pytest.mark.parametrize(
    ("number", "day", "service", "vision_id"),
    [
        ("240302-N-AB123-1001", date(2024, 3, 2), "Navy", "AB123"),
        ("991231-X-AB123-001A", date(1999, 12, 31), "Space Force", "AB123"),
        ("240231-F-AB123-001", None, "Air Force", "AB123"),
        ("240302-Z-AB123-001", date(2024, 3, 2), None, "AB123"),
        ("photo-1", None, None, None),
        (None, None, None, None),
    ],
)
def test_a_number_says_when_for_whom_and_by_whom(number, day, service, vision_id):
    """No day that never was, and no service that only some hold a letter to mean."""
    origin = read_virin(number)
    assert (origin.taken_on, origin.service, origin.vision_id) == (day, service, vision_id)


@pytest.mark.parametrize(
    "lock",
    ["lock ( lock )", "lock ( )", "lock ()", "lock (lock )"],
)
def test_the_banner_is_known_however_its_lock_was_copied(lock):
    """The lock is a drawing with a title; copying pages as text makes four spellings of it."""
    (line,) = text_lines(f"A {lock} or https:// means you’ve safely connected to the .gov website. Share nothing.")
    mark_boilerplate([line])
    assert line.rule == "banner"


def test_words_of_a_toolbar_may_stand_in_a_body():
    """One is a word, three in a row are a toolbar."""
    prose = "The crew went out before dawn, and came back at noon with every buoy that had been lost."
    lines = text_lines(f"Title of It\n{prose}\nEmail\n{prose}\nShare\nEmail\nFacebook\n{prose}")
    mark_boilerplate(lines)
    assert [line.rule for line in lines] == [None, None, None, None, "share", "share", "share", None]


def test_related_stories_take_titles_but_never_text():
    """What looks like a heading of links is a subhead when text follows it."""
    prose = "The crew went out before dawn, and came back at noon with every buoy that had been lost."
    last = text_lines(f"{prose}\nRelated Stories\nOne More Title\nAnd Another")
    mark_boilerplate(last)
    assert [line.rule for line in last] == [None, "related", "related", "related"]
    amid = text_lines(f"{prose}\nRelated Stories\n{prose}")
    mark_boilerplate(amid)
    assert [line.rule for line in amid] == [None, None, None]


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("café ’".encode(), None, "café ’"),
        ("café".encode(), "text/html; charset=iso-8859-1", "café"),  # valid UTF-8 outranks a wrong word
        (b"caf\xe9 \x92", None, "café ’"),  # no word at all: Windows-1252
        (b"caf\xe9 \x92", "text/html; charset=ISO-8859-1", "café ’"),
        ('<meta charset="shift_jis">日'.encode("shift_jis"), None, '<meta charset="shift_jis">日'),
        ('<meta charset="utf-8">é '.encode() + b"\x93pasted\x94", None, '<meta charset="utf-8">é “pasted”'),
        ("\ufeffé".encode("utf-16"), None, "\ufeffé"),
        (b"a\x00b", None, "ab"),
        ("é".encode("cp1252"), "text/html; charset=rot13", "é"),
    ],
)
def test_bytes_become_the_characters_that_were_meant(body, content_type, expected):
    """Declared, missing, wrong and mixed encodings; these pages are made up, the corpora hold none."""
    assert squeeze(decode(body, content_type)) == squeeze(expected)


def test_invisible_characters_part_no_words():
    assert squeeze("let\u00adters\u00a0\u200bof  the\u2009pier\ufeff") == "letters of the pier"
    assert squeeze("it\x92s") == "it’s"


def mark_boilerplate(lines):
    for mark in (mark_anywhere, mark_top, mark_related, mark_end, mark_toolbars):
        mark(lines)


@pytest.mark.parametrize(
    ("line", "names", "updated"),
    [
        ("By Jane Example Last updated: May 4, 2023", ["Jane Example"], date(2023, 5, 4)),
        ("By Jane Example, published May 3, 2023, updated May 4, 2023", ["Jane Example"], date(2023, 5, 4)),
        (
            "Posted 2:22 PM, May 3, 2023, by Jane Example, Updated at 09:01AM, May 4, 2023",
            ["Jane Example"],
            date(2023, 5, 4),
        ),
        ("von Max Muster und Erika Beispiel", ["Max Muster", "Erika Beispiel"], None),
        ("Authors: Jane Example, John Sample", ["Jane Example", "John Sample"], None),
    ],
)
def test_a_label_beside_a_name_is_the_dates(line, names, updated):
    says = read_story_line(line)
    assert says is not None
    assert [entry.name for entry in says.byline] == names
    assert says.updated == updated


@pytest.mark.parametrize("nobody", ["Staff", "the editors", "Redacción", "Super User", "admin"])
def test_a_byline_without_a_name_is_nobodys(nobody):
    assert read_byline(nobody) == []
