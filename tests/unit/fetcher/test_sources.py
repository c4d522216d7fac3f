"""Sources as people write them: what is wrong is said in one sentence, with the place."""

from pathlib import Path

import pytest

from services.contracts.errors import UserError
from services.fetcher.models import Channel, Source
from services.fetcher.poll import scope_of
from services.fetcher.source_seeds import read_sources

SEEDS = Path(__file__).parents[3] / "seeds" / "sources.toml"
GOOD = """
[[source]]
name = "demo"
[[source.channels]]
kind = "feed"
url = "https://news.example.gov/feed"
"""


def written(tmp_path, text):
    path = tmp_path / "sources.toml"
    path.write_text(text)
    return path


def test_the_seeds_that_we_ship_are_read():
    """Every source has a channel, and every listing leads to its own articles."""
    seeds = read_sources(SEEDS)
    assert {"war-news", "war-contracts", "air-force"} <= {seed.name for seed in seeds}
    for seed in seeds:
        channel = Channel(source_id=1, kind=seed.channels[-1].kind, url=seed.channels[-1].url)
        source = Source(name=seed.name, hosts=list(seed.hosts), pages=list(seed.pages), created_at=None)
        assert scope_of(source, channel).covers(channel.url + "Some/Article/4100001/slug/")


def test_the_war_sources_lead_to_the_old_address_as_well():
    """defense.gov and war.gov are one newsroom."""
    (seed,) = [seed for seed in read_sources(SEEDS) if seed.name == "war-releases"]
    channel = Channel(source_id=1, kind="listing", url=seed.channels[-1].url)
    source = Source(name=seed.name, hosts=list(seed.hosts), created_at=None)
    assert scope_of(source, channel).covers("https://www.defense.gov/News/Releases/Release/Article/1/")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[source]\n", "not valid TOML"),
        ("", "names no sources"),
        ("[source]\nname='x'\n", "each begins with"),
        (GOOD + GOOD, "twice"),
        (GOOD.replace('"demo"', '"Demo Source"'), "name"),
        (GOOD.replace('"feed"', '"rss"'), "kind"),
        (GOOD.replace("https://", "ftp://"), "http"),
        (GOOD.replace("https://", "https://me:pw@"), "password"),
        (GOOD + "interval = 0.1\n", "interval"),
        (GOOD.replace('name = "demo"', 'name = "demo"\npages = ["("]'), "regular expression"),
        (GOOD.replace('name = "demo"', 'name = "demo"\npages = ["(a+)+$"]'), "repeats"),
        (GOOD.replace("url", "adress"), "adress: Not known here. .*Known are: kind, url, interval"),
        ('[[source]]\nname = "demo"\n', "channels"),
        (GOOD + GOOD[GOOD.index("[[source.channels]]") :], "named twice"),
    ],
)
def test_bad_sources_are_one_sentence(tmp_path, text, sentence):
    """It names the file, and what to mend."""
    with pytest.raises(UserError, match=sentence) as refusal:
        read_sources(written(tmp_path, text))
    assert "sources.toml" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_not_there_says_so(tmp_path):
    """With its name."""
    with pytest.raises(UserError, match=r"nowhere\.toml cannot be read"):
        read_sources(tmp_path / "nowhere.toml")


def test_an_error_names_the_line_and_the_source(tmp_path):
    """In a file of many sources it named neither."""
    file = tmp_path / "sources.toml"
    fine = '[[source]]\nname = "one"\nchannels = [{ kind = "feed", url = "https://a.example/feed" }]\n\n'
    file.write_text(fine + '[[source]]\nname = "two"\nchannels = []\n')
    with pytest.raises(UserError, match=r"sources\.toml, line 5, source 'two': channels"):
        read_sources(file)
