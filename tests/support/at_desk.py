"""Keys and forms of the desk, for tests that sit at it."""

import re

from services.access import keys
from services.runtime.database import transaction, utcnow


def key(scope):
    """A new key of this scope."""
    with transaction() as session:
        return keys.create(session, scope, [scope], utcnow())[1]


def form_token(browser):
    """The token that the forms of this session carry."""
    return re.search(r'name="form_token" value="(\w+)"', browser.get("/articles").text)[1]
