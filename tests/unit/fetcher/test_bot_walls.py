"""Blocked is not empty is not gone: what stands where a page should be is told by headers, size and structure."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.fetcher.answers import Blocked, Empty, Fetched, Gone, Unavailable
from services.fetcher.bot_walls import error_page, soft_404, wall, words_shown
from services.fetcher.client import get
from services.runtime.egress import Limits, Response
from tests.support.titles import ERRORS, HEADLINES
from tests.support.wires import Script, answer, client_for

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAGES = Path(__file__).parents[2] / "pages"
CORPUS = Path(__file__).parents[4] / "shared" / "corpus"


def look(status, body, **headers):
    script = Script({"/a": answer(status, body if isinstance(body, bytes) else body.encode(), **headers)})
    with client_for(script) as client:
        return get(client, "http://news.example/a", now=NOW, limits=Limits())


def titled(title, body="<p>Some words.</p>"):
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"


SHELL = '<!doctype html><html><head><title>News</title></head><body><div id="root"></div><script src="/a.js"></script>'
WALLS = {
    "403": (403, "<h1>No</h1>", {}, "answered 403"),
    "401": (401, "<h1>Who are you?</h1>", {}, "answered 401"),
    "429": (429, "<h1>Slow down</h1>", {}, "answered 429"),
    "503": (503, "<h1>Busy</h1>", {}, "answered 503"),
    "500-maintenance": (500, titled("Notice", "<p>We are down for maintenance.</p>"), {}, "a maintenance notice"),
    "503-maintenance": (503, "Scheduled maintenance until 6 p.m.", {}, "a maintenance notice"),
    "200-maintenance": (200, titled("Site Maintenance | News"), {}, "a maintenance notice"),
    "200-unavailable": (200, titled("This site is temporarily unavailable"), {}, "a maintenance notice"),
    "cloudflare-header": (403, "<p>hello</p>", {"cf_mitigated": "challenge"}, "a Cloudflare challenge"),
    "cloudflare-script": (200, "<script src='/cdn-cgi/challenge-platform/x'>", {}, "a Cloudflare challenge"),
    "cloudflare-title": (200, titled("Just a moment..."), {}, "a bot wall"),
    "aws-challenge": (202, "", {"x_amzn_waf_action": "challenge"}, "an AWS challenge"),
    "aws-captcha": (405, titled("Human Verification"), {"x_amzn_waf_action": "captcha"}, "an AWS captcha"),
    "akamai": (200, "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD>", {}, "an Akamai wall"),
    "imperva": (200, "<iframe src='/_Incapsula_Resource?x'></iframe>", {}, "an Imperva wall"),
    "datadome": (200, "<script src='https://ct.captcha-delivery.com/c.js'>", {}, "a DataDome wall"),
    "perimeterx": (200, "<div id='px-captcha'>", {}, "a PerimeterX wall"),
    "f5": (200, "The requested URL was rejected. Please consult with your administrator.", {}, "an F5 wall"),
    "sucuri": (200, "<script>sucuri_cloudproxy_js='';</script>", {}, "a Sucuri wall"),
    "captcha": (200, titled("Please solve this captcha"), {}, "a captcha"),
    "interstitial": (200, titled("Pardon Our Interruption"), {}, "a bot wall"),
    "checking": (200, titled("Checking your browser before you go on"), {}, "a bot wall"),
    "forbidden-as-200": (200, titled("403 Forbidden"), {}, "a bot wall"),
    "login-as-200": (200, titled("Sign in - Portal", "<input type=password>"), {}, "a login"),
    "consent": (200, titled("Before you continue"), {}, "a consent page"),
    "shell": (200, SHELL, {}, "a page of scripts without words"),
    "shell-with-noscript": (200, SHELL + "<noscript>Please turn scripts on, they are needed here, by this page of"
                            " ours.</noscript>", {}, "a page of scripts without words"),
    "refresh": (200, "<html><meta http-equiv='refresh' content='0;url=/gate'></html>", {}, "only refreshes"),
}  # fmt: skip


@pytest.mark.parametrize("name", WALLS)
def test_a_wall_is_blocked_and_named(name):
    """Whatever its status; the sentence says what answered instead of the page."""
    status, body, headers, text = WALLS[name]
    result = look(status, body, **headers)
    assert isinstance(result, Blocked)
    assert text in result.detail
    assert result.status == status


@pytest.mark.parametrize(
    "title", [*ERRORS, "Page not found | U.S. Department of Something", "Page Not Found &gt; News"]
)
def test_an_error_page_that_was_sent_as_a_page_is_empty(title):
    """Neither an article, nor a proof that the article is gone."""
    assert isinstance(look(200, titled(title)), Empty)
    assert isinstance(look(200, titled(title, "<nav>Home News About</nav>" * 5_000)), Empty), "with a whole site around"


STORY = "<p>" + "A story has words, and then some more of them. " * 30 + "</p>"


@pytest.mark.parametrize(
    ("title", "heading", "missing"),
    [
        ("Harbor News", "Page not found", True),
        ("Harbor News", "<span>404</span>", True),
        ("Page not found | Harbor News", "Welcome", True),
        ("Harbor News", "502 Bad Gateway", False),
        ("Error 500", "Oops! That page does not exist", False),
        ("403 Forbidden", "Welcome", False),
    ],
)
def test_an_error_page_is_a_sign_of_removal_only_if_it_says_that_there_is_no_page(title, heading, missing):
    """In its title or first heading; trouble of the server that is sent as a good page took down six articles."""
    body = titled(title, f"<h1 class='a'>{heading}</h1><nav>Home News About</nav><h1>Latest</h1>" + STORY)
    assert (error_page(body.encode()), soft_404(body.encode())) == (True, missing)


@pytest.mark.parametrize(
    ("status", "kind"), [(404, Gone), (410, Gone), (500, Unavailable), (502, Unavailable), (504, Unavailable)]
)
def test_gone_and_broken_are_not_blocked(status, kind):
    """A site that says what is the matter is believed."""
    assert isinstance(look(status, titled("Something")), kind)


@pytest.mark.parametrize(
    "page",
    [
        titled("Access Denied: How a Patrol Base Holds the Line", STORY),
        titled("Security Check Points Reopen", STORY),
        titled("Maintenance", STORY),
        titled("Scheduled maintenance closes the lock for a week"),
        titled("Sign on the Line: A Treaty, Step by Step", STORY),
        titled("Just a Moment in History", STORY),
        titled("News", "<p>A short notice in plain words, without any script, is a page.</p>"),
        titled("News", "<script>x()</script><p>Five sentences it has not, yet it tells its reader what happened.</p>"),
        titled("News", "<script>x()</script><a href='/1'>One</a> <a href='/2'>Two</a>"),
        '<html><listing-with-preview article-url="/Article/1/"></listing-with-preview><script></script></html>',
        titled("News", "<p>He saw cdn-cgi/challenge-platform in it.</p>" + STORY * 30),
        *map(titled, HEADLINES),
    ],
)
def test_an_article_with_such_words_is_an_article(page):
    """A title alone convicts nobody who has something to say; a mark alone, nobody who says much."""
    assert isinstance(look(200, page), Fetched)


def test_no_page_that_we_know_to_be_an_article_is_taken_for_a_wall():
    """All golden pages, the rejected ones that are not walls, and real ones where they lie beside the project."""
    walls = {"bot-challenge", "bot-wall", "empty-shell", "maintenance", "soft-404"}
    names = {path.parent.name for path in PAGES.glob("*/*/page.html") if _is_taken(path)}
    assert names == walls
    assert [path.name for path in CORPUS.rglob("*.html") if _is_taken(path)] == []


@pytest.mark.parametrize(
    "body",
    [
        b"<html>" + b"<script" * 4_000,
        b"<html>" + b"<script>" * 3_500,
        b"<html>" + b"<!--" * 7_000,
        b"<html>" + b"<" * 29_000,
        b"<html><title>" + b" " * 29_000,
        b"<html>" + b"</script " * 3_000,
        b"<html><title>" + b"maintenance " * 2_000,
        b"<html><title>" + b"error " * 4_000,
        b" " * 5_000_000 + b"x",
        b"<html>" + b"<h1>" * 1_000_000,
    ],
)
def test_a_page_built_to_hurt_is_judged_at_once(body):
    """Each byte is looked at a few times, not once for each other byte."""
    began = time.process_time()
    wall(Response("http://news.example/", 200, (), body))
    error_page(body)
    assert time.process_time() - began < 2


def test_only_what_a_reader_sees_counts_as_words():
    """Scripts, styles, comments and tags do not; what is never closed reaches to the end."""
    page = b"<p class='a b c'>Two words</p><script>not these</script><!-- nor these --><style>p {}</style>"
    assert words_shown(page) == 2
    assert words_shown(page + b"<script>and all of this") == 2


def _is_taken(path):
    body = path.read_bytes()
    return bool(wall(Response("http://news.example/", 200, (), body))) or error_page(body)
