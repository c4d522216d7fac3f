"""What subscribers were promised: the examples of docs/webhooks.md are true."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

from pydantic import SecretStr
from standardwebhooks import Webhook

from services.contracts.article_view import ArticleView
from services.webhooks import judge, limits, models, retries
from services.webhooks.signing import new_secret, signed_headers

PAGE = Path(__file__).parents[2].joinpath("docs", "webhooks.md").read_text()


def example(language):
    """The one code block in this language."""
    (result,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return result


def request():
    """Headers and body of the example request."""
    head, _, body = example("http").partition("\n\n")
    return dict(line.split(": ", 1) for line in head.splitlines()[1:]), body.strip().encode()


def test_the_example_request_is_signed_with_the_example_secret():
    """A reader can check their own verification against the page."""
    headers, body = request()
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", PAGE)[0]
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    signed = signed_headers(SecretStr(secret), headers["webhook-id"], at, body)
    assert headers == {"content-type": "application/json", "dateline-sequence": "17"} | signed


def test_the_example_article_is_one_that_the_store_would_send():
    """Every field, and no other, in the form in which it is sent."""
    event = json.loads(example("json"))
    article = event["data"]["article"]
    assert ArticleView.model_validate(article).model_dump(mode="json") == article
    assert set(event) == {"type", "timestamp", "sequence", "data"}
    assert set(event["data"]) == {"article", "previous_revision", "changed", "change"}
    assert judge.story("army-news", event).article == article["id"]


def test_every_type_of_event_is_explained():
    """No more and no fewer than there are."""
    explained = set(re.findall(r"^\| `([a-z]+\.[a-z]+)` \|", PAGE, re.MULTILINE))
    assert explained == {*get_args(models.EventType), models.TEST}


def test_the_numbers_on_the_page_are_those_in_the_code():
    """Schedule, time limit, and how much of an answer is kept."""
    pauses = re.search(r"^\| pause \|(.*)\|$", PAGE, re.MULTILINE)[1].split("|")
    units = {"s": "seconds", "min": "minutes", "h": "hours"}
    written = [timedelta(**{units[unit]: int(number)}) for number, unit in map(str.split, pauses)]
    assert tuple(written) == retries.SCHEDULE
    assert f"within **{limits.SECONDS:.0f} seconds**" in PAGE
    assert f"first {limits.KEPT // 1024} KB" in PAGE
    assert f"at most {retries.LONGEST // timedelta(hours=1)} hours" in PAGE
    later = re.search(r"^\| ([\d, ]+) \| try again, not before", PAGE, re.MULTILINE)[1]
    assert set(map(int, later.split(", "))) == retries.LATER


def test_a_receiver_written_years_ago_still_verifies():
    """The scheme itself, spelt out once without any library: HMAC-SHA256 over id, time and body."""
    import hmac
    from base64 import b64decode, b64encode

    secret, body = new_secret(), b'{"type":"endpoint.test"}'
    headers = signed_headers(secret, "evt_1", datetime.now(UTC), body)
    key = b64decode(secret.get_secret_value().removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert headers["webhook-signature"] == "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()
    assert Webhook(secret.get_secret_value()).verify(body, headers)
