"""The desk as a browser meets it: signing in, what each may see and do, and what no other site can make it do."""

import re
import threading
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import select

from services.access import keys, sessions
from services.access.models import ApiKey
from services.contracts.article import Removed
from services.contracts.messages import SetStatus
from services.contracts.urls import article_id
from services.fetcher import sources
from services.fetcher.absence_models import Takedown, TakedownPage
from services.fetcher.models import Page
from services.fetcher.settings import fetcher_settings
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.parser import alone, api
from services.parser.rules import RULES
from services.reingest.models import ReingestionRow
from services.runtime.archive import capture_store
from services.runtime.database import transaction, utcnow
from services.runtime.egress import egress_settings
from services.runtime.http import rate_limits
from services.runtime.provenance import verdicts
from services.runtime.provenance.evidence import EvidenceRow, note_evidence
from services.runtime.provenance.verdicts import Read
from services.store.status import set_all
from services.webhooks import subscriptions
from services.webhooks.api import confirmations
from services.webhooks.models import Endpoint
from services.webhooks.people.settings import mail_settings
from services.webhooks.settings import webhook_settings
from tests.fakes.scripted import FEED, Scripted, feed
from tests.support.at_desk import form_token, key
from tests.support.in_process import InProcess, client
from tests.support.kept import saved
from tests.support.orders import KEY, NOW, URL, A, B, order

pytestmark = pytest.mark.integration
ID = article_id(KEY)
PAGES = Path(__file__).parents[2] / "pages"


def test_who_has_not_signed_in_is_asked_to_and_led_back(stranger):
    answer = stranger.get(f"/articles/{ID}")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/desk/sign-in?next=/desk/articles/{ID}"
    led = stranger.post("/sign-in", data={"key": key("read"), "next": f"/desk/articles/{ID}"})
    assert led.headers["location"] == f"/desk/articles/{ID}"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/deskevil", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_but_to_the_desk(stranger, elsewhere):
    led = stranger.post("/sign-in", data={"key": key("read"), "next": elsewhere})
    assert led.headers["location"] == "/desk/"


@pytest.mark.parametrize("wrong", ["", "dl_1_nope", "dl_1_" + "a" * 43, "<script>"])
def test_a_wrong_key_opens_nothing_and_is_not_repeated(stranger, wrong):
    answer = stranger.post("/sign-in", data={"key": wrong})
    assert (answer.status_code, answer.cookies) == (401, {})
    assert not wrong or wrong not in answer.text


def test_wrong_keys_are_counted_as_those_of_the_api_are(stranger, app, monkeypatch):
    """Whether they come to the one or the other; who must wait reads for how long. A right key is wrong no time."""
    monkeypatch.setattr(rate_limits, "REFILL", 3_600)  # however slow this machine is, nobody is forgiven meanwhile
    for _ in range(rate_limits.FAILURES - 1):
        assert stranger.post("/sign-in", data={"key": "dl_1_wrong"}).status_code == 401
    assert stranger.post("/sign-in", data={"key": key("read")}).status_code == 303
    assert client(app, "dl_1_wrong").get("/articles").status_code == 401
    answer = stranger.post("/sign-in", data={"key": "dl_1_wrong"})
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
    assert "Too many wrong keys" in re.search(r'role="alert"[^>]*>([^<]+)<', answer.text)[1]
    assert client(app, "dl_1_wrong").get("/articles").status_code == 429


def test_the_cookie_is_kept_from_scripts_and_other_sites_and_ends(stranger):
    cookie = stranger.post("/sign-in", data={"key": key("read")}).headers["set-cookie"]
    results = {word.strip().lower() for word in cookie.split(";")}
    assert {"httponly", "samesite=lax", "path=/desk", "max-age=43200"} <= results


def test_over_tls_the_cookie_never_travels_without_it(app):
    with httpx.Client(transport=InProcess(app), base_url="https://dateline.test/desk") as browser:
        assert "Secure" in browser.post("/sign-in", data={"key": key("read")}).headers["set-cookie"]


def test_another_site_cannot_sign_a_browser_in(stranger):
    """Who is signed in to a stranger's account without knowing tells the stranger what they do."""
    answer = stranger.post("/sign-in", data={"key": key("read")}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.cookies) == (403, {})


@pytest.mark.parametrize(
    ("reported", "status"),
    [
        ({"Origin": "http://dateline.test"}, 303),
        ({"Referer": "http://dateline.test/desk/sign-in"}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://dateline.test:8080"}, 403),
        ({"Origin": "null"}, 403),
        ({"Referer": "https://evil.example/dateline.test"}, 403),
    ],
)
def test_a_browser_that_tells_only_the_origin_is_not_signed_in_by_another_site_either(stranger, reported, status):
    """Old ones, and all of them over plain HTTP, do not say whether a form comes from the same site."""
    assert stranger.post("/sign-in", data={"key": key("read")}, headers=reported).status_code == status
    assert stranger.get("/sign-in").headers["referrer-policy"] == "same-origin"


def test_what_is_kept_of_a_session_does_not_open_it(signed_in):
    browser = signed_in()
    token = browser.cookies["dateline_session"]
    with transaction() as session:
        rows = session.connection().exec_driver_sql("SELECT * FROM desk_sessions").all()
    assert token not in str(rows)


def test_a_session_ends_by_signing_out_with_its_key_and_by_its_time(signed_in, app):
    gone = signed_in()
    assert gone.post("/sign-out", data={"form_token": form_token(gone)}).status_code == 303
    revoked = signed_in("read")
    with transaction() as session:
        for entry in session.exec(select(ApiKey.id)).all():
            keys.revoke(session, entry, utcnow(), subscriptions.stop)
    old = httpx.Client(transport=InProcess(app), base_url="http://dateline.test/desk")
    with transaction() as session:
        old.cookies["dateline_session"] = sessions.sign_in(session, 1, utcnow() - sessions.LASTS)
    for browser in (gone, revoked, old):
        assert browser.get("/articles").headers["location"].startswith("/desk/sign-in")


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_a_form_that_we_did_not_make_is_refused(signed_in, token):
    data = {"mode": "reparse", **({} if token is None else {"form_token": token})}
    answer = signed_in().post(f"/articles/{ID}/reingest", data=data)
    assert answer.status_code == 403


def test_a_form_of_another_session_is_refused(signed_in):
    token = form_token(signed_in())
    assert signed_in().post(f"/articles/{ID}/reingest", data={"form_token": token}).status_code == 403


def test_a_reader_sees_articles_and_may_not_order(signed_in):
    saved(order(A))
    reader = signed_in("read")
    assert "Re-ingest this" not in reader.get(f"/articles/{ID}").text
    answer = reader.post(f"/articles/{ID}/reingest", data={"form_token": form_token(reader)})
    assert answer.status_code == 403
    assert "admin" in answer.text


def test_an_article_is_withdrawn_restored_and_erased_with_a_reason_and_a_confirmation(signed_in):
    saved(order(A))
    admin, page = signed_in(), f"/articles/{ID}"

    def sends(verb, **words):
        data = {"form_token": form_token(admin), "reason": "Names a witness."} | words
        assert admin.post(f"{page}/{verb}", data=data).status_code == 303
        return admin.get(page)

    hidden = sends("withdraw")
    assert (hidden.status_code, A in hidden.text, "Names a witness." in hidden.text) == (410, False, True)
    assert "/restore" not in signed_in("read").get(page).text
    assert A in sends("restore").text
    assert "Not done" in sends("erase", confirm="something else").text
    gone = sends("erase", confirm=ID)
    assert (gone.status_code, "erased this article" in gone.text, "/restore" in gone.text) == (410, True, False)


def test_the_navigation_shows_what_the_key_may_open(signed_in):
    shown = {
        scope: re.findall(r'<li><a href="/desk(/[\w-]*)"', signed_in(scope).get("/articles").text)
        for scope in ("read", "admin")
    }
    assert set(shown["read"]) <= set(shown["admin"])
    for scope, paths in shown.items():
        browser = signed_in(scope)
        assert {path: browser.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_times_are_shown_in_the_zone_that_somebody_chose_or_in_that_of_their_browser(signed_in):
    """Each page says which zone it is, whatever the browser sends as one; without any it is UTC."""
    saved(order(A, published_at="2026-01-12T23:30:00+00:00"))
    browser = signed_in("read")
    assert "12 Jan 2026, 23:30 UTC" in browser.get(f"/articles/{ID}").text
    browser.cookies.set("dateline_browser_zone", "America/New_York", path="/desk")
    page = browser.get(f"/articles/{ID}").text
    assert "12 Jan 2026, 18:30 EST" in page
    assert "Times in America/New York" in page
    token = form_token(browser)
    assert browser.post("/preferences", data={"form_token": token, "zone": "Asia/Tokyo"}).status_code == 303
    assert "13 Jan 2026, 08:30 JST" in browser.get(f"/articles/{ID}").text
    browser.post("/preferences", data={"form_token": token, "zone": ""})
    assert "12 Jan 2026, 18:30 EST" in browser.get(f"/articles/{ID}").text
    browser.cookies.set("dateline_browser_zone", "Nowhere", path="/desk")
    assert "12 Jan 2026, 23:30 UTC" in browser.get(f"/articles/{ID}").text


def test_a_zone_that_is_none_is_refused_with_how_to_write_one(signed_in):
    browser = signed_in("read")
    refused = browser.post("/preferences", data={"form_token": form_token(browser), "zone": "Atlantis/Harbor"})
    assert refused.status_code == 422
    assert "No zone is called Atlantis/Harbor. Write one as Europe/Paris, or UTC." in refused.text


def test_single_keys_can_be_turned_off(signed_in):
    """Somebody who dictates or whose hands shake needs them to do nothing."""
    browser = signed_in("read")
    assert "data-keys" in browser.get("/articles").text
    browser.post("/preferences", data={"form_token": form_token(browser), "zone": ""})
    page = browser.get("/articles").text
    assert "data-keys" not in page
    assert "<dialog" not in page


def known_page(**known):
    """A page of the frontier; its number."""
    with transaction() as session:
        page = Page(**{"key": "k", "url": URL, "source": "war-releases", "discovered_at": utcnow()} | known)
        session.add(page)
        session.flush()
        return page.id


def test_a_page_is_found_and_shown_with_what_became_of_it(signed_in):
    """Also by what its newest capture gave; a wrong cursor is told above the form."""
    result = order(A)
    number = known_page(capture=result.capture, fetched_at=result.fetched_at, outcome="new")
    with transaction() as session:
        verdicts.hold_read(session, number, ID, Read.of(result))
    browser = signed_in("read")
    assert URL in browser.get("/pages", params={"address": "644123", "verdict": "article"}).text
    assert "No page is like that." in browser.get("/pages", params={"verdict": "rejected"}).text
    assert 'role="alert"' in browser.get("/pages", params={"after": "nonsense"}).text
    shown = browser.get(f"/pages/{number}").text
    assert f'href="/desk/articles/{ID}"' in shown
    assert result.capture in shown
    assert browser.get("/pages/999").status_code == 404


def test_a_page_that_came_as_a_file_is_shown_without_an_address(signed_in):
    number = known_page(url=None, source="import")
    browser = signed_in("read")
    assert "a file without an address" in browser.get("/pages").text
    assert "without an address" in browser.get(f"/pages/{number}").text


def test_an_article_is_read_with_its_history_its_lines_and_its_provenance(signed_in):
    saved(order(A), order(B, minute=1, removed=(Removed(rule="share", text="SHARE"),)))
    browser = signed_in("read")
    read = browser.get(f"/articles/{ID}").text
    assert B in read
    assert A not in read
    history = browser.get(f"/articles/{ID}/history").text
    assert "<del>" in history
    assert "<ins>" in history
    head = history.split('<h2 id="what">')[1].split("</h2>")[0]
    assert re.search(r'What revision 2 changed <span class="state \w+">\w+</span>', head)
    assert "12 Jan 2026, 15:01:00 UTC" in history
    capture_store.keep(capture_store.Capture(url=URL, fetched_at=NOW, status=200, headers=(), body=b"another"))
    assert "does not hold this capture" in browser.get(f"/articles/{ID}/provenance").text


def test_a_web_app_without_an_archive_says_so(signed_in, app):
    """As one in a container without its volume; each article then had a capture that nobody could find: 404."""
    saved(order(A).model_copy(update={"capture": "ab" * 32}))
    answer = client(app, key("read")).get(f"/captures/{'ab' * 32}")
    assert (answer.status_code, answer.json()["title"]) == (503, "No archive here")
    browser = signed_in("read")
    for page in ("explain", "provenance"):
        assert "There is no archive here" in browser.get(f"/articles/{ID}/{page}").text


def test_a_search_can_be_followed_in_a_feed_reader(signed_in, app):
    """The feeds that its page names have what the page has, for who gives a key as the password."""
    saved(order(A))
    browser, secret = signed_in("read"), key("read")
    for word, result in (("harbor", True), ("nowhere", False)):
        page = browser.get("/articles", params={"q": word, "since": "2016-01-01"})
        feeds = re.findall(r'<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)"', page.text)
        assert len(feeds) == 2
        for kind, address in feeds:
            feed = client(app).get(page.url.join(unescape(address)), auth=("reader", secret))
            assert feed.headers["content-type"].startswith(kind)
            assert (ID in page.text, URL in feed.text) == (result, result)


def test_each_line_of_the_page_is_shown_with_the_rule_that_took_it(signed_in):
    page = (PAGES / "afpims" / "news-with-photos" / "page.html").read_bytes()
    name = capture_store.keep(capture_store.Capture(url=URL, fetched_at=NOW, status=200, headers=(), body=page))
    saved(order(A).model_copy(update={"capture": name}))
    browser = signed_in("read")
    explained = browser.get(f"/articles/{ID}/explain").text
    match = re.search(r'class="rule">([\w-]+)</span><p dir="auto"><del>', explained)
    assert match is not None
    assert f"<dt><code>{match[1]}</code></dt><dd>{RULES[match[1]].says}" in unescape(explained)
    assert re.search(r'<li class="text"><span class="rule">paragraph</span><p dir="auto">', explained)
    assert re.search(r'class="rule">(bold-line|over-text) → subhead</span><p dir="auto">', explained)
    assert name in browser.get(f"/articles/{ID}/provenance").text
    assert "Read this page again" not in explained  # a reader may not order it
    assert f'href="/desk/reingestions/new?articles={ID}"' in signed_in().get(f"/articles/{ID}/explain").text


def test_a_page_that_was_built_to_hurt_hurts_only_the_process_that_reads_it(signed_in, monkeypatch):
    """It is ended, and who asked is told how to look at the page in spite of that; so for a page without an end."""
    body = b"<main><h1>Harbor</h1>" + b"<p>No end.</p>" * (alone.LINES + 1)
    name = capture_store.keep(capture_store.Capture(url=URL, fetched_at=NOW, status=200, headers=(), body=body))
    saved(order(A).model_copy(update={"capture": name}))
    browser = signed_in("read")
    answer = browser.get(f"/articles/{ID}/explain")
    assert (answer.status_code, f"dateline parse --capture {name} --explain" in answer.text) == (422, True)
    usual = b"<main><h1>Harbor</h1><p>The harbor reopened.</p>"
    assert b"The harbor reopened." in alone.explained(usual, url=URL, content_type=None)
    monkeypatch.setattr(alone, "SECONDS", 0.01)
    assert alone.explained(usual, url=URL, content_type=None) is None
    monkeypatch.setattr(api, "_turns", threading.BoundedSemaphore(1))
    with api._turns:
        assert browser.get(f"/articles/{ID}/explain").status_code == 503


@pytest.mark.parametrize(
    "path",
    [
        "/articles/nope",
        "/articles/nope/history",
        "/articles/%3Flimit=1",  # a name is a name, and asks the API nothing else
        "/sources/%3F",
        "/sources/x%23",
        "/nothing",
        "/keys/x",
        "/dead-letters/x",
        "/reingestions/99",
        "/static/../app.py",
        "/static/x",
    ],
)
def test_what_is_not_there_is_told_as_a_page(signed_in, path):
    answer = signed_in().get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_a_date_that_is_none_is_told_beside_the_form(signed_in):
    answer = signed_in().get("/articles", params={"since": "yesterday"})
    assert answer.status_code == 200
    assert "since" in re.search(r'role="alert">([^<]+)<', answer.text)[1]


def test_what_a_newsroom_wrote_is_text_and_never_markup(signed_in):
    evil = "<script>alert(1)</script>{{7*7}}"
    saved(order(A, headline=evil))
    page = signed_in().get(f"/articles/{ID}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page


def test_every_page_has_a_policy_that_runs_nothing_but_ours(signed_in):
    browser = signed_in()
    for path in ("/articles", "/sign-in", "/nothing"):
        policy = browser.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_the_files_of_a_page_may_be_kept_for_ever_because_their_address_changes_with_them(signed_in):
    browser = signed_in()
    loaded = re.findall(r'(?:src|href)="(/desk/static/[^"]+)"', browser.get("/articles").text)
    assert len(loaded) == 6
    for address in loaded:
        answer = browser.get(f"http://dateline.test{address}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert urlsplit(address).query


def test_a_browser_is_led_to_the_desk_and_a_program_to_the_documentation(app):
    with client(app) as anybody:
        led = anybody.get("/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        assert (led.status_code, led.headers["location"]) == (303, "/desk/")
        assert anybody.get("/", headers={"Accept": "*/*"}).json()["desk"] == "/desk/"


def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong(signed_in):
    """For a source, its change and a key alike; nothing is made."""
    admin = signed_in()
    token = form_token(admin)
    channel = {"kind": "feed", "url": "https://news.example/feed"}
    assert admin.post("/sources", data={"form_token": token, "name": "demo", **channel}).status_code == 303
    forms = {
        "/sources/look": {"url": "ftp://typed.example/"},
        "/sources": channel | {"name": "Typed Wrongly"},
        "/sources/demo/edit": {"title": "typed", "channels": "feed ftp://news.example/"},
        "/keys": {"name": "typed" * 30, "scopes": "subscribe"},
    }
    for path, typed in forms.items():
        answer = admin.post(path, data={"form_token": token, **typed})
        assert answer.status_code == 422, path
        assert re.search(r'role="alert">[^<]+<', answer.text), path
        assert next(value for value in typed.values() if "yped" in value or "ftp" in value) in answer.text, path


def test_a_source_is_changed_and_keeps_what_its_form_does_not_show(signed_in):
    """How often a channel is looked at was written in a file, and stays so."""
    admin = signed_in()
    listing = ChannelSeed(kind="listing", url="https://news.example/list", interval=120)
    mailbox = ChannelSeed(kind="mailbox", url="imaps://me@mail.example/INBOX", senders=("news.example",))
    with transaction() as session:
        sources.register(session, SourceSeed(name="demo", channels=(listing, mailbox)), utcnow())
    channels = "listing https://news.example/list\r\nfeed https://news.example/feed\r\n"
    channels += "mailbox imaps://me@mail.example/INBOX\r\n"
    typed = {"title": "The demo", "channels": channels, "pages": "/story/\r\n/news/", "hosts": ""}
    assert admin.post("/sources/demo/edit", data={"form_token": form_token(admin), **typed}).status_code == 303
    with transaction() as session:
        result = sources.find_source(session, "demo")
    assert (result.source.title, result.source.pages) == ("The demo", ["/story/", "/news/"])
    assert [channel.senders for channel in result.channels if channel.kind == "mailbox"] == [["news.example"]]
    assert {channel.url: channel.interval for channel in result.channels if channel.kind != "mailbox"} == {
        "https://news.example/list": 120,
        "https://news.example/feed": None,
    }


def test_how_far_a_reingestion_is_comes_through_the_desk_as_the_api_tells_it(signed_in):
    """To those who may order it; what has ended is not followed."""
    admin, reader = signed_in(), signed_in("read")
    with transaction() as session:
        session.add(ReingestionRow(scope={"all": True}, reason="", asked_by=1, asked_by_name="", asked_at=NOW))
    page = admin.get("/reingestions/1").text
    assert 'data-follow="/desk/reingestions/1/progress"' in page
    with transaction() as session:
        session.connection().exec_driver_sql("UPDATE reingestions SET state = 'done'")
    answer = admin.get("/reingestions/1/progress")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "event: ended" in answer.text
    assert "data-follow" not in admin.get("/reingestions/1").text
    assert reader.get("/reingestions/1/progress").status_code == 403
    assert admin.get("/reingestions/9/progress").status_code == 404


OFFERED = {
    ("running", None): ["pause", "cancel"],
    ("paused", None): ["resume", "cancel"],
    ("cancelling", None): [],
    ("done", None): ["promote", "discard"],
    ("done", "promoting"): ["pause", "cancel"],
    ("done", "paused"): ["resume", "cancel"],
    ("done", "cancelling"): [],
    ("done", "cancelled"): ["discard"],
    ("done", "promoted"): [],
    ("done", "discarded"): [],
}


def test_a_reingestion_is_offered_just_the_steps_it_can_take(signed_in):
    """The run and the promotion of a dry run alike."""
    admin, offered = signed_in(), {}
    order = {"scope": {"all": True}, "reason": "", "asked_by": 1, "asked_by_name": "", "asked_at": NOW, "dry_run": True}
    for number, (state, preview) in enumerate(OFFERED, 1):
        with transaction() as session:
            session.add(ReingestionRow(**order, state=state, preview=preview, open=1))
        page = admin.get(f"/reingestions/{number}").text
        offered[state, preview] = re.findall(rf'action="/desk/reingestions/{number}/(\w+)"', page)
    assert offered == OFFERED


def test_a_dry_run_that_found_nothing_to_do_offers_nothing_to_promote(signed_in):
    admin = signed_in()
    order = {"scope": {"all": True}, "reason": "", "asked_by": 1, "asked_by_name": "", "asked_at": NOW, "dry_run": True}
    with transaction() as session:
        session.add(ReingestionRow(**order, state="done", unchanged=3))
    page = admin.get("/reingestions/1").text
    assert "Nothing is to be promoted: no page would change." in page
    assert re.findall(r'action="/desk/reingestions/1/(\w+)"', page) == []


def test_now_tells_of_endpoints_that_are_disabled_held_or_failing(signed_in):
    """Since when and why, to those who may open them; in the words of every list and page."""
    fields = {"event_types": [], "filter": {}, "labels": {}, "header_names": [], "sealed_secret": "", "updated_at": NOW}
    of = {
        "well": {},
        "failing": {
            "failures": 1,
            "failing_since": NOW,
            "last_error": "The endpoint answered 503.",
            "last_status": 503,
        },
        "held": {"failures": 5, "failing_since": NOW, "not_before": NOW},
        "disabled": {"failures": 99, "state": "disabled", "reason": "It answered 410 Gone."},
    }
    with transaction() as session:
        for name, text in of.items():
            payload = {"owner": 9, "url": "https://example.org/", "description": f"Receiver {name}", "created_at": NOW}
            session.add(Endpoint(**fields | payload | text))
    page = signed_in().get("/").text
    table = page.split("Deliveries that fail</h2>")[1].split("</ul>")[0]
    assert re.findall(r'href="/desk/webhooks/(\d)">([\w ]+)<', table) == [
        ("4", "Receiver disabled"),
        ("3", "Receiver held"),
        ("2", "Receiver failing"),
    ]
    assert "The endpoint answered 503." in table
    assert ("It answered 410 Gone." in table, f'datetime="{NOW.isoformat()}"' in table) == (True, True)
    assert "Endpoints in trouble" not in signed_in("read").get("/").text


@pytest.fixture
def relay(installation):
    """An installation that knows a mail server, which nobody asks for anything here, and has asked no recipient yet."""
    caches = (mail_settings, webhook_settings)
    for bucket in (confirmations._of_recipients, confirmations._of_keys):
        bucket._full_at.clear()
    installation(mail_host="localhost", mail_sender="news@dateline.example", public_url="https://d.example")
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def test_people_are_notified_asked_again_paused_and_forgotten(relay, signed_in):
    """Each order is one form of the page, and leads back to it."""
    admin = signed_in()
    token = form_token(admin)

    def gives(order="", **fields):
        answer = admin.post(f"/notifications{order}", data={"form_token": token, **fields})
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/notifications")
        return admin.get("/notifications").text

    assert "Nobody is notified yet." in admin.get("/notifications").text
    when = {"every": "week", "on": "friday", "at": "07:30", "zone": "Europe/Berlin"}
    page = gives(kind="email", to="ann@example.net", words="harbor, storm", min_grade="facts", **when)
    assert "The recipient is asked to confirm it." in page
    for part in ("mailto:a***@example.net", "unconfirmed", "Friday at 07:30 Europe/Berlin", "words: harbor, storm"):
        assert part in page
    assert "min grade: facts" in page
    assert "ann@example.net" not in page
    assert "unconfirmed" in gives("/1/ask")
    with transaction() as session:
        session.execute(update(Endpoint).values(state="active", confirmed_at=NOW))
    assert "The test is on its way." in gives("/1/test")
    assert "Resume" in gives("/1/pause")
    assert "Pause" in gives("/1/resume")
    assert "mailto:" in gives(kind="email", to="bob@example.net", every="hour", at="08:00", zone="UTC")
    assert admin.get("/webhooks").text.count("mailto:") == 0
    assert "a***@" not in gives("/1/delete")


def test_what_people_are_notified_of_is_edited_and_where_they_are_stays(relay, signed_in):
    """Their address is shown masked, and is not sent back so."""
    admin = signed_in()
    typed = {"form_token": form_token(admin), "kind": "email", "to": "ann@example.net", "words": "harbor"}
    assert admin.post("/notifications", data=typed).status_code == 303
    shown = admin.get("/webhooks/1/edit").text
    assert ("harbor" in shown, 'name="url"' in shown) == (True, False)
    before = admin.get("/webhooks/1").text
    edited = {"form_token": form_token(admin), "description": "Night desk", "words": "storm\nflood"}
    assert admin.post("/webhooks/1/edit", data=edited).status_code == 303
    after = admin.get("/webhooks/1").text
    assert ("words: storm, flood" in after, "Night desk" in after) == (True, True)
    assert ("mailto:a***@" in before, "mailto:a***@" in after) == (True, True)


def test_a_notification_that_cannot_be_is_told_beside_its_form(relay, signed_in):
    """With what was typed."""
    admin = signed_in()
    typed = {"form_token": form_token(admin), "kind": "email", "to": "no address", "words": "harbor"}
    answer = admin.post("/notifications", data=typed)
    assert answer.status_code == 422
    assert "This is no e-mail address" in re.search(r'role="alert">([^<]+)<', answer.text)[1]
    assert 'value="harbor"' in answer.text


def test_an_order_ends_in_a_redirect_and_its_secret_is_shown_once(signed_in, monkeypatch):
    """To look at the page again orders nothing again, and shows the secret no more. Nor does the database."""
    monkeypatch.setenv("DATELINE_EGRESS_ALLOW", "127.0.0.0/8")
    egress_settings.cache_clear()
    admin = signed_in()
    token = form_token(admin)
    for requests, text in {
        ("/webhooks", "whsec_"): {"url": "http://127.0.0.1:9/hook"},
        ("/webhooks/1/rotate", "whsec_"): {},
        ("/keys", "dl_"): {"name": "Newsroom", "scopes": "read"},
        ("/keys/1/rotate", "dl_"): {},
    }.items():
        path, begins = requests
        answer = admin.post(path, data={"form_token": token, **text})
        assert (answer.status_code, begins in answer.text) == (303, False), path
        with transaction() as session:
            assert begins not in str(session.connection().exec_driver_sql("SELECT * FROM desk_sessions").all())
        page = answer.headers["location"].removeprefix("/desk")
        assert [f"<code>{begins}" in admin.get(page).text for _ in range(2)] == [True, False], path
    assert len(re.findall(r'href="/desk/webhooks/\d+"', admin.get("/webhooks").text)) == 1
    egress_settings.cache_clear()


def test_an_address_inside_is_not_looked_at_and_says_so(signed_in):
    admin = signed_in()
    typed = {"form_token": form_token(admin), "url": "http://127.0.0.1:9/feed"}
    answer = admin.post("/sources/look", data=typed)
    assert answer.status_code == 200
    assert "127.0.0.1" in re.search(r'role="alert">([^<]+)<', answer.text)[1]
    assert "Watch it" not in answer.text


def test_a_site_that_was_examined_is_watched_by_all_its_channels(signed_in, monkeypatch):
    """What the doctor proposes fills the form; an address inside is refused like any other."""
    admin = signed_in()
    typed = {"form_token": form_token(admin), "url": "http://127.0.0.1:9/news/"}
    assert "private or reserved address" in admin.post("/sources/examine", data=typed).text

    monkeypatch.setenv("DATELINE_EGRESS_ALLOW", "127.0.0.0/8")
    monkeypatch.setenv("DATELINE_FETCHER_PACE", "0")
    egress_settings.cache_clear()
    fetcher_settings.cache_clear()
    with Scripted() as site:
        urls = [f"{site.url}/news/{slug}" for slug in ("a-long-day-ends", "a-bridge-is-built", "the-locks-are-closed")]
        links = "".join(f'<a href="{url}">{url}</a>' for url in urls)
        head = '<link rel="alternate" type="application/rss+xml" href="/feed/">'
        site.serves("/news/", f"<html><head>{head}</head><body>{links}</body></html>")
        site.serves("/feed/", feed(*((url, "A story") for url in urls)), FEED)
        answer = admin.post("/sources/examine", data=typed | {"url": f"{site.url}/news/"})
        channels = f"feed {site.url}/feed/\nlisting {site.url}/news/"
    egress_settings.cache_clear()
    fetcher_settings.cache_clear()
    assert (answer.status_code, channels in answer.text, "[[source.channels]]" in answer.text) == (200, True, True)
    assert set(re.findall(r'name="article" value="([^"]+)"', answer.text)) >= set(urls)
    added = {"name": "bay", "channels": channels, "pages": "^/news/[^/]+", "hosts": ""}
    assert admin.post("/sources", data={"form_token": form_token(admin), **added}).status_code == 303
    with transaction() as session:
        assert len(sources.find_source(session, "bay").channels) == 2


def test_what_was_taken_down_is_listed_with_its_evidence_and_decided(signed_in):
    """Mass takedowns wait on top; an operator's decision is kept, and a reader sees no form."""
    saved(order())
    capture_store.keep(capture_store.Capture(url=URL, fetched_at=NOW, status=410, headers=(), body=b"Gone"))
    with transaction() as session:
        page = {"page": 7, "article": ID, "url": URL, "sign": "404", "since": utcnow()}
        session.add(takedown := Takedown(source="war-releases", opened_at=utcnow()))
        session.flush()
        number = takedown.id
        session.add(TakedownPage(takedown=number, **page))
    browser = signed_in()
    listed = browser.get("/taken-down")
    assert (listed.status_code, "1 pages of war-releases" in listed.text) == (200, True)
    assert "/release" not in signed_in("read").get("/taken-down").text
    assert URL in browser.get(f"/taken-down/{number}").text
    answer = browser.post(f"/taken-down/{number}/discard", data={"form_token": form_token(browser)})
    assert answer.status_code == 303
    assert "discarded" in browser.get(f"/taken-down/{number}").text
    with transaction() as session:
        gone = SetStatus(article=ID, status="removed", at=utcnow(), since=utcnow(), looks=5)
        set_all(session, [(gone, None)], utcnow())
        shown = {
            "page": 1,
            "fetched_at": utcnow(),
            "article": ID,
            "sign": "410",
            "detail": "Gone.",
            "capture": "c0ffee",
        }
        note_evidence(session, [EvidenceRow(**shown)])
    assert f"/articles/{ID}/provenance#evidence" in browser.get("/taken-down").text
    assert "c0ffee" in browser.get(f"/articles/{ID}/provenance").text
