"""From an event to a mail, on both databases and against a real relay on loopback."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from services.runtime.database import utcnow
from services.runtime.http.rate_limits import TokenBucket
from services.runtime.sealing import unseal
from services.webhooks import confirming, deliver
from services.webhooks.api import confirmations
from services.webhooks.models import Attempt, Delivery, Endpoint
from services.webhooks.people import message
from tests.support import in_process
from tests.support.house import announced, balanced, log_of, only, rows, run

ANN = "ann@example.net"
LINK = re.compile(r"https://dateline\.example(/notifications/\w+\?token=[\w-]+)")


def made(http, **more):
    answer = http.post("/webhooks/endpoints", json={"kind": "email", "to": ANN, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def text(mail, subtype="plain"):
    return mail.get_body((subtype,)).get_content().replace("\r\n", "\n")


def link(mail):
    return LINK.search(text(mail))[1]


@pytest.fixture
def confirmed(http, post_office):
    """Makes endpoints whose recipient has confirmed; the mails so far are forgotten."""

    def make(**more):
        endpoint = made(http, **more)
        run()
        assert http.post(link(post_office.mails[-1])).status_code == 200
        post_office.received.clear()
        return endpoint

    return make


def soon():
    """Five minutes past the next hour: so it is the same time of the hour whenever the tests run."""
    return (utcnow() + timedelta(hours=1)).replace(minute=5, second=0, microsecond=0)


def state(http, endpoint):
    return http.get(f"/webhooks/endpoints/{endpoint['id']}").json()["state"]


def test_nothing_is_sent_before_the_recipient_has_confirmed(http, post_office):
    """And what happened before is not sent afterwards. A program that only opens the link confirms nothing."""
    endpoint = made(http)
    assert (endpoint["state"], endpoint["secret"], endpoint["url"]) == ("unconfirmed", None, "mailto:a***@example.net")
    announced("evt_1", 1)
    run()
    (question,) = post_office.mails
    assert question["Subject"] == "Please confirm that you want notifications"
    assert "List-Unsubscribe" not in question
    assert http.post(f"/webhooks/endpoints/{endpoint['id']}/test").status_code == 409

    page = http.get(link(question))
    assert (page.status_code, state(http, endpoint)) == (200, "unconfirmed")
    assert '<form method="post">' in page.text
    assert http.post(link(question)).status_code == 200
    assert state(http, endpoint) == "active"
    assert http.post(link(question)).status_code == 200
    announced("evt_2", 2, headline="The bridge is open")
    run()
    assert [mail["Subject"] for mail in post_office.mails[1:]] == ["New: The bridge is open"]
    assert balanced()


def test_tokens_are_not_in_the_database_and_not_in_the_log(http, post_office):
    """Their digests are, and what is sealed."""
    endpoint = made(http)
    run()
    token = link(post_office.mails[0]).partition("=")[2]
    row = only(Endpoint)
    assert token not in f"{row!r}" + "".join(map(repr, rows(Attempt)))
    assert row.confirmation == confirming.token_digest(token)
    assert token in unseal(row.sealed_secret).get_secret_value()
    assert ANN not in f"{row!r}" + str(log_of(http, endpoint)) + http.get("/webhooks/endpoints").text


def test_a_link_that_is_too_old_opens_nothing(http, post_office, monkeypatch):
    """Enabling the endpoint asks again, and the new link opens."""
    monkeypatch.setattr(confirming, "VALID", timedelta(0))
    endpoint = made(http)
    run()
    old = http.post(link(post_office.mails[0]))
    unknown = http.post("/notifications/confirm?token=" + "x" * 43)
    assert (old.status_code, old.text) == (unknown.status_code, unknown.text) == (404, unknown.text)
    monkeypatch.setattr(confirming, "VALID", timedelta(days=1))
    http.patch(f"/webhooks/endpoints/{endpoint['id']}", json={"state": "active"})
    assert state(http, endpoint) == "unconfirmed"
    run()
    assert http.post(link(post_office.mails[0])).status_code == 404
    assert http.post(link(post_office.mails[1])).status_code == 200
    assert state(http, endpoint) == "active"


def test_one_click_ends_it_without_a_sign_in(app, http, post_office, confirmed):
    """As RFC 8058 has it: the POST of a mail program. What waits is not sent, and only the recipient can begin anew."""
    endpoint = confirmed()
    announced("evt_1", 1)
    run()
    (mail,) = post_office.mails
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = LINK.search(mail["List-Unsubscribe"])[1]
    post_office.answers["RCPT"] = ["450 4.2.0 Later"]
    announced("evt_2", 2, "art_2")
    run()
    with in_process.client(app) as stranger:
        assert stranger.get(address).status_code == 200
        assert state(http, endpoint) == "held"
        answer = stranger.post(address, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert stranger.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        assert stranger.post("/notifications/unsubscribe?token=nonsense").status_code == 404
        assert stranger.post("/notifications/unsubscribe").status_code == 404
    assert state(http, endpoint) == "unsubscribed"
    announced("evt_3", 3, "art_3")
    run(utcnow() + timedelta(hours=1))
    assert len(post_office.mails) == 1
    assert {row.state for row in rows(Delivery)} == {"delivered", "cancelled"}

    http.patch(f"/webhooks/endpoints/{endpoint['id']}", json={"state": "active"})
    assert state(http, endpoint) == "unconfirmed"
    assert balanced()


def test_too_many_guesses_from_one_address_must_wait(app, monkeypatch):
    """With a Retry-After; the answer says nothing of the token."""
    monkeypatch.setattr(confirmations, "_bucket", TokenBucket(rate=0.001, burst=3))
    with in_process.client(app) as stranger:
        answers = [stranger.post("/notifications/confirm?token=guess") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429, 429]
    assert int(answers[-1].headers["retry-after"]) > 0


def test_a_change_is_a_mail_with_its_words(post_office, confirmed):
    """Headline, what changed, links to the page and to the desk; in text and in HTML."""
    endpoint = confirmed()
    diff = [{"field": "body", "pieces": [{"fate": "deleted", "text": "40"}, {"fate": "inserted", "text": "41"}]}]
    change = {"grade": "facts", "facts": ["figures"], "returns_to": None, "truncated": False, "diff": diff}
    about = {"headline": "Bridge reopens", "url": "https://www.army.example/bridge/"}
    announced(event_type="article.updated", change=change, **about)
    run()
    (mail,) = post_office.mails
    assert mail["Subject"] == "Facts changed: Bridge reopens"
    assert (mail["From"], mail["To"]) == ("Dateline <news@dateline.example>", ANN)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"].endswith(".dateline.dateline.example>")
    assert mail["Date"].datetime.tzinfo is not None
    plain = text(mail)
    for line in ("body: [-40-]{+41+}", "Page: https://www.army.example/bridge/"):
        assert line in plain
    assert "Desk: https://dateline.example/desk/articles/art_1" in plain
    assert re.search(r"^\d{4}-\d\d-\d\d \d\d:\d\d UTC$", plain, re.MULTILINE)
    html = text(mail, "html")
    assert re.search(r"<del[^>]*>40</del>\s*<ins[^>]*>41</ins>", html)
    assert 'href="https://www.army.example/bridge/"' in html
    assert log_shows_no_address(endpoint)


def log_shows_no_address(endpoint):
    return ANN not in "".join(str(row.request) for row in rows(Attempt))


def test_nothing_of_outside_text_becomes_markup_a_header_or_another_link(post_office, confirmed):
    """Line breaks, tags, halves of characters, marks of direction, and an address that is a script."""
    confirmed()
    hostile = 'Ha\r\nBcc: eve@example.org\r\n\r\n<script>alert(1)</script>"\u202e\ud800\x00'
    body = [{"kind": "paragraph", "text": "<img src=x onerror=alert(1)>"}]
    announced(headline=hostile.replace("\ud800", "").replace("\x00", ""), url="javascript:alert(1)", body=body)
    run()
    (mail,) = post_office.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == 'New: Ha Bcc: eve@example.org <script>alert(1)</script>"'
    assert post_office.recipients[-1] == ANN
    html = text(mail, "html")
    assert "<script" not in html
    assert "<img" not in html
    assert "javascript:" not in html + text(mail)
    assert "\u202e" not in html + text(mail)


@pytest.mark.parametrize(
    ("command", "answer", "delivery", "endpoint_state"),
    [
        ("RCPT", "450 4.2.0 Greylisted, come again", "pending", "held"),
        ("DATA", "451 4.3.0 Not now", "pending", "held"),
        ("MAIL", "550 5.7.1 Not from you", "pending", "held"),
        ("DATA", "554 5.7.1 Looks like spam", "failed", "failing"),
        ("RCPT", "550 5.7.1 Refused by policy", "failed", "failing"),
        ("RCPT", "550 5.1.1 No such user", "pending", "disabled"),
    ],
)
def test_what_the_relay_refuses(http, post_office, confirmed, command, answer, delivery, endpoint_state):
    """4xx: again later. 5xx: this mail never; where there is no such mailbox, nothing more at all. What is wrong with
    us is tried again.
    """
    endpoint = confirmed()
    post_office.answers[command] = [answer]
    announced()
    run()
    assert (rows(Delivery)[-1].state, state(http, endpoint)) == (delivery, endpoint_state)
    (attempt,) = log_of(http, endpoint)["deliveries"][0]["attempts"]
    assert (attempt["status"], attempt["response"]) == (int(answer[:3]), answer[4:])
    run(utcnow() + timedelta(minutes=5))
    expected = 1 if endpoint_state == "held" else 0
    assert len(post_office.mails) == expected


def test_a_relay_that_is_away_costs_nobody_anything(http, house, installation, post_office, confirmed):
    """However long it is away: no delivery is given up, and no endpoint disabled. Its return brings all of it."""
    endpoint = confirmed()
    now = utcnow()
    for number in range(3):
        announced(f"evt_{number}", number, f"art_{number}", headline=f"Story {number}")
    post_office.answers["MAIL"] = ["451 4.3.2 Going down"] * 100
    for day in range(30):
        run(now + timedelta(days=day))
    assert len(post_office.answers["MAIL"]) <= 70
    post_office.answers["MAIL"].clear()
    view = http.get(f"/webhooks/endpoints/{endpoint['id']}").json()
    assert (view["state"], view["failures"], view["last_status"]) == ("held", 0, 451)
    assert "Going down" in view["last_error"]
    assert [row["id"] for row in http.get("/webhooks/endpoints?troubled=true").json()["endpoints"]] == [1]
    run(now + timedelta(days=31))
    assert [mail["Subject"] for mail in post_office.mails] == [f"New: Story {number}" for number in range(3)]
    assert state(http, endpoint) == "active"
    assert balanced()


def test_nobody_is_flooded_with_questions(http, post_office, monkeypatch):
    """Three a day for one address, and a few for one key; the refusal says when to come again."""
    monkeypatch.setattr(confirmations, "_of_keys", TokenBucket(rate=0.0001, burst=20))  # none comes back meanwhile
    answers = [http.post("/webhooks/endpoints", json={"kind": "email", "to": ANN}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert int(answers[-1].headers["retry-after"]) > 60
    again = http.patch("/webhooks/endpoints/1", json={"state": "active"})
    assert again.status_code == 429
    assert http.patch("/webhooks/endpoints/1", json={"description": "the evening desk"}).status_code == 200
    others = [http.post("/webhooks/endpoints", json={"kind": "email", "to": f"{n}@example.net"}) for n in range(18)]
    assert [answer.status_code for answer in others] == [201] * 17 + [429]
    assert len(rows(Endpoint)) == 20


def test_sent_twice_it_is_the_same_mail(http, post_office, confirmed):
    """Who is asked to send it again, or died before it could note that it was sent, gives it the same Message-ID."""
    endpoint = confirmed()
    announced()
    run()
    (delivery,) = [row for row in log_of(http, endpoint)["deliveries"] if row["event"] == "evt_1"]
    http.post(f"/webhooks/endpoints/{endpoint['id']}/deliveries/{delivery['id']}/replay")
    run()
    first, second = post_office.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert re.fullmatch(r"<dateline\.1\.2-2\.[0-9a-f]{12}@dateline\.example>", first["Message-ID"])


def test_a_digest_is_one_mail_about_a_range_of_deliveries(http, post_office, confirmed):
    """In their order; nothing is lost and nothing comes twice; nothing happened, nothing is sent."""
    endpoint = confirmed(digest={"every": "hour"})
    now = soon()
    for number in range(3):
        announced(f"evt_{number}", number, f"art_{number % 2}", headline=f"Story {number}")
    run(now)
    assert post_office.mails == []
    after = now + timedelta(hours=1)
    run(after)
    (mail,) = post_office.mails
    assert mail["Subject"] == "3 events: New: Story 0"
    assert re.findall(r"Story \d", text(mail)) == ["Story 0", "Story 1", "Story 2"]
    assert ".2-4." in mail["Message-ID"]
    run(after + timedelta(hours=5))
    assert len(post_office.mails) == 1
    assert {row.state for row in rows(Delivery)} == {"delivered"}
    assert len(log_of(http, endpoint)["deliveries"]) == 4
    assert balanced()


def test_a_digest_that_fails_comes_again_as_it_was_and_the_next_waits_for_it(post_office, confirmed):
    """Events that come meanwhile are in the next one. A recovered relay brings no digest before its time."""
    confirmed(digest={"every": "hour"})
    post_office.answers["DATA"] = ["451 Later"]
    now = soon()
    announced("evt_1", 1, headline="Story 1")
    run(now)
    first = now + timedelta(hours=1)
    run(first)
    announced("evt_2", 2, headline="Story 2")
    run(first + timedelta(minutes=1))
    assert post_office.mails == []
    run(first + timedelta(minutes=40))
    assert [re.findall(r"Story \d", text(mail)) for mail in post_office.mails] == [["Story 1"]]
    run(first + timedelta(hours=2))
    assert [re.findall(r"Story \d", text(mail)) for mail in post_office.mails] == [["Story 1"], ["Story 2"]]
    assert balanced()


def test_a_long_digest_shows_the_first_and_says_how_many_more_there_are(post_office, confirmed, monkeypatch):
    """What is beyond the most that one tells of comes in another one, right after it."""
    monkeypatch.setattr(message, "ENTRIES", 2)
    monkeypatch.setattr(deliver, "DIGEST", 3)
    confirmed(digest={"every": "hour"})
    for number in range(5):
        announced(f"evt_{number}", number, f"art_{number}", headline=f"Story {number}")
    run(utcnow())
    run(utcnow() + timedelta(hours=1))
    first, second = post_office.mails
    assert re.findall(r"Story \d", text(first)) == ["Story 0", "Story 1"]
    assert "1 further events are not shown here: https://dateline.example/desk/articles" in text(first)
    assert "1 further events" in text(first, "html")
    assert re.findall(r"Story \d", text(second)) == ["Story 3", "Story 4"]
    assert {row.state for row in rows(Delivery)} == {"delivered"}


def test_another_digest_takes_what_waits_along(http, post_office, confirmed):
    """Without one, what waits is sent at once, each by itself."""
    endpoint = confirmed(digest={"every": "week", "on": "friday", "at": "07:00", "zone": "Europe/Berlin"})
    assert endpoint["digest"] == {"every": "week", "on": "friday", "at": "07:00", "zone": "Europe/Berlin"}
    for number in range(2):
        announced(f"evt_{number}", number, f"art_{number}", headline=f"Story {number}")
    run()
    http.patch(f"/webhooks/endpoints/{endpoint['id']}", json={"digest": None})
    run()
    assert [mail["Subject"] for mail in post_office.mails] == ["New: Story 0", "New: Story 1"]


def test_what_came_while_it_was_disabled_is_one_digest(http, post_office, confirmed):
    """At once when it is enabled."""
    endpoint = confirmed(digest={"every": "day"})
    address = f"/webhooks/endpoints/{endpoint['id']}"
    http.patch(address, json={"state": "disabled"})
    for number in range(2):
        announced(f"evt_{number}", number, f"art_{number}", headline=f"Story {number}")
    run()
    http.patch(address, json={"state": "active"})
    run()
    assert [mail["Subject"] for mail in post_office.mails] == ["2 events: New: Story 0"]


def test_a_test_is_sent_at_once_and_hurries_no_digest(http, post_office, confirmed):
    """It is a mail of its own."""
    endpoint = confirmed(digest={"every": "week"})
    announced()
    run()
    http.post(f"/webhooks/endpoints/{endpoint['id']}/test")
    run()
    assert [mail["Subject"] for mail in post_office.mails] == ["Test"]


def test_times_are_in_the_zone_of_the_digest(post_office, confirmed):
    """With its name."""
    confirmed(digest={"every": "day", "at": "08:00", "zone": "Asia/Tokyo"})
    announced()
    run()
    run(datetime.now(UTC) + timedelta(days=1))
    assert re.search(r"\d\d:\d\d JST", text(post_office.mails[0]))


def test_another_recipient_has_to_confirm_anew(http, post_office, confirmed):
    """What waited for the first one goes to the second once that has agreed."""
    endpoint = confirmed()
    http.patch(f"/webhooks/endpoints/{endpoint['id']}", json={"to": "bob@example.net"})
    assert state(http, endpoint) == "unconfirmed"
    run()
    assert post_office.recipients[-1] == "bob@example.net"
    assert http.post(link(post_office.mails[-1])).status_code == 200
    announced()
    run()
    assert post_office.mails[-1]["To"] == "bob@example.net"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"to": "ann"}, "no e-mail address"),
        ({"to": "ann@example.net, eve@example.org"}, "no e-mail address"),
        ({"to": "ann@example.net\r\nBcc: eve@example.org"}, "no e-mail address"),
        ({"to": '"ann b"@example.net'}, "no e-mail address"),
        ({"to": "ann@localhost"}, "no e-mail address"),
        ({"to": "ann@[127.0.0.1]"}, "no e-mail address"),
        ({"url": "https://example.org/"}, "has no `url`"),
        ({"payload": "thin"}, "has no `payload`"),
        ({"kind": "webhook", "url": "https://example.org/"}, "has no `to`"),
        ({"kind": "pigeon"}, "kind"),
        ({"digest": {"every": "month"}}, "digest"),
    ],
)
def test_what_is_no_endpoint_for_mail_is_refused(http, post_office, wrong, why):
    """With the reason."""
    answer = http.post("/webhooks/endpoints", json={"kind": "email", "to": ANN, **wrong})
    assert answer.status_code == 422
    assert why in answer.text
    assert rows(Endpoint) == []


def test_without_a_relay_there_is_no_mail(http):
    """The refusal names what the operator has to set."""
    answer = http.post("/webhooks/endpoints", json={"kind": "email", "to": ANN})
    assert answer.status_code == 409
    assert "DATELINE_MAIL_HOST, DATELINE_MAIL_SENDER, DATELINE_PUBLIC_URL" in answer.text


def test_people_have_no_secret_to_rotate(http, confirmed):
    """The refusal says what to do instead."""
    endpoint = confirmed()
    assert http.post(f"/webhooks/endpoints/{endpoint['id']}/rotate").status_code == 409
