"""What every test of re-ingestions may ask for."""

import importlib

import pytest

from services.access import keys
from services.app import create_app
from services.contracts.wiring import SERVICES
from services.runtime.database import transaction, utcnow
from tests.support.in_process import client


@pytest.fixture
def operator(db):
    """A client of the web app with an admin's key; this process can do the work of every service."""
    for service in SERVICES:
        importlib.import_module(f"services.{service}.tasks")
    with transaction() as session:
        presented = keys.first_key(session, utcnow())
    with client(create_app(), presented) as made:
        yield made
