import pytest
from bs4 import BeautifulSoup

from services.demo.samples import read_sample, read_samples

KINDS = {"news", "release", "contracts", "transcript", "advisory", "feature"}


@pytest.fixture
def page(newsroom, client):
    def read(slug):
        newsroom.publishes(slug)
        return BeautifulSoup(client.get(newsroom.address(slug)).text, "lxml")

    return read


def test_the_samples_are_of_every_kind_and_have_numbers_of_their_own():
    samples = read_samples().values()
    assert {sample.kind for sample in samples} == KINDS
    assert len({sample.number for sample in samples}) == len(samples)


@pytest.mark.parametrize("slug", sorted(read_samples()))
def test_every_page_sets_the_known_traps(page, slug):
    """The article lies inside the form, the only <article> is the newsletter, and nothing is left unfilled."""
    soup = page(slug)
    (body,) = soup.select("form#Form div.adetail div.body")
    assert len(body.get_text(" ", strip=True)) > 500
    assert [entry.h3.text for entry in soup.select("article")] == ["Subscribe to War.gov Products"]
    assert soup.select_one("h1.maintitle").text.strip()
    assert "<!--picture" not in str(soup)
    assert 20_000 < len(str(soup).encode()) < 50_000


@pytest.mark.parametrize(
    ("slug", "copies", "virin"),
    [("raqqa-mosul-2016", 4, "161207-F-XF291-0138"), ("storm-response", 4, "261114-Z-QX114-1007")],
)
def test_a_caption_is_printed_four_times(page, newsroom, slug, copies, virin):
    """In the lightbox title and alt, under the slide, as figcaption and among the details with credit and VIRIN."""
    soup = page(slug)
    picture = newsroom.samples[slug].pictures[0]
    wrapper = soup.select("div.image-wrapper")[0]
    printed = [wrapper.select_one(place).text for place in (".slide-caption", "figcaption", ".photo-caption")]
    alt = wrapper.select_one("img")["alt"]
    assert [alt, *printed] == [picture.caption] * copies
    assert f"VIRIN: {virin}" in wrapper.text
    assert f"Photo By: {picture.photographer}" in wrapper.text


def test_the_seed_page_has_its_notice_its_follow_line_and_empty_related_stories(page):
    soup = page("raqqa-mosul-2016")
    assert soup.select_one(".alert").text.startswith(
        "You have accessed part of a historical collection on defense.gov."
    )
    lines = [paragraph.text for paragraph in soup.select("div.body > p")]
    assert lines[-1] == "(Follow Terri Moon Cronk on Twitter: @MoonCronkDoD)"
    assert {"Talks With Turkey Planned", "No Casualties in Hospital Airstrike"} < set(lines)
    assert soup.select_one(".related").text == "Related Stories"
    assert soup.select_one("span.date").text == "Dec. 8, 2016"


def test_a_contracts_page_has_neither_title_nor_date(page):
    """As the real ones: the headline is only in the visible heading and in og:title."""
    soup = page("contracts")
    assert soup.title.text.strip().startswith("> U.S. Department")
    assert soup.select_one("meta[name='twitter:title']")["content"] == ""
    assert soup.select_one("span.date") is None
    assert soup.select("div.body > p")[-1].text == "*Small business"


def test_the_punctuation_sample_holds_what_word_processors_leave_behind(newsroom, client):
    text = client.get(newsroom.publishes("second-life")).text
    assert all(mark in text for mark in ("&#146;", "&#150;", "\u00a0", "MsoNormal"))


def test_a_correction_that_changes_nothing_is_refused(tmp_path):
    """A sample must not claim a change that readers never see."""
    sample = tmp_path / "a.toml"
    text = 'kind = "news"\nnumber = 1\nheadline = "A"\nsummary = "B"\nbody = "C"\n'
    sample.write_text(text + '[[corrections]]\nchanges = [["missing", "x"]]\n')
    with pytest.raises(ValueError, match="missing"):
        read_sample(sample)
