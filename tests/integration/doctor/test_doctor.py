"""`dateline doctor` against scripted sites: what it finds, what it proposes, and what it says it could not see."""

import tomllib
from itertools import count

import pytest
from typer.testing import CliRunner

from services.cli import app
from services.contracts.article import Rejected
from services.demo.site import Answer, Site
from services.doctor.api import _read
from services.doctor.examine import examine
from services.doctor.looks import Looks
from services.fetcher.settings import FetcherSettings
from services.fetcher.source_seeds import SourceSeed
from services.runtime.database import utcnow
from services.runtime.egress import EgressSettings, open_client
from tests.fakes.newsroom import bot_wall
from tests.fakes.scripted import FEED, Scripted, feed

pytestmark = pytest.mark.integration

SLUGS = ["harbor-crews-reopen-the-channel", "ferry-season-begins-in-april", "locks-close-for-the-winter"]
STORY = """<html><head><title>{0}</title><meta property="article:published_time" content="2026-11-03T10:00:00Z"></head>
<body><main><article><h1>{0}</h1>
<p>The bridge reopened at dawn on Monday, two days after the storm, and the first trucks crossed it at noon.</p>
<p>Engineers had worked through the night, the commander said, and marked the edges of the river anew.</p>
</article></main>{1}</body></html>"""


LATER = "Left out: a feed or a listing shows news first. Add it where they do not list all articles."


@pytest.fixture
def site():
    with Scripted() as scripted:
        yield scripted


def diagnosed(url, reads=_read, **limits):
    settings = FetcherSettings(pace=0)
    with open_client(EgressSettings(egress_allow=("127.0.0.0/8",))) as client:
        return examine(Looks(client, utcnow(), settings, **limits), url, reads)


def seed(diagnosis):
    """The proposal, as `dateline sources --load` reads it."""
    return SourceSeed.model_validate(tomllib.loads(diagnosis.toml)["source"][0])


def weblog(site, **headers):
    """A site in the manner of WordPress: link tags, a sitemap index in robots.txt, dated addresses, a nonce."""
    nonce = count()
    urls = [f"{site.url}/2026/11/{slug}/" for slug in SLUGS]
    links = "".join(f'<a href="{url}">{url}</a>' for url in urls)
    site.serves(
        "/robots.txt", f"User-agent: *\nDisallow: /wp-admin/\nSitemap: {site.url}/wp-sitemap.xml\n", "text/plain"
    )
    site.serves(
        "/news/",
        f"""<html><head><title>News</title>
        <link rel="alternate" type="application/rss+xml" href="/feed/">
        <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/"></head>
        <body>{links}<a href="https://public.govdelivery.com/accounts/EX/new">Get updates</a></body></html>""",
    )
    site.serves(
        "/feed/", feed(*zip(urls, SLUGS, strict=True), links='<atom:link rel="hub" href="https://hub.example/"/>'), FEED
    )
    site.serves(
        "/wp-sitemap.xml",
        f"<sitemapindex><sitemap><loc>{site.url}/posts.xml</loc></sitemap></sitemapindex>",
        "text/xml",
    )
    site.serves(
        "/posts.xml", "<urlset>" + "".join(f"<url><loc>{url}</loc></url>" for url in urls) + "</urlset>", "text/xml"
    )
    for slug in SLUGS:
        site.answers(
            f"/2026/11/{slug}/",
            lambda _request: Answer(200, STORY.format("The Bridge Reopens", f"<i>{next(nonce)}</i>").encode(), headers),
        )


def test_a_weblog_is_proposed_with_its_feed_and_listing(site):
    """Feed by its link tag (not that of comments), hub, bulletins, sitemap, pattern, sample, volatile regions."""
    weblog(site)
    diagnosis = diagnosed(f"{site.url}/news/")
    assert {(entry.kind, entry.found_by, entry.articles) for entry in diagnosis.channels} == {
        ("listing", "the address itself", 3),
        ("feed", "a link of the page", 3),
        ("sitemap", "robots.txt", 3),
    }
    assert [entry.hub for entry in diagnosis.channels if entry.hub] == ["https://hub.example/"]
    assert [hint.service for hint in diagnosis.bulletins] == ["GovDelivery"]
    assert (diagnosis.sample.headline, diagnosis.sample.is_known_layout) == ("The Bridge Reopens", False)
    assert (diagnosis.volatile.pieces, diagnosis.volatile.same_reading) == (2, True)
    assert {(finding.url.endswith("/feed/"), finding.verdict) for finding in diagnosis.validators} == {
        (True, "honest"),
        (False, "absent"),
    }
    assert [channel.kind for channel in seed(diagnosis).channels] == ["feed", "listing"]
    reasons = {entry.kind: entry.left_out for entry in diagnosis.channels}
    assert reasons == {"feed": None, "listing": None, "sitemap": LATER}
    assert seed(diagnosis).pages == (r"^/\d{4}/\d{2}/[^/]+",)
    assert any("guess" in sentence for sentence in diagnosis.unseen)


def test_an_etag_that_stays_while_the_bytes_change_is_called_a_lie(site):
    """Two whole answers with one ETag and different bodies are proof enough."""
    weblog(site, ETag='"always"')
    verdicts = {finding.url: finding.verdict for finding in diagnosed(f"{site.url}/news/").validators}
    assert verdicts[f"{site.url}/2026/11/{SLUGS[0]}/"] == "lying"


def test_a_site_of_the_known_publishing_system_needs_no_pattern(site):
    """AFPIMS: the feed stands in a link of the page, articles have numbers, the layout has a name."""
    urls = [f"{site.url}/News/Article/Article/{4_100_000 + at}/a-story/" for at in range(4)]
    links = "".join(f'<a href="{url}">A story</a>' for url in urls)
    rss = "/DesktopModules/ArticleCS/RSS.ashx?ContentType=1&amp;Site=1"
    site.serves("/News/", f'<html><title>News</title><body>{links}<a href="{rss}">RSS</a></body></html>')
    site.serves(
        "/DesktopModules/ArticleCS/RSS.ashx?ContentType=1&Site=1", feed(*((url, "A story") for url in urls)), FEED
    )
    text = "The bridge reopened at dawn on Monday, two days after the storm, and the first trucks crossed it at noon."
    article = f"""<html><head><title>Crews Reopen Bridge</title></head><body><div class="adetail">
        <h1 class="maintitle">Crews Reopen Bridge</h1><div class="body"><p>{text}</p></div></div></body></html>"""
    site.serves("/News/Article/Article/4100000/a-story/", article)
    diagnosis = diagnosed(f"{site.url}/News/")
    assert (diagnosis.sample.layout, diagnosis.sample.is_known_layout) == ("afpims", True)
    assert seed(diagnosis).pages == ()
    assert [channel.kind for channel in seed(diagnosis).channels] == ["feed", "listing"]


def test_a_site_behind_a_wall_is_asked_twice_and_let_be():
    """Nothing is proposed, and it is said what stands there."""
    wall = bot_wall()
    site = Site(lambda request: wall(request, None, None))
    site.start()
    try:
        diagnosis = diagnosed(f"{site.url}/news/")
    finally:
        site.stop()
    assert diagnosis.robots.verdict == "allowed"  # a 403 for robots.txt means that there are no rules (RFC 9309)
    assert diagnosis.toml is None
    assert "Akamai" in diagnosis.unseen[0]
    assert len(site.requests) <= 3


def test_a_site_with_only_a_sitemap_is_proposed_with_it(site):
    """The sitemap stands at its usual place, and nothing else is there."""
    urls = [f"{site.url}/releases/{slug}.html" for slug in SLUGS]
    site.serves("/", "<html><title>Bay Office</title><body><p>Welcome to the office of the bay.</p></body></html>")
    site.serves(
        "/sitemap.xml", "<urlset>" + "".join(f"<url><loc>{url}</loc></url>" for url in urls) + "</urlset>", "text/xml"
    )
    for slug in SLUGS:
        site.serves(f"/releases/{slug}.html", STORY.format(slug, ""))
    diagnosis = diagnosed(f"{site.url}/")
    assert [(channel.kind, channel.url) for channel in seed(diagnosis).channels] == [
        ("sitemap", f"{site.url}/sitemap.xml")
    ]
    assert seed(diagnosis).pages == ("^/releases/[^/]+",)
    assert [finding.verdict for finding in diagnosis.validators] == ["honest"]


def test_a_site_without_https_is_told_so_once(site):
    """Where the scheme was left out, https is what was tried."""
    diagnosis = diagnosed(site.url.replace("http://", "https://"))
    sentences = [diagnosis.robots.detail, *diagnosis.unseen]
    assert sum("Try http:// instead" in sentence for sentence in sentences) == 1


def test_a_site_with_nothing_is_told_so(site):
    """No proposal rather than a bad one."""
    site.serves("/", "<html><title>Coming soon</title><body><p>Coming soon.</p></body></html>")
    diagnosis = diagnosed(f"{site.url}/")
    assert diagnosis.toml is None
    assert diagnosis.sample is None
    assert any("No article" in sentence for sentence in diagnosis.unseen)


def test_robots_that_refuse_are_obeyed(site):
    """Only robots.txt is asked for."""
    site.serves("/robots.txt", "User-agent: *\nDisallow: /\n", "text/plain")
    diagnosis = diagnosed(f"{site.url}/news/")
    assert diagnosis.robots.verdict == "refused"
    assert [request.path for request in site.asked()] == ["/robots.txt"]
    assert diagnosis.toml is None


def test_an_examination_makes_no_more_requests_than_it_may(site):
    """Its end is said among what was not seen."""
    weblog(site)
    diagnosis = diagnosed(f"{site.url}/news/", most=4, reads=lambda _page: Rejected(reason="empty", detail="x"))
    assert len(site.asked()) == 4
    assert any("requests were made" in sentence for sentence in diagnosis.unseen)


def test_the_command_writes_a_file_that_sources_load_takes(installation, site, monkeypatch, tmp_path):
    """From the address to a watched source in two commands."""
    from services.cli.processes.schema import upgrade
    from services.fetcher.settings import fetcher_settings
    from services.runtime.egress import egress_settings

    monkeypatch.setenv("DATELINE_EGRESS_ALLOW", "127.0.0.0/8")
    monkeypatch.setenv("DATELINE_FETCHER_PACE", "0")
    egress_settings.cache_clear()
    fetcher_settings.cache_clear()
    upgrade()
    weblog(site)
    runner, file = CliRunner(), tmp_path / "found.toml"
    examined = runner.invoke(app, ["doctor", f"{site.url}/news/", "--save", str(file)])
    assert (examined.exit_code, "GovDelivery" in examined.output) == (0, True), examined.output
    loaded = runner.invoke(app, ["sources", "--load", str(file)])
    assert (loaded.exit_code, "1 added" in loaded.output + loaded.stderr) == (0, True)
    egress_settings.cache_clear()
    fetcher_settings.cache_clear()
