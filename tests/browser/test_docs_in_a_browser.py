"""The page at /docs, where a call is tried: under its own policy, with a key, and without leaving a trace of it."""

import json

import pytest


@pytest.fixture
def docs(opens):
    page = opens(signed_in=False, but_for="Failed to load resource")  # how Chromium speaks of a status 401
    page.goto("/docs")
    return page


def opened(docs, method, path):
    """The part of the page about one operation, unfolded."""
    part = docs.locator("details").filter(has=docs.locator(f'form[data-method="{method}"][data-path="{path}"]'))
    part.locator("summary").click()
    return part


def tried(part, says):
    """The answer's first line and its body, once the answer says so."""
    part.get_by_role("button", name="Try it").click()
    part.locator("output").filter(has_text=says).wait_for()
    part.get_by_role("button", name="Try it").wait_for()
    head, _, body = part.locator("output").inner_text().partition("\n\n")
    return head.splitlines()[0], body


def test_a_call_is_tried_with_the_key_and_refused_without(docs, world):
    part = opened(docs, "GET", "/articles")
    part.get_by_label("limit").fill("1")
    assert tried(part, "401")[0].startswith("401")
    docs.get_by_label("API key").fill(world.key)
    status, body = tried(part, '"articles"')
    assert status.startswith("200")
    assert len(json.loads(body)["articles"]) == 1


def test_a_call_with_a_body_is_tried_from_its_example(docs, world):
    docs.get_by_label("API key").fill(world.key)
    part = opened(docs, "POST", "/admin/keys")
    part.get_by_label("Body").fill(json.dumps({"name": "tried at /docs", "scopes": ["read"]}))
    status, body = tried(part, "dl_")
    assert status.startswith("201")
    assert json.loads(body)["name"] == "tried at /docs"


def test_an_address_is_filled_in_and_a_refusal_is_shown(docs, world):
    docs.get_by_label("API key").fill(world.key)
    part = opened(docs, "GET", "/articles/{article}")
    part.get_by_label("article").fill("art_/../none")
    status, body = tried(part, "404")
    assert status.startswith("404")
    assert "detail" in json.loads(body)


def test_the_command_follows_what_is_typed_and_never_holds_the_key(docs):
    docs.get_by_label("API key").fill("dl_1_secret")
    part = opened(docs, "GET", "/articles")
    part.get_by_label("q", exact=True).fill("it's")
    part.get_by_label("kind", exact=True).select_option("advisory")
    command = part.locator(".curl").inner_text()
    assert "/articles?" in command
    assert "q=it%27s" in command
    assert "kind=advisory" in command
    assert "$DATELINE_KEY" in command
    assert "dl_1_secret" not in command


def test_the_page_is_no_wider_than_a_phone(docs):
    """Also with a call unfolded that has many fields."""
    docs.set_viewport_size({"width": 390, "height": 800})
    opened(docs, "POST", "/webhooks/endpoints")
    assert docs.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_stream_is_shown_as_it_comes_until_it_is_stopped(docs, world):
    docs.get_by_label("API key").fill(world.key)
    part = opened(docs, "GET", "/events/stream")
    part.get_by_label("after", exact=True).fill("0")
    part.get_by_role("button", name="Try it").click()
    part.locator("output").filter(has_text="article.created").wait_for()
    part.get_by_role("button", name="Stop").click()
    part.locator("output").filter(has_text="(stopped)").wait_for()


def test_words_find_the_calls_that_are_about_them(docs):
    docs.get_by_label("Search the calls").fill("reseal nothing-like-this")
    assert docs.locator("details:visible").count() == 0
    docs.get_by_text("No call has these words.").wait_for()
    docs.get_by_label("Search the calls").fill("/admin/keys rotate")
    assert docs.locator("details:visible summary b").all_inner_texts() == ["POST"]
