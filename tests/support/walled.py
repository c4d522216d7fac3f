"""A host, its source and what is known of them, for tests of walls."""

from sqlmodel import select

from services.fetcher.models import Source
from services.runtime.database import reading

STORY = "storm-response"


def source():
    with reading() as session:
        return session.exec(select(Source)).one()
