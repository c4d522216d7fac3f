"""Documents: what is printed on their pages is read as people read it, and what was built to hurt is an outcome."""

import io
from datetime import UTC, date, datetime

import pytest
from pypdf import PdfWriter

from services.contracts.article import Article
from services.parser.alone import read_alone
from services.parser.extract import extract, read
from tests.fakes.documents import arrays, bomb, circle, nested, paragraph, pdf, scanned

URL = "https://www.example.mil/Portals/1/release-17.pdf"
HEADLINE = "Harbor Crews Finish Dredging Ahead of Storm Season and Reopen Channel"
FIRST = (
    "NORFOLK, Va. - Crews finished the dredging of the main channel on Monday, three weeks ahead of the plan, and "
    "reopened it to vessels with a draft of fifty feet, the commander of the district said at the pier."
)
SECOND = (
    "The work cost less than had been planned, because the sand was softer than the surveys had shown. A well-known "
    "contractor moved four million cubic yards of it to a site south of the bay in the course of one summer."
)


def head(page, pages):
    return [("Example District News Release", 72, 770, 8), (f"Page {page} of {pages}", 280, 30, 8)]


def release(**more):
    """A release of two pages with letterhead, date, headline, running heads and numbers."""
    first = [*head(1, 2), ("FOR IMMEDIATE RELEASE", 72, 735), ("November 3, 2026", 72, 715)]
    first += paragraph(HEADLINE, 680, size=18, width=45, leading=22, bold=True)
    first += paragraph(FIRST, 620) + paragraph(SECOND, 560)
    second = head(2, 2) + paragraph("Boats may use the channel at all hours from now on, he said.", 700)
    return pdf(first, second, **more)


def test_a_release_is_read_as_it_is_printed():
    """Headline from the large letters, date from its line, place from the text; paragraphs are whole."""
    article = extract(release(), url=URL)
    assert (article.kind, article.layout, article.headline) == ("document", "pdf", HEADLINE)
    assert (article.published_at, article.published_evidence) == (date(2026, 11, 3), "byline")
    assert article.dateline == "NORFOLK, Va."
    assert [block.text for block in article.body] == [
        FIRST.removeprefix("NORFOLK, Va. - "),
        SECOND,
        "Boats may use the channel at all hours from now on, he said.",
    ]


def test_running_heads_and_page_numbers_are_named_and_no_line_is_lost():
    """What the system prints at the edges is removed under its own rules; every word is in some line."""
    _, lines = read(release(), url=URL)
    assert [line.text for line in lines if line.rule == "running-head"] == ["Example District News Release"] * 2
    assert [line.text for line in lines if line.rule == "page-number"] == ["Page 1 of 2", "Page 2 of 2"]
    text = " ".join(line.text for line in lines)
    assert all(word in text for word in (*HEADLINE.split(), *FIRST.split(), *SECOND.split(), "FOR", "IMMEDIATE"))


def test_a_word_that_was_broken_at_the_end_of_a_line_is_whole_again():
    """The hyphen goes; that of a compound which the document writes elsewhere stays."""
    lines = [
        ("The well-known crew of the district has put the first of the repaired gates back into opera-", 72, 700),
        ("tion on Friday, said the engineers, who had found the gate in the yard of an even better well-", 72, 686),
        ("known builder of such gates two years before.", 72, 672),
    ]
    article = extract(pdf([("District Reopens the First of Four Gates", 72, 740, 18), *lines]), url=URL)
    [block] = article.body
    assert "into operation on Friday" in block.text
    assert "better well-known builder" in block.text


def test_a_sentence_goes_on_over_the_page():
    """Number and running head between its halves are no part of it."""
    first = head(1, 2) + paragraph(HEADLINE, 680, size=18, width=45, leading=22)
    first += [
        ("The commander of the district said on Tuesday that the second channel will be deepened when the", 72, 80)
    ]
    second = [*head(2, 2), ("ships of the winter have left it.", 72, 740)]
    article = extract(pdf(first, second), url=URL)
    assert article.body[0].text.endswith("deepened when the ships of the winter have left it.")


@pytest.mark.parametrize(
    ("title", "listed", "expected"),
    [
        ("Crews Finish the Dredging of the Channel", None, "Crews Finish the Dredging of the Channel"),
        (
            "Microsoft Word - PA_release_final(2).docx",
            "Channel Reopens After Summer Work",
            "Channel Reopens After Summer Work",
        ),
    ],
)
def test_a_title_that_is_not_printed_comes_from_the_document_or_its_channel(title, listed, expected):
    """The name of a file is no title."""
    article = extract(pdf(paragraph(FIRST, 700) + paragraph(SECOND, 640), title=title), url=URL, title=listed)
    assert article.headline == expected


def test_the_day_that_the_file_was_made_is_the_last_evidence_of_a_date():
    """It is used where nothing printed tells, and said to be what it is."""
    body = pdf([(HEADLINE, 72, 740, 18), *paragraph(SECOND, 700)], created="D:20261102093000-05'00'")
    article = extract(body, url=URL)
    assert (article.published_at, article.published_evidence) == (
        datetime.fromisoformat("2026-11-02T09:30:00-05:00"),
        "document",
    )


def test_a_document_of_many_pages_is_read_to_its_bound():
    """The rest stays in the capture, and the article says that there is more."""
    pages = [paragraph(SECOND, 690)] * 120
    article = extract(pdf([(HEADLINE, 72, 740, 18), *pages[0]], *pages), url=URL)
    assert isinstance(article, Article)
    assert article.truncated


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (scanned(), "no_text"),
        (pdf([("x", 1, 1)], trailer=b"/Encrypt << /Filter /Unknown /V 9 >> /ID [(a) (a)] "), "encrypted"),
        (release()[:400], "damaged"),
        (b"%PDF-1.7 and nothing else", "damaged"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 200, "damaged"),
        (circle(), "damaged"),
        (nested(5_000), "damaged"),
    ],
    ids=["scanned", "encrypted", "cut", "empty", "garbage", "circle", "nested"],
)
def test_a_document_that_cannot_be_read_is_an_outcome(body, reason):
    """It never raises, and the reason is a word that can be filtered by."""
    reading = extract(body, url=URL)
    assert (reading.reason, reading.layout) == (reason, "pdf")
    assert reading.detail.endswith(".")


@pytest.mark.parametrize(("password", "expected"), [("", "document"), ("secret", "encrypted")])
def test_a_document_that_only_forbids_to_print_is_read_and_one_with_a_password_is_not(password, expected):
    """Newsrooms lock releases against changes; everybody can open those."""
    writer, out = PdfWriter(clone_from=io.BytesIO(release())), io.BytesIO()
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    writer.write(out)
    reading = extract(out.getvalue(), url=URL)
    assert expected == (reading.kind if isinstance(reading, Article) else reading.reason)


@pytest.mark.slow
@pytest.mark.parametrize("body", [bomb(), arrays(200_000)], ids=["bomb", "arrays"])
def test_a_document_that_was_built_to_hurt_is_refused_in_its_own_process(body):
    """A bomb unpacks to no more than its bound; endless nesting ends nobody but its reader."""
    reading = read_alone(body, url=URL, content_type="application/pdf", now=datetime(2026, 11, 4, tzinfo=UTC))
    assert reading.reason in {"damaged", "too_hostile", "too_costly", "no_text"}


def test_text_as_a_file_is_read_as_text():
    """A release as text/plain needs no markup."""
    body = f"FOR IMMEDIATE RELEASE\n\nNovember 3, 2026\n\n{HEADLINE}\n\n{FIRST}\n\n{SECOND}\n".encode()
    article = extract(body, url=URL.replace(".pdf", ".txt"), content_type="text/plain")
    assert (article.headline, article.published_at) == (HEADLINE, date(2026, 11, 3))
