"""One service and one browser for all tests of the desk; each test has a window of its own.

Without Chromium these tests are left out, and pytest says so and how to get it; where CI runs as root they fail.
"""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from services.demo.moody_newsroom import MoodyNewsroom
from tests.browser import world as worlds
from tests.fakes.subscriber import Subscriber
from tests.support import service

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no Chromium: `apt-get install chromium` (as root `make test` does it), or put one on the PATH; then again"
PATIENCE = 60_000
"""Milliseconds that a page may take on a busy machine before a test gives up."""


@pytest.fixture(scope="package")
def chromium():
    """Where the browser is."""
    result = next(filter(None, map(shutil.which, NAMES)), None)
    if result is None and os.environ.get("CI") == "true" and os.geteuid() == 0:
        pytest.fail(MISSING)
    return result or pytest.skip(MISSING)


@pytest.fixture(scope="package")
def world(chromium, tmp_path_factory):
    """A whole service with a past, on SQLite."""
    newsroom, subscriber = MoodyNewsroom(), Subscriber()
    newsroom.start()
    subscriber.start()
    try:
        for slug in worlds.OLD:
            newsroom.publishes(slug)
        with service.running(tmp_path_factory.mktemp("desk"), "feed", newsroom.feed_url, **worlds.QUIET) as running:
            running.waits_for(lambda: len(running.articles()) == len(worlds.OLD), "the first look", 90)
            yield worlds.made(running, newsroom, subscriber)
    finally:
        subscriber.stop()
        newsroom.stop()


@pytest.fixture(scope="package")
def browser(chromium):
    # Chromium's own sandbox does not work for root, and there is nobody here to be protected from.
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=[*flags, "--disable-dev-shm-usage"])
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def session(browser, world):
    """The cookies of somebody who has signed in with the admin key."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{world.desk}/sign-in", timeout=PATIENCE)
    page.get_by_label("API key").fill(world.key)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Now").wait_for(timeout=PATIENCE)
    yield context.storage_state()
    context.close()


@pytest.fixture
def opens(browser, world, session):
    """Opens windows, signed in unless told otherwise; nothing but what is `but_for` may be wrong in their console."""
    contexts, complaints = [], []

    def window(*, signed_in=True, but_for="nothing", **options):
        context = browser.new_context(base_url=world.base, storage_state=session if signed_in else None, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()

        def hear(said):
            # htmx complains of a question that was under way when one left the page.
            left = "htmx:sendAbort" in said.text or "htmx:sendError" in said.text
            if said.type in {"error", "warning"} and but_for not in said.text and not left:
                complaints.append(f"{page.url}: {said.text}")

        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        return page

    yield window
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(opens):
    """A window of somebody who is signed in, at a desk."""
    return opens(viewport={"width": 1280, "height": 900})


@pytest.fixture(scope="session")
def pictures():
    """Where screenshots are kept; nothing in it is part of the project."""
    folder = Path(__file__).parents[2] / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
