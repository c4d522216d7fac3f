"""The desk as a browser meets it, in this process."""

import httpx
import pytest
from sqlmodel import SQLModel

from services.app import create_app
from services.runtime import database
from tests.support.at_desk import key
from tests.support.in_process import InProcess


@pytest.fixture
def app(installation):
    """On SQLite alone: the desk itself asks the API and nobody else, and that is tested on both databases."""
    database.make_file()
    SQLModel.metadata.create_all(database.engine())
    return create_app()


@pytest.fixture
def stranger(app):
    """A browser that nobody has signed in with."""
    with httpx.Client(transport=InProcess(app), base_url="http://dateline.test/desk") as browser:
        yield browser


@pytest.fixture
def signed_in(app):
    """Makes a browser of somebody who has signed in with a key of this scope."""

    def browser(scope="admin"):
        made = httpx.Client(transport=InProcess(app), base_url="http://dateline.test/desk")
        assert made.post("/sign-in", data={"key": key(scope)}).status_code == 303
        return made

    return browser
