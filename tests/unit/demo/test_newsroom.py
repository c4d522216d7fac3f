import xml.etree.ElementTree as ET
from email.utils import parsedate_to_datetime

import pytest
from bs4 import BeautifulSoup


def headlines(feed):
    return [entry.findtext("title") for entry in ET.fromstring(feed.text).iter("item")]


def test_nothing_is_public_before_it_is_published(newsroom, client):
    """A sample is unknown to page, feed, listing and sitemap until its moment comes, and then is in all of them."""
    address = newsroom.address("storm-response")
    places = [newsroom.feed_url, f"{newsroom.url}/News/", f"{newsroom.url}/sitemap.xml"]

    assert client.get(address).status_code == 404
    assert not any(address in client.get(place).text for place in places)

    newsroom.publishes("storm-response")

    assert client.get(address).status_code == 200
    assert all(address in client.get(place).text for place in places)


def test_who_holds_the_bytes_is_told_304(newsroom, client):
    """ETag and Last-Modified both spare the body, on pages, feeds, listings and sitemaps."""
    newsroom.publishes("storm-response")
    for place in (newsroom.address("storm-response"), newsroom.feed_url, newsroom.url + "/News/"):
        first = client.get(place)
        for entry in (
            {"If-None-Match": first.headers["ETag"]},
            {"If-None-Match": f'"other", W/{first.headers["ETag"]}'},
            {"If-Modified-Since": first.headers["Last-Modified"]},
        ):
            again = client.get(place, headers=entry)
            assert (again.status_code, again.content) == (304, b"")


def test_an_etag_decides_before_a_date(newsroom, client):
    """RFC 9110: If-Modified-Since is not looked at when If-None-Match is there."""
    newsroom.publishes("storm-response")
    first = client.get(newsroom.address("storm-response"))
    fields = {"If-None-Match": '"older"', "If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(newsroom.address("storm-response"), headers=fields).status_code == 200


def test_a_correction_has_new_words_and_a_new_etag_at_the_same_address(newsroom, client, clock):
    """Neither validator of the first wording holds for the second, and the printed date stays."""
    address = newsroom.publishes("storm-response")
    first = client.get(address)
    clock.passes(hours=30)
    newsroom.corrects("storm-response", version=2)

    fields = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(address, headers=fields).status_code == 200
    second = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert second.status_code == 200
    assert second.headers["ETag"] != first.headers["ETag"]
    assert "2,400" in first.text
    assert "2,400" not in second.text
    assert "4,200" in second.text
    assert "Nov. 22, 2026" in BeautifulSoup(second.text, "lxml").select_one("span.date").text


def test_a_change_shows_in_the_validators_of_the_feed(newsroom, client, clock):
    """Who polls the feed with its old validators learns of a withdrawal too."""
    newsroom.publishes("storm-response")
    newsroom.publishes("weather-cell")
    first = client.get(newsroom.feed_url)
    clock.passes(seconds=1)
    newsroom.withdraws("storm-response")
    assert (
        client.get(newsroom.feed_url, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 200
    )
    assert client.get(newsroom.feed_url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_the_feed_lists_newest_first(newsroom, client, clock):
    """In the order of publication, newest first; a story with a date of its own lies where its date puts it."""
    for slug in ("raqqa-mosul-2016", "storm-response", "weather-cell"):
        clock.passes(minutes=5)
        newsroom.publishes(slug)
    feed = client.get(newsroom.feed_url)
    dates = [parsedate_to_datetime(entry.findtext("pubDate")) for entry in ET.fromstring(feed.text).iter("item")]
    assert dates == sorted(dates, reverse=True)
    assert dates[0] == clock()
    assert headlines(feed)[0] == "Inside the Weather Cell That Never Closes"
    assert headlines(feed)[-1].startswith("Raqqa, Mosul Liberations Progress")


def test_a_feed_may_be_asked_for_one_kind_and_so_many(newsroom, client):
    """ContentType and max are heeded, as on the real sites."""
    for slug in newsroom.samples:
        newsroom.publishes(slug)
    feed = newsroom.url + "/DesktopModules/ArticleCS/RSS.ashx?Site=945"
    assert len(headlines(client.get(feed + "&ContentType=1&max=2"))) == 2
    assert headlines(client.get(feed + "&ContentType=9")) == ["Department Announces Exercise Quiet Harbor 27"]
    assert len(headlines(client.get(feed))) == len(newsroom.samples) == 8


def test_a_listing_carries_its_links_in_attributes(newsroom, client):
    """The cards are elements that a script would fill; no anchor leads to an article."""
    address = newsroom.publishes("storm-response")
    listing = BeautifulSoup(client.get(newsroom.url + "/News/").text, "lxml")
    (card,) = listing.select("listing-with-preview")
    assert card["article-url-or-link-absolute"] == address
    assert card["publish-date-ap"] == "Nov. 22, 2026"
    assert not listing.select(f'a[href*="{newsroom.samples["storm-response"].path}"]')


def test_listings_hold_their_section_and_end(newsroom, client):
    """A section lists its own kind; a page after the last is empty."""
    newsroom.publishes("storm-response")
    newsroom.publishes("harbor-exercise")
    assert client.get(newsroom.url + "/News/Releases/").text.count("<listing-with-preview") == 1
    assert client.get(newsroom.url + "/News/?Page=1").text.count("<listing-with-preview") == 2
    assert client.get(newsroom.url + "/News/?Page=2").text.count("<listing-with-preview") == 0


def test_the_number_is_the_identity(newsroom, client):
    """Another slug, or none, is the same page."""
    address = newsroom.publishes("storm-response")
    assert client.get(address.replace("storm-response", "old-slug")).text == client.get(address).text


def test_a_withdrawn_article_is_gone_everywhere(newsroom, client):
    """410 or 404, as told; publishing it again brings it back."""
    address = newsroom.publishes("storm-response")
    newsroom.withdraws("storm-response")
    assert client.get(address).status_code == 410
    assert address not in client.get(newsroom.feed_url).text
    newsroom.withdraws("storm-response", status=404)
    assert client.get(address).status_code == 404
    newsroom.publishes("storm-response")
    assert client.get(address).status_code == 200


def test_every_request_is_remembered(newsroom, client):
    """Method, path with query, headers, status and time: enough to prove that nobody asked."""
    assert newsroom.requests == []
    client.head(newsroom.url + "/robots.txt?x=1", headers={"User-Agent": "Test/1"})
    (requests,) = newsroom.requests
    assert (requests.method, requests.path, requests.status) == ("HEAD", "/robots.txt?x=1", 200)
    assert requests.headers["user-agent"] == "Test/1"


def test_robots_names_the_sitemap_and_what_is_off_limits(newsroom, client):
    robots = client.get(newsroom.url + "/robots.txt").text
    assert "Disallow: /API/" in robots
    assert f"Sitemap: {newsroom.url}/sitemap.xml" in robots


def test_a_newsroom_refuses_to_be_written_to(newsroom, client):
    assert client.post(newsroom.url + "/News/").status_code == 405


def test_one_connection_serves_many_requests(newsroom):
    """HTTP/1.1 keep-alive, also after 304 and 404: a polite client needs one connection."""
    import http.client

    newsroom.publishes("storm-response")
    connection = http.client.HTTPConnection(newsroom.url.removeprefix("http://"), timeout=60)
    connection.connect()
    socket = connection.sock
    for path in (newsroom.samples["storm-response"].path, "/nowhere", "/robots.txt"):
        connection.request("GET", path, headers={"If-Modified-Since": "Sun, 22 Nov 2026 10:00:00 GMT"})
        connection.getresponse().read()
    assert connection.sock is socket
    connection.close()


def test_an_unknown_sample_or_version_is_named(newsroom):
    with pytest.raises(KeyError, match="storm-respnse"):
        newsroom.publishes("storm-respnse")
    newsroom.publishes("weather-cell")
    with pytest.raises(ValueError, match="1 wordings"):
        newsroom.corrects("weather-cell")
