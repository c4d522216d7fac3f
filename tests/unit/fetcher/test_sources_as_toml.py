"""A source that was written as TOML and is read again is the same."""

from hypothesis import given
from hypothesis import strategies as st

from services.fetcher.editing.toml_text import as_toml
from services.fetcher.source_seeds import ChannelSeed, SourceSeed, read_sources

FULL = SourceSeed(
    name="harbor",
    title='The "Harbor" \\ Größe\x7f',
    hosts=("media.harbor.example",),
    pages=(r"^/news/\d{4}/[^/]+",),
    country="CA",
    channels=(
        ChannelSeed(kind="feed", url="https://www.harbor.example/rss?a=1", interval=60),
        ChannelSeed(kind="mailbox", url="imaps://desk@mail.harbor.example/INBOX", senders=("news@harbor.example",)),
    ),
)
PLAIN = SourceSeed(name="plain", channels=(ChannelSeed(kind="listing", url="https://plain.example/news"),))


def read_again(folder, *sources):
    file = folder / "sources.toml"
    file.write_text(as_toml(sources), encoding="utf-8")
    return read_sources(file)


def test_all_that_can_be_written_is_there_when_it_is_read_again(tmp_path):
    assert read_again(tmp_path, FULL, PLAIN) == (FULL, PLAIN)


def test_what_is_as_usual_is_left_out():
    assert as_toml([PLAIN]) == (
        '[[source]]\nname = "plain"\n\n[[source.channels]]\nkind = "listing"\nurl = "https://plain.example/news"\n'
    )


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60))
def test_any_title_can_be_written(tmp_path_factory, title):
    source = FULL.model_copy(update={"title": title})
    assert read_again(tmp_path_factory.mktemp("toml"), source) == (source,)
