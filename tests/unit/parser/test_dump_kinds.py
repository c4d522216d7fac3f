"""Kinds of dumps that were once read wrongly: each test names the habit of the pages and what they must become."""

import pytest

from services.contracts.article import Rejected
from services.parser.byline import read_story_line
from services.parser.dateline import read_opening
from tests.support.written_dumps import article, read, texts

TEXT = "The ferry office opened the second landing on Monday, two months before its pilots had hoped for it."
MORE = "Nine boats a day will stop there until the autumn, when the old landing is to be taken down and sold."
CAPTION = "Pilots of the ferry office moor the first boat of the day at the second landing, Eastmark, May 4, 2021. {}"
PHOTO = "https://www.war.gov/Multimedia/Photos/igphoto/2009990001/"


def test_two_spaces_after_short_sentences_make_no_menu_of_them():
    turns = ["MR. LOWE:  Good morning.  Go on.", "Q:  Hi.  Shutdown.", "Q:  Yes.  No.  Perhaps.", f"MR. LOWE:  {TEXT}"]
    reading = article("Ferry Office Holds a Press Briefing\n\n" + "\n\n".join(turns))
    assert texts(reading) == [" ".join(turn.split()) for turn in turns]


def test_wide_gaps_between_the_words_of_a_menu_still_part_them():
    reading = article(f"Home   About Us   Boats   Tides\n\nSecond Landing Opens\n\nMay 4, 2021\n\n{TEXT}\n\n{MORE}\n")
    assert reading.headline == "Second Landing Opens"
    assert texts(reading) == [TEXT, MORE]


@pytest.mark.parametrize(
    "under",
    [
        "Harbor Spokesman Rear Admiral Kit Lowe",
        "Secretary of Ferries Ruth Adler",
        "Secretary of Ferries Ruth E. Adler III; Chairman, Joint Pilots General Kit A. Lowe",
    ],
)
def test_who_spoke_stands_under_the_date_of_a_transcript_and_is_no_paragraph(under):
    turns = [f"MODERATOR: {TEXT}", f"Q: {MORE}"]
    reading = article(f"Remarks at the Landing\n\nMay 4, 2021\n{under}\n\n" + "\n\n".join(turns))
    assert texts(reading) == turns
    assert str(reading.published_at) == "2021-05-04"


def test_speaker_and_place_over_the_first_turn_are_no_paragraphs_without_a_date_too():
    turns = ["SECRETARY ADLER: Well, good morning, everyone.", "QUESTION: Good morning.", f"SECRETARY ADLER: {TEXT}"]
    over = "Ruth E. Adler, Secretary of Ferries\n\nEastmark\n\nPress Briefing Room"
    assert texts(article(f"Secretary Ruth E. Adler at the Landing\n\n{over}\n\n" + "\n\n".join(turns))) == turns


def test_a_caption_over_the_first_turn_is_a_pictures():
    caption = CAPTION.format("(Ferry Office photo by Jo Marsh)")
    messages = ["EASTMARK -- This is what the pilots said on Monday.", "LOWE: Good morning.", f"ADLER: {TEXT}"]
    reading = article(f"Transcript: Pilots at the Landing\n\n{caption}\n\n{caption}\n\n" + "\n\n".join(messages))
    assert [image.caption for image in reading.images] == [CAPTION.format("").strip()]
    assert (texts(reading)[0], reading.kind) == ("This is what the pilots said on Monday.", "transcript")


def test_what_was_said_over_the_first_name_that_we_know_stays():
    messages = ["[*] LOWE: Good afternoon, everybody.", f"QUESTION: {TEXT}", f"LOWE: {MORE}"]
    reading = article("Remarks at the Landing\n\nMay 4, 2021\nHarbor Spokesman Kit Lowe\n\n" + "\n\n".join(messages))
    assert texts(reading) == messages


def test_a_button_may_stand_before_the_headline_on_its_line():
    head = "Joint Pilots\n\nPilots' Letter to the\nJoint Office\n\nJCS Speech\n\n"
    title = "Bookmark and Share Ruth Adler at the Harbor Club"
    by = "As Delivered by Gen. Ruth Adler , Eastmark Tuesday, June 26, 2012"
    reading = article(f"{head}{title}\n\n{by}\n\n{TEXT}\n\n{MORE}\n", "http://www.jcs.mil/speech.aspx?ID=990018")
    assert (reading.headline, reading.kind) == ("Ruth Adler at the Harbor Club", "speech")
    assert str(reading.published_at) == "2012-06-26"


def test_what_tells_how_a_picture_was_changed_is_no_credit():
    note = "(This image has been altered for security by blurring out badges.)"
    caption = f"{CAPTION.format(MORE)} {note}"
    reading = article(f"Boat Watch\n{caption}\n", "https://www.war.gov/Spotlights/Boats/Photos/igphoto/2009990002")
    (image,) = reading.images
    assert (image.caption, image.credit) == (caption, None)


def test_a_name_stands_behind_by_and_as_delivered_by():
    says = read_story_line("By As Delivered by General Ruth Adler, Eastmark, Minn.")
    assert says is not None
    assert says.byline[0].name == "General Ruth Adler"


def test_a_row_of_stars_over_the_text_is_none():
    head = "Message of the Ferry Office\nPress Operations\nRelease No: NR-020-17 Jan. 20, 2017\n***\n"
    assert texts(article(f"{head}{TEXT}\n{MORE}\n")) == [TEXT, MORE]


def test_the_answers_of_an_advisory_are_no_turns():
    requests = ["WHO: Ruth Adler, who leads the ferry office.", "WHAT: The opening of the second landing.", TEXT]
    reading = article("Press Day at the Landing\n\nMay 4, 2021\n\nPilots welcome the press\n\n" + "\n\n".join(requests))
    assert "Pilots welcome the press" in texts(reading)


def test_one_turn_under_the_title_of_a_briefing_is_a_transcript():
    reading = article(
        f"Kit Lowe, Harbor Spokesman, Holds a Press Briefing\n\nHARBOR SPOKESMAN KIT LOWE: {TEXT}\n\n{MORE}"
    )
    assert reading.kind == "transcript"


@pytest.mark.parametrize("title", ["MOORING", "Pilot Kit Lowe moors the first boat"])
def test_a_photo_page_may_print_the_title_under_its_only_caption(title):
    caption = CAPTION.format("").strip()
    reading = article(
        f"Photos\n\nSnapshots of what’s happening in the Defense Department.\n\n{caption}\n\n{title}\n", PHOTO
    )
    assert (reading.kind, reading.headline) == ("photo_essay", title)
    assert [image.caption for image in reading.images] == [caption]


def test_the_address_names_a_picture_that_has_no_title():
    caption = CAPTION.format("(Ferry Office photo by Jo Marsh)")
    reading = article(caption, "https://www.dvidshub.net/image/9990001/first-boat-moors")
    assert (reading.headline, reading.kind) == ("First boat moors", "photo_essay")


def test_a_section_names_no_picture():
    caption = CAPTION.format(f"{MORE} (Ferry Office photo by Jo Marsh)")
    reading = article(caption, "https://www.cpf.navy.mil/Photo-Gallery/igphoto/2009990001/")
    assert (reading.headline, reading.kind) == ("", "photo_essay")


def test_what_an_archive_knows_of_a_picture_may_stand_in_one_line():
    info = (
        "IMAGE INFO Date Taken: 05.04.2021 Date Posted: 05.06.2021 19:25 Photo ID: 9990001 VIRIN: 210504-N-AB123-1001"
        " Resolution: 10x10 Size: 1 MB Location: US Web Views: 5 Downloads: 0 PUBLIC DOMAIN This work, Boat Moors"
        " [Image 1 of 2], by Jo Marsh, identified by DVIDS, must comply with the restrictions shown on the site."
    )
    caption = CAPTION.format("(U.S. Navy photo by Jo Marsh)")
    reading = article(f"{caption}\n\n{info}\n", "https://www.dvidshub.net/image/9990001/mooring-operations")
    assert (reading.headline, str(reading.published_at)) == ("Boat Moors", "2021-05-06")
    assert len(reading.images) == 1


def test_a_caption_under_photo_information_may_stand_apart_from_its_credit():
    head = f"Marines\n\nPhoto Information\n\n{CAPTION.format('').strip()}\n\nPhoto by Jo Marsh\n\n"
    reading = article(
        f"{head}Second Landing Opens\n\n7 Jan 2016 | Kit Lowe Marine Corps Base Eastmark\n\n{TEXT}\n\n{MORE}\n"
    )
    assert texts(reading) == [TEXT, MORE]
    assert [image.photographer for image in reading.images] == ["Jo Marsh"]
    assert [(by.name, by.affiliation) for by in reading.byline] == [("Kit Lowe", "Marine Corps Base Eastmark")]


def test_the_switches_of_a_picture_without_a_caption_are_none():
    block = "Rope Work\n1 / 2 Show Caption + Hide Caption – (Photo Credit: Ferry Office) VIEW ORIGINAL\n"
    again = block.replace("Rope", "Lamp").replace("1 /", "2 /")
    reading = article(f"Second Landing Opens\n\nBy ARNEWSMay 4, 2021\n\n{block}{again}\n{TEXT}\n\n{MORE}\n")
    assert texts(reading) == [TEXT, MORE]
    assert [image.caption for image in reading.images] == ["Rope Work", "Lamp Work"]
    assert ([by.name for by in reading.byline], str(reading.published_at)) == (["ARNEWS"], "2021-05-04")


def test_a_date_right_over_a_number_is_no_title_of_a_picture():
    head = 'Second Landing Opens\n\nMarch 19, 2014 | By Jo Marsh\n[caption id="7"]\nVIRIN: 140319-N-AB123-5371\n'
    reading = article(f"{head}{TEXT}\n\n{MORE}\n")
    assert str(reading.published_at) == "2014-03-19"
    assert texts(reading) == [TEXT, MORE]


@pytest.mark.parametrize(
    ("line", "name", "unit"),
    [
        ("By ADM Kit B. Lowe, Jr. U.S. Ferry Command", "ADM Kit B. Lowe, Jr.", "U.S. Ferry Command"),
        ("By Army Sgt. Ruth Adler National Guard Bureau", "Army Sgt. Ruth Adler", "National Guard Bureau"),
        ("By Jo Marsh Marine Corps Base Eastmark", "Jo Marsh", "Marine Corps Base Eastmark"),
    ],
)
def test_name_and_unit_are_told_apart_where_nothing_parts_them(line, name, unit):
    says = read_story_line(line)
    assert says is not None
    assert [(by.name, by.affiliation) for by in says.byline] == [(name, unit)]


def test_a_bullet_is_no_part_of_a_unit():
    reading = article(
        f"Second Landing Opens\n\n  • Published\n  • By Jo Marsh\n  • Harbor News Service\n{TEXT}\n\n{MORE}\n"
    )
    assert [(by.name, by.affiliation) for by in reading.byline] == [("Jo Marsh", "Harbor News Service")]


def test_a_date_in_numbers_may_stand_before_the_place():
    opening = read_opening('9/10/2013 - EASTMARK AIR BASE, Ill.  -- "It is open," said the pilot.')
    assert opening is not None
    assert (opening.place, opening.text) == ("EASTMARK AIR BASE, Ill.", '"It is open," said the pilot.')


CARD = "EASTMARK, Ohio - Pilots of the ferry office said that the second landing opened two months early."


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("\n\n".join(f"Title {word} of It  This story contains photos.\n\n{CARD}" for word in "ABCD"), None),
        (f"DoD News\n\n July 1999 More Stories | Archive\n\nTitle of It\n\n{CARD}\n", None),
        (f"August 2009\n\n{TEXT}\n\n{MORE}\n", None),
        (f"Today’s Headlines\n\nPublished: 9/12/2012\n\n{TEXT}\n\n{MORE}\n", "https://prhome.defense.gov/NEWS"),
        (f"Welcome to Defense.gov\n\nGet To Know Us\n\n{TEXT}\n\n{MORE}\n", "https://www.defense.gov/Home/features/x/"),
        (f"Subscribe to Ferry News feed\nUpdated: 2 hours 21 min ago\n\n{TEXT}\n\n{MORE}\n", None),
        (f"{TEXT}\n\n{MORE}\n", "https://www.base.marines.mil/News/Year/2016/Month/10/"),
        (f"Showing 1-10 of 689\n\nShow\n{TEXT}\n\nTitle of It\n\nMarch 10, 2026\n\n{MORE}\n", "https://ferry.mil/News"),
        (
            "\n".join(
                f"{TEXT}\n\nTitle {word} of It\n\nNews\nJul. 17, 2024\n\n{MORE[:-1]}...\nRead More" for word in "ABC"
            ),
            "https://www.ferry.mil/About/News/Article/628713/priorities-focus-of-landing-day/",
        ),
        ("\n".join(f"Boats of {day}\nJan. {day}, 2019 - {TEXT}" for day in (18, 17, 16)), None),
        ("\n".join(f"{line} - {line}" for line in (TEXT, MORE, "Jo Marsh at the landing")), None),
    ],
)
def test_lists_of_articles_and_pictures_are_no_articles(text, url):
    reading = read(text, url)
    assert isinstance(reading, Rejected)
    assert reading.reason == "listing"


def test_captions_alone_are_an_article_where_the_address_names_it():
    captions = [f"{line} (Ferry Office photo by Jo Marsh)" for line in (TEXT, MORE, CAPTION.format(""))]
    reading = article("\n".join(captions), "https://www.base.mil/News/Article/999001/2015-in-photos")
    assert (reading.headline, len(reading.images)) == ("2015 in photos", 3)


@pytest.mark.parametrize("hour", ["FOR RELEASE AT\n5 p.m. ET", "FOR RELEASE AT 5 p.m. ET"])
def test_old_contracts_have_no_headline_and_a_service_over_the_first(hour):
    over = f"Contracts\n\nPress Operations Bookmark and Share\n\n{hour}\nNo. 110-10\nMarch 1, 2010\n\n"
    head = f"{over}CONTRACTS\n\nNAVY\n\n"
    reading = article(
        f"{head}{TEXT}\n\nAIR FORCE\n\n{MORE}\n", "http://www.defense.gov/contracts/contract.aspx?contractid=9"
    )
    assert (reading.headline, reading.kind, str(reading.published_at)) == ("", "contracts", "2010-03-01")
    assert texts(reading) == ["NAVY", TEXT, "AIR FORCE", MORE]


NOTICE = "The letters of the harbor will no longer be printed from May 2022 on. Please read the news of the office."


@pytest.mark.parametrize(("over", "stays"), [([NOTICE], False), ([NOTICE, TEXT], False), ([NOTICE, TEXT, MORE], True)])
def test_a_text_over_a_headline_with_its_date_is_the_sites(over, stays):
    reading = article("\n\n".join([*over, "Letters of the Harbor", "Monday June 16, 2014", TEXT + " Twice.", MORE]))
    assert (NOTICE in texts(reading)) is stays


def test_a_letterhead_names_speaker_and_day_over_the_headline():
    head = "Find a Job at Sea!\n\nU.S. Department of Ferries\nNews Transcript\n\n"
    title = "Presenter: Harbor Spokesman Kit Lowe June 27, 2011\n\nHarbor Briefing with Kit Lowe from the Landing"
    reading = article(f"{head}{title}\n\nMR. LOWE: {TEXT}\n\n{MORE}\n")
    assert reading.headline == "Harbor Briefing with Kit Lowe from the Landing"
    assert str(reading.published_at) == "2011-06-27"


def test_what_a_mailing_list_says_of_itself_is_no_text():
    reading = article(
        f"You are subscribed to no topic for Ferries. It is available.\n09/17/2013 11:13 AM CDT\n\n{TEXT}\n\n{MORE}"
    )
    assert texts(reading) == [TEXT, MORE]
    assert str(reading.published_at) == "2013-09-17"


@pytest.mark.parametrize("line", ["Official website of the Lakeland Harbor", "You are here: Boats, Landings, Tides"])
def test_banner_and_path_of_a_site_are_no_headline(line):
    reading = article(f"{line}\n\n{TEXT}\n\n{MORE}\n")
    assert reading.headline == ""
    assert texts(reading) == [TEXT, MORE]


def test_comments_of_readers_end_the_text():
    reading = article(
        f"Second Landing Opens Early\n\nMay 4, 2021\n\n{TEXT}\n\n{MORE}\n\nLeave a Reply\n\nI liked the old one.\n"
    )
    assert texts(reading) == [TEXT, MORE]


def test_words_for_kinds_before_titles_are_a_lists():
    reading = read(f"Boats\n\nVideo |\nTitle of It\n\n{TEXT}\n\nRelease |\nTitle of That\n\n{MORE}\n\n{TEXT} Twice.\n")
    assert isinstance(reading, Rejected)
    assert "word for its kind" in reading.detail
