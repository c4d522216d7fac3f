"""One running service on each database for all faults: it must get over one after the other."""

import pytest

from tests.faults import postgresql as servers
from tests.faults.world import IMPATIENT
from tests.faults.world import world as running


@pytest.fixture(scope="package")
def world():
    """On SQLite, as `dateline up` is by default."""
    with running(up=IMPATIENT) as made:
        yield made


@pytest.fixture(scope="package")
def postgresql(postgresql_server):
    """Beside the server of the other tests, which says where the locks of both lie."""
    with servers.server() as made:
        yield made


@pytest.fixture(scope="package")
def world_on_postgresql(postgresql):
    with running(postgresql.url, up=IMPATIENT) as made:
        made.postgresql = postgresql
        yield made
