"""robots.txt by RFC 9309: rules are obeyed, none means yes, silence means not now."""

from datetime import UTC, datetime

import pytest

from services.fetcher.answers import Blocked, RequestRefused, Unavailable
from services.fetcher.robots import LONGEST_DELAY, Robots, ask_robots
from tests.support.wires import Script, answer, client_for

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAGE = "http://news.example/News/Article/1/"
RULES = b"User-agent: *\nDisallow: /private\n\nUser-agent: dateline\nDisallow: /News/Article/2\nCrawl-delay: 7\n"


def ask(*answers, **elsewhere):
    script = Script({"news.example/robots.txt": list(answers)} | elsewhere)
    with client_for(script) as client:
        return ask_robots(client, PAGE, NOW), script.asked


def test_the_rules_for_us_are_ours():
    """A group that names us counts before the one for everybody."""
    robots, requests = ask(answer(200, RULES))
    assert robots.verdict(PAGE) is None
    assert isinstance(robots.verdict("http://news.example/News/Article/2/"), RequestRefused)
    assert robots.verdict("http://news.example/private") is None
    assert robots.crawl_delay == 7
    assert requests == ["news.example/robots.txt"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 451])
def test_4xx_means_that_there_are_no_rules(status):
    """RFC 9309, 2.3.1.3."""
    assert ask(answer(status, b"x"))[0].verdict(PAGE) is None


def test_an_empty_file_forbids_nothing():
    """It is there, and says nothing."""
    assert ask(answer(200, b""))[0].verdict(PAGE) is None


@pytest.mark.parametrize("status", [429, 500, 503])
def test_5xx_and_429_mean_not_now(status):
    """RFC 9309, 2.3.1.4: complete disallow, until it answers again."""
    verdict = ask(answer(status, b"x"))[0].verdict(PAGE)
    assert isinstance(verdict, Blocked | Unavailable)
    assert "robots.txt" in verdict.detail


def test_a_redirect_to_another_host_is_followed():
    """RFC 9309, 2.3.1.2: at least five of them."""
    robots, _ = ask(
        answer(301, location="http://www.news.example/robots.txt"),
        **{"www.news.example/robots.txt": answer(200, b"User-agent: *\nDisallow: /")},
    )
    assert isinstance(robots.verdict(PAGE), RequestRefused)


def test_redirects_without_end_mean_not_now():
    """From host to host."""
    there = {"a.example/robots.txt": answer(302, location="http://news.example/robots.txt")}
    robots, _ = ask(answer(302, location="http://a.example/robots.txt"), **there)
    assert robots.state == "unreachable"


def test_only_the_first_half_megabyte_counts():
    """RFC 9309, 2.5; what comes after is not even read."""
    long = b"User-agent: *\nDisallow: /a\n" + b"# comment\n" * 60_000 + b"Disallow: /News\n"
    assert ask(answer(200, long))[0].verdict(PAGE) is None


@pytest.mark.parametrize(
    ("value", "delay"), [("10", 10), ("0", 0), ("-5", 0), ("nan", 0), ("inf", 0), ("1e9", LONGEST_DELAY), ("soon", 0)]
)
def test_a_crawl_delay_is_honoured_within_reason(value, delay):
    """Seconds; nonsense says nothing, and a year is no pace."""
    assert Robots("rules", f"User-agent: *\nCrawl-delay: {value}\n").crawl_delay == delay


@pytest.mark.parametrize("text", ["\x00\x01binary", "<html><body>Sorry</body></html>", "Disallow: /*a*a*a*a*a*a*a*a$"])
def test_nonsense_forbids_nothing_and_takes_no_time(text):
    """Nobody asked for anything to be left alone."""
    assert Robots("rules", text).verdict("http://news.example/" + "a" * 2000 + "b") is None


@pytest.mark.parametrize(
    ("agent", "ours"),
    [
        ("Dateline/1.0", True),
        ("dateline", True),
        ("DATELINE/0.1 (+mailto:x@harbor.example)", True),
        ("Dateline # the news reader", True),
        ("Dateline*", True),
        ("Date", False),
        ("Datelines", False),
        ("Dateline-news", False),
        ("line", False),
        ("Mozilla/5.0", False),
    ],
)
def test_a_group_is_ours_when_its_product_token_is(agent, ours):
    """The token ends at the first character that is no letter, `-` or `_`: what follows it names no other crawler."""
    rules = Robots("rules", f"User-agent: {agent}\nDisallow: /News/\n\nUser-agent: *\nDisallow:\n")
    assert isinstance(rules.verdict(PAGE), RequestRefused) is ours


def test_the_groups_of_others_do_not_merge_with_ours():
    """Several names over one set of rules: ours may be any of them."""
    text = "User-agent: Other/2\nUser-agent: Dateline/1.0\nDisallow: /News/\n\nUser-agent: Third\nDisallow: /\n"
    assert isinstance(Robots("rules", text).verdict(PAGE), RequestRefused)
    assert Robots("rules", text).verdict("http://news.example/private") is None
