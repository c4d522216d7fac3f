"""What tests of the fetcher may ask for besides the fetcher itself."""

import pytest

from services.fetcher.models import Host
from services.runtime.database import transaction


@pytest.fixture
def hosts(db, fetcher):
    """Hosts that are known and answer; none of them is asked for anything."""
    fetcher(FETCHER_PACE="5")

    def known(*names, **standing):
        with transaction() as session:
            for name in names:
                session.merge(Host(name=name, **{"robots": "free", **standing}))

    return known
