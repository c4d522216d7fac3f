"""The document this project began with, word for word."""

from pathlib import Path

from services.contracts.article import Article
from services.parser.extract import extract

SEED = Path(__file__).parents[3] / "seeds" / "samples" / "raqqa-mosul-2016.txt"


def read_seed() -> Article:
    reading = extract(SEED.read_bytes(), content_type="text/plain")
    assert isinstance(reading, Article)
    return reading


def test_the_body_is_the_article_and_nothing_but_the_article():
    """Seventeen blocks: banner, notice, captions, credit, VIRIN, follow line and "Related Stories" are gone."""
    body = [block.text for block in read_seed().body]
    assert len(body) == 17
    assert body[0].startswith("The U.S.-led coalition and local ground forces")
    assert body[1].startswith("Speaking live via video conference from Baghdad")
    assert (
        body[-1] == "“We've not seen any indications at this point that civilians were harmed in the strike,” he said."
    )
    assert not [text for text in body if "F-15E" in text or "Photo" in text or "Twitter" in text]


def test_subheads_stay_although_they_are_short():
    """A rule that drops short lines would drop these."""
    subheads = [block.text for block in read_seed().body if block.kind == "subhead"]
    assert subheads == [
        "Talks With Turkey Planned",
        "Incremental Progress Made in Mosul",
        "No Casualties in Hospital Airstrike",
    ]


def test_the_picture_is_one_picture_with_each_fact_apart():
    """The page prints the caption four times; it is one picture."""
    (image,) = read_seed().images
    assert image.title == "Aircraft Approaches"
    assert image.caption is not None
    assert image.caption.startswith("A U.S. Air Force F-15E Strike Eagle approaches")
    assert image.caption.endswith("the Islamic State of Iraq and the Levant.")
    assert image.credit == "Air Force photo by Staff Sgt. Matthew B. Fredericks"
    assert image.photographer == "Staff Sgt. Matthew B. Fredericks"
    assert image.virin == "161207-F-XF291-0138"
    assert image.position == 1


def test_headline_and_history():
    article = read_seed()
    assert article.headline == "Raqqa, Mosul Liberations Progress as ISIL Loses Resources to Fight"
    assert article.historical
    assert article.dateline is None


def test_every_line_is_accounted_for():
    """Kept and removed together are the page."""
    article = read_seed()
    lines = sorted(" ".join(line.split()) for line in SEED.read_text().splitlines() if line.strip())
    assert sorted([block.text for block in article.body] + [gone.text for gone in article.removed]) == lines
