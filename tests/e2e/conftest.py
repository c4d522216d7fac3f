"""A whole service on a sample newsroom, seen only over HTTP."""

import contextlib

import pytest

from services.demo.moody_newsroom import MoodyNewsroom
from tests.fakes.subscriber import Subscriber
from tests.support import service


@pytest.fixture
def newsroom():
    """A newsroom with two stories of the past."""
    made = MoodyNewsroom()
    made.start()
    made.publishes("second-life")
    made.publishes("media-advisory")
    yield made
    made.stop()


@pytest.fixture
def subscriber():
    made = Subscriber()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def starts(database_url, newsroom, tmp_path):
    """Starts `dateline up` on the newsroom, with further settings; it and all its children are gone afterwards."""
    with contextlib.ExitStack() as started:

        def start(**settings):
            settings = {"DATELINE_DATABASE_URL": database_url} | settings
            made = started.enter_context(service.running(tmp_path, "feed", newsroom.feed_url, **settings))
            made.waits_for(lambda: len(made.articles()) == 2, "the first look")
            return made

        yield start
