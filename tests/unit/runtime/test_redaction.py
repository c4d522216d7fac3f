"""What looks like a secret is not repeated, and what acts on a terminal is only named."""

import time

import pytest

from services.runtime.redaction import API_KEY, at_every_depth, redacted, visible

KEY = "dl_12_" + "aB3" * 14 + "z"


@pytest.mark.parametrize(
    ("reported", "stored"),
    [
        (f"GET /articles/{KEY}", "GET /articles/dl_12_***"),
        ("signed with whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw!", "signed with whsec_***!"),
        (f"{{'authorization': 'Bearer {KEY}'}}", "{'authorization': 'Bearer ***'}"),
        ("authorization: bearer eyJhbGciOi.eyJzdWIi.x-_", "authorization: bearer ***"),
        ("Basic Z29vZDpwYXNzd29yZA==", "Basic ***"),
        ("redis://:hunter2@cache:6379/0 refused", "redis://***@cache:6379/0 refused"),
        ("postgresql+psycopg://me:p%40ss@db/x", "postgresql+psycopg://***@db/x"),
        ("https://token@example.org/feed", "https://***@example.org/feed"),
        ("https://example.org/feed?a=1&access_token=abc.def&b=2", "https://example.org/feed?a=1&access_token=***&b=2"),
        ("https://example.org/feed?sig=abc#top", "https://example.org/feed?sig=***#top"),
        ("X-Amz-Signature: none, /a?X-Amz-Signature=0f0f", "X-Amz-Signature: none, /a?X-Amz-Signature=***"),
        ('{"password": "hunter2", "user": "me"}', '{"password": "***", "user": "me"}'),
        ("client_secret=hunter2; api_key: k3y", "client_secret=***; api_key: ***"),
    ],
)
def test_what_looks_like_a_secret_is_starred_and_the_rest_stays(reported, stored):
    assert redacted(reported) == stored


@pytest.mark.parametrize(
    "innocent",
    [
        "Secretary Tours Base; Bearer of Good News Arrives",
        "https://www.war.gov/News/Releases/Release/Article/644123/@home/?page=2&monkey=1",
        "write to press@example.org, or see https://example.org/a@b",
        "The token economy: a primer",
        "sha256-60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
        'Bearer error="invalid_token"',
    ],
)
def test_what_is_no_secret_is_left_alone(innocent):
    assert redacted(innocent) == innocent


def test_a_key_is_found_in_whatever_surrounds_it():
    assert API_KEY.search(f"?x={KEY}&y")
    assert not API_KEY.search(KEY[:-1])


@pytest.mark.parametrize("part", ["a://", "a_", "a-token", "://a@", "Bearer ", "?token", "secret "])
def test_a_long_hostile_text_costs_little(part):
    """The patterns are run over the words of strangers: what grows faster than they do would take for ever here."""
    began = time.process_time()
    redacted(part * 20_000)
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("hostile", "labels"),
    [
        ("a\nb\r", "a<U+000A>b<U+000D>"),
        ("\x1b[31mred\x9b0m\x00\x7f", "<U+001B>[31mred<U+009B>0m<U+0000><U+007F>"),
        ("\u202egnp.exe\u2066\u200f\u061c\ufeff", "<U+202E>gnp.exe<U+2066><U+200F><U+061C><U+FEFF>"),
        ("one\u2028two\u2029", "one<U+2028>two<U+2029>"),
        ("Zoë said:\t«naïve» — 日本", "Zoë said:\t«naïve» — 日本"),
    ],
)
def test_what_acts_on_a_terminal_is_named_and_letters_stay(hostile, labels):
    assert visible(hostile) == labels


def test_texts_are_mended_wherever_they_are():
    fields = {"a": ["x\n", ("y\n", {"b": "z\n"})], "n": 1, "none": None}
    assert at_every_depth(visible, fields) == {
        "a": ["x<U+000A>", ["y<U+000A>", {"b": "z<U+000A>"}]],
        "n": 1,
        "none": None,
    }


def test_prose_after_a_colon_is_left_as_it_is():
    """The sentence about a lost key read "*** key sealed it"; a password after a colon is still hidden."""
    sentence = "This process cannot read the endpoint's secret: another key sealed it."
    assert redacted(sentence) == sentence
    assert redacted("password: hunter2") == "password: ***"
    assert redacted("token: Abcdef more") == "token: *** more"
