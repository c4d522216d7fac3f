"""The fakes misbehave as they say: a test that leans on them can trust the weather it ordered."""

import gzip
import json
import time
from datetime import UTC, datetime

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from tests.fakes import newsroom as weather
from tests.fakes.generated import GeneratedNewsroom
from tests.fakes.subscriber import SECRET

SLUG = "storm-response"


def post(client, subscriber):
    body = json.dumps({"type": "article.created", "sequence": 1})
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("evt_1", now, body),
    }
    return client.post(subscriber.url, content=body, headers=headers)


@pytest.mark.parametrize(
    ("misbehaviour", "status", "headers"),
    [
        (weather.bot_wall(), 403, {"Server": "AkamaiGHost"}),
        (weather.too_many_requests("7"), 429, {"Retry-After": "7"}),
        (
            weather.too_many_requests(datetime(2026, 11, 22, 10, tzinfo=UTC)),
            429,
            {"Retry-After": "Sun, 22 Nov 2026 10:00:00 GMT"},
        ),
        (weather.too_many_requests(None), 429, {}),
        (weather.broken(), 500, {}),
        (weather.maintenance(), 500, {"Retry-After": "600"}),
        (weather.missing(), 404, {}),
        (weather.redirects("http://elsewhere.example/", 302), 302, {"Location": "http://elsewhere.example/"}),
        (weather.not_an_article(), 200, {}),
        (weather.empty(), 200, {"Content-Length": "0"}),
        (weather.binary(), 200, {}),
        (weather.malformed_feed(), 200, {"Content-Type": "application/rss+xml"}),
    ],
)
def test_bad_weather_is_as_ordered_and_passes(newsroom, client, misbehaviour, status, headers):
    """For as many answers as ordered, at that address only; then the site is polite again."""
    address = newsroom.publishes(SLUG)
    polite = client.get(address).content
    newsroom.misbehaves(SLUG, misbehaviour, times=1)

    answer = client.get(address)

    assert answer.status_code == status
    assert answer.content != polite
    assert {name: answer.headers[name] for name in headers} == headers
    assert [request.status for request in newsroom.requests] == [200, status]
    assert client.get(address).content == polite


def test_weather_may_be_everywhere_until_it_clears(newsroom, client):
    newsroom.misbehaves("*", weather.broken())
    assert [client.get(newsroom.url + path).status_code for path in ("/robots.txt", "/News/")] == [500, 500]
    newsroom.behaves()
    assert client.get(newsroom.url + "/robots.txt").status_code == 200


def test_a_loop_leads_to_itself(newsroom, client):
    newsroom.misbehaves("/loop", weather.redirects_in_a_loop())
    assert client.get(newsroom.url + "/loop").headers["Location"] == "/loop"


def test_a_cut_off_body_is_shorter_than_promised(newsroom, client):
    newsroom.misbehaves(newsroom.publishes(SLUG), weather.cut_off())
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        client.get(newsroom.address(SLUG))


def test_a_reset_ends_the_connection_without_an_answer(newsroom, client):
    newsroom.misbehaves("/robots.txt", weather.hangs_up())
    with pytest.raises(httpx.TransportError):
        client.get(newsroom.url + "/robots.txt")


def test_a_drip_brings_a_little_at_each_read(newsroom, client):
    newsroom.misbehaves("/robots.txt", weather.drips(pause=0.1, piece=16))
    polite = newsroom.find("/robots.txt").body
    with client.stream("GET", newsroom.url + "/robots.txt") as answer:
        pieces = list(answer.iter_raw())
    assert b"".join(pieces) == polite
    assert len(pieces) > 1


def test_a_slow_answer_ends_when_the_site_stops(newsroom, client):
    """Nobody waits for a fake: an hour of slowness ends with the test."""
    began = time.monotonic()
    newsroom.misbehaves("/robots.txt", weather.slow(3600))
    with pytest.raises(httpx.ReadTimeout):
        client.get(newsroom.url + "/robots.txt", timeout=0.05)
    newsroom.stop()
    assert time.monotonic() - began < 60


def test_the_declared_charset_is_wrong(newsroom, client):
    newsroom.misbehaves(newsroom.publishes(SLUG), weather.wrong_charset())
    answer = client.get(newsroom.address(SLUG))
    assert answer.headers["Content-Type"] == "text/html; charset=iso-8859-1"
    assert "“We had two choices" not in answer.text
    assert "“We had two choices" in answer.content.decode()


@pytest.mark.parametrize("times", [1, 2])
def test_a_gzipped_page_is_the_page(newsroom, client, times):
    address = newsroom.publishes(SLUG)
    polite = client.get(address).content
    newsroom.misbehaves(SLUG, weather.gzipped(times))
    with client.stream("GET", address) as answer:
        raw = b"".join(answer.iter_raw())
    for _ in range(times):
        raw = gzip.decompress(raw)
    assert raw == polite


def test_a_gzip_bomb_is_small_on_the_wire(newsroom, client):
    newsroom.misbehaves("/bomb", weather.gzip_bomb(megabytes=4))
    with client.stream("GET", newsroom.url + "/bomb") as answer:
        raw = b"".join(answer.iter_raw())
    assert len(raw) < 20_000
    assert len(gzip.decompress(raw)) == 4_000_000


def test_a_stuck_etag_hides_a_correction(newsroom, client):
    address = newsroom.publishes(SLUG)
    newsroom.misbehaves(SLUG, weather.stuck_etag())
    fields = {"If-None-Match": client.get(address).headers["ETag"]}
    newsroom.corrects(SLUG)
    assert client.get(address, headers=fields).status_code == 304


def test_a_restless_etag_changes_with_every_look_and_the_bytes_do_not(newsroom, client):
    address = newsroom.publishes(SLUG)
    newsroom.misbehaves(SLUG, weather.restless_etag())
    first = client.get(address)
    second = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert second.headers["ETag"] != first.headers["ETag"]
    assert second.content == first.content


def test_a_subscriber_has_its_moods_in_order_and_then_recovers(subscriber, client):
    """What it refused is received and no event."""
    subscriber.answers(500, times=2)
    subscriber.is_busy("3")
    subscriber.redirects("http://elsewhere.example/")
    assert [post(client, subscriber).status_code for _ in range(5)] == [500, 500, 429, 302, 204]
    assert len(subscriber.received) == 5
    assert len(subscriber.wait_for(1, timeout=60)) == 1


def test_a_subscriber_may_be_gone_for_good(subscriber, client):
    subscriber.is_gone()
    assert [post(client, subscriber).status_code for _ in range(2)] == [410, 410]
    assert subscriber.events == []


def test_a_subscriber_may_reset_or_hang_after_it_read_the_message(subscriber, client):
    subscriber.resets()
    with pytest.raises(httpx.TransportError):
        post(client, subscriber)
    subscriber.hangs()
    with pytest.raises(httpx.ReadTimeout):
        client.request("POST", subscriber.url, content=b"{}", timeout=0.05)
    assert subscriber.wait_until(lambda received: len(received) == 2, timeout=60)
    assert subscriber.events == []


def test_a_slow_subscriber_accepts_what_it_answers_late(subscriber, client):
    subscriber.is_slow(0.01)
    assert post(client, subscriber).status_code == 204
    assert subscriber.has(1)()


def test_waiting_in_vain_says_what_came_in(subscriber, client):
    client.post(subscriber.url, content=b"{}")
    with pytest.raises(AssertionError, match=r"0 of 1 events .*\(None, False\)"):
        subscriber.wait_for(1, timeout=0.01)


def test_generated_pages_are_large_different_and_the_same_again(client):
    """About 100 KB each, with a readable article in them; another run serves the same bytes but for the address."""
    newsroom = GeneratedNewsroom(pages=25)
    newsroom.start()
    pages = [client.get(newsroom.address(index)).content for index in range(25)]
    listed = [client.get(f"{newsroom.url}/News/?Page={number}").text.count("article-id") for number in (1, 2, 3, 4)]
    beyond = client.get(newsroom.address(25)).status_code
    newsroom.corrects(3)
    corrected = client.get(newsroom.address(3)).content
    sitemap = client.get(newsroom.url + "/sitemap.xml").text
    newsroom.stop()
    another = GeneratedNewsroom(pages=25)
    again = another.page(3).replace(another.url.encode(), newsroom.url.encode())
    another.stop()

    assert all(90_000 < len(page) < 130_000 for page in pages)
    assert len(set(pages)) == 25
    assert corrected != pages[3]
    assert listed == [10, 10, 5, 0]
    assert (sitemap.count("<loc>"), beyond) == (25, 404)
    assert again == pages[3]
