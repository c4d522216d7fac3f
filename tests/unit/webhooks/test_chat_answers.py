"""What the documented answers of each service mean: done, later, never this message, or never again."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from services.runtime.egress import Response
from services.webhooks.chat.answers import SERVICES, verdict_on

NOW = datetime(2026, 3, 2, 15, 4, tzinfo=UTC)


def verdict(kind, status, body=b"", **headers):
    labels = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    content = json.dumps(body).encode() if isinstance(body, dict) else body
    return verdict_on(kind, Response("https://example.org/", status, labels, content), NOW)


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("slack", 200, b"ok"),
        ("mattermost", 200, b"ok"),
        ("teams", 202, b""),
        ("teams", 200, b"1"),
        ("discord", 200, {"id": "1"}),
        ("discord", 204, b""),
        ("ntfy", 200, {"id": "x", "event": "message"}),
        ("matrix", 200, {"event_id": "$x"}),
        ("apprise", 200, {"error": None}),
    ],
)
def test_a_success_is_a_success(kind, status, body):
    """2xx, as each service says it."""
    assert (verdict(kind, status, body).outcome, verdict(kind, status, body).sentence) == ("delivered", None)


@pytest.mark.parametrize(
    ("kind", "status", "body", "text"),
    [
        ("slack", 404, b"no_service", "Slack answered 404: no_service; make a new webhook"),
        ("slack", 403, b"invalid_token", "invalid_token"),
        ("slack", 410, b"channel_is_archived", "channel_is_archived"),
        ("mattermost", 400, {"id": "web.incoming_webhook.invalid.app_error", "message": "Invalid webhook"}, "Invalid"),
        ("teams", 404, {"error": {"code": "WorkflowNotFound", "message": "It could not be found."}}, "be found; look"),
        ("teams", 400, {"error": {"code": "WorkflowTriggerIsNotEnabled", "message": "Off."}}, "400: Off; look whether"),
        ("discord", 404, {"message": "Unknown Webhook", "code": 10015}, "Unknown Webhook; make a new webhook"),
        ("discord", 401, {"message": "Invalid Webhook Token", "code": 50027}, "Invalid Webhook Token"),
        ("ntfy", 403, {"code": 40301, "http": 403, "error": "forbidden"}, "ntfy answered 403: forbidden; look"),
        ("matrix", 401, {"errcode": "M_UNKNOWN_TOKEN", "error": "Unknown token"}, "Unknown token; look whether"),
        ("apprise", 204, b"", "Apprise answered 204; look whether the server has services under this key"),
        ("matrix", 403, {"errcode": "M_FORBIDDEN", "error": "User not in room"}, "User not in room"),
    ],
)
def test_a_dead_address_ends_the_endpoint_with_advice(kind, status, body, text):
    """The webhook was removed, or the token is not good any more: nothing is sent until somebody has looked."""
    result = verdict(kind, status, body)
    assert result.outcome == "gone"
    assert text in result.sentence


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("slack", 400, b"invalid_blocks"),
        ("mattermost", 400, {"id": "api.context.invalid", "message": "Text too long"}),
        ("teams", 413, b""),
        ("discord", 400, {"message": "Invalid Form Body", "code": 50035, "errors": {"embeds": ["0"]}}),
        ("ntfy", 413, {"code": 41303, "http": 413, "error": "payload too large"}),
        ("apprise", 424, {"error": "One or more notification could not be sent."}),
        ("matrix", 413, {"errcode": "M_TOO_LARGE", "error": "Event too large"}),
    ],
)
def test_a_message_that_is_refused_is_not_sent_again(kind, status, body):
    """Another 4xx would not become better by repetition, and would keep back what follows."""
    result = verdict(kind, status, body)
    assert (result.outcome, result.retry_after) == ("rejected", None)
    assert result.sentence.startswith(f"{SERVICES[kind].name} answered {status}")


@pytest.mark.parametrize("kind", SERVICES)
@pytest.mark.parametrize("status", [500, 501, 408, 409, 425])
def test_what_may_pass_is_tried_again(kind, status):
    """Trouble of the service, and refusals of the moment."""
    assert verdict(kind, status).outcome == "refused"


@pytest.mark.parametrize("kind", SERVICES)
def test_a_redirect_is_never_followed(kind):
    """It would carry the token elsewhere."""
    result = verdict(kind, 302, location="https://evil.example/")
    assert result.outcome == "refused"
    assert "final address" in result.sentence


@pytest.mark.parametrize(
    ("kind", "body", "headers", "seconds"),
    [
        ("slack", b"rate_limited", {"retry_after": "30"}, 30),
        ("mattermost", b"limit exceeded", {"retry_after": "2"}, 2),
        ("teams", b"", {"retry_after": "Mon, 02 Mar 2026 15:05:00 GMT"}, 60),
        ("discord", {"message": "You are being rate limited.", "retry_after": 64.57, "global": False}, {}, 64.57),
        ("discord", {"retry_after": 0.65}, {"retry_after": "1", "x_ratelimit_reset_after": "1.2"}, 1.2),
        ("discord", b"<html>", {"retry_after": "1800"}, 1800),
        ("discord", b"", {"retry_after": "0.5"}, 0.5),
        ("ntfy", {"code": 42901, "http": 429, "error": "limit reached: too many requests"}, {}, None),
        ("ntfy", {"code": 42908, "http": 429, "error": "limit reached: daily message quota"}, {}, 3600),
        ("matrix", {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2001}, {}, 2.001),
        ("matrix", {"errcode": "M_LIMIT_EXCEEDED"}, {"retry_after": "7"}, 7),
        ("matrix", {"retry_after_ms": 10**30}, {}, None),
        ("matrix", {"retry_after_ms": -5}, {}, None),
        ("discord", {"retry_after": 900_000}, {}, 86_400),
        ("discord", {"retry_after": True}, {}, None),
    ],
)
def test_each_way_to_ask_for_patience_is_heard(kind, body, headers, seconds):
    """In headers or in JSON, in seconds or milliseconds; the longest that was asked for counts, at most a day."""
    result = verdict(kind, 429, body, **headers)
    assert result.outcome == "throttled"
    assert result.retry_after == (None if seconds is None else timedelta(seconds=seconds))


def test_an_old_connector_of_teams_that_answers_200_is_not_believed():
    """What went wrong behind it is in the body."""
    failed = (
        b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error %d with ContextId x"
    )
    assert verdict("teams", 200, failed % 429).outcome == "throttled"
    assert verdict("teams", 200, failed % 413).outcome == "rejected"
    assert verdict("teams", 200, failed % 502).outcome == "throttled"


@pytest.mark.parametrize("kind", SERVICES)
@pytest.mark.parametrize(
    "body",
    [b"[]", b"null", b"[" * 50_000, b'{"error": {}}', b'{"code": {}, "message": 5}', b"\xff\x00", b"{" + b" " * 4_000],
)
def test_any_body_is_borne(kind, body):
    """It comes from outside; the status decides where the body says nothing."""
    assert verdict(kind, 400, body).sentence == f"{SERVICES[kind].name} answered 400."
    assert verdict(kind, 429, body).outcome == "throttled"


def test_the_words_of_a_service_are_shown_safely():
    """On one line, no longer than a sentence, and without what looks like a secret."""
    hostile = {"message": "a\x1b[31m\ntoken=abcdefghijkl " + "x" * 500}
    sentence = verdict("discord", 400, hostile).sentence
    assert "\x1b" not in sentence
    assert "\n" not in sentence
    assert "abcdefghijkl" not in sentence
    assert len(sentence) < 260
