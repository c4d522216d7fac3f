"""A public archive is asked to save each page whose wording is new, where the source says so."""

import pytest

from services.contracts.messages import AskPublicArchive
from services.demo.site import Answer, Site
from services.fetcher import public_archive, sources
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.parser import tasks as parser_tasks  # noqa: F401 - registers the handler
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import jobs, worker
from services.store import tasks  # noqa: F401 - registers the handler
from services.store.models import articles
from services.store.search import find_revision
from services.store.views import RevisionLine
from tests.support.fetching import entries, later
from tests.support.kept import rows

pytestmark = [
    pytest.mark.integration,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("db"),
]
KINDS = ("PollChannel", "FetchPage", "ParsePage", "SaveArticle", "AskPublicArchive")


class PublicArchive:
    """Takes the form, and says where the copy is; or what it was told to answer first."""

    def __init__(self):
        self.answers = []
        self.site = Site(self.answer)
        self.site.start()
        self.form = f"{self.site.url}/save"
        self.forms = []

    def answer(self, request):
        self.forms.append((request.method, request.headers.get("content-type"), request.body.decode()))
        if self.answers:
            return self.answers.pop(0)
        return Answer(302, headers={"Location": f"/web/20260302140000/{len(self.forms)}"})


@pytest.fixture
def archive():
    archive = PublicArchive()
    yield archive
    archive.site.stop()


def watches(newsroom, form):
    with transaction() as session:
        channels = [ChannelSeed(kind="feed", url=newsroom.feed_url)]
        sources.register(session, SourceSeed(name="demo", channels=channels, public_archive=form), utcnow())
    runs(later(minutes=1))


def runs(now):
    for _round in range(80):
        if not sum(worker.handle(kind, [row], now) for row, kind in jobs.due(now, kinds=KINDS)):
            return
    raise AssertionError(f"still due: {jobs.due(now, kinds=KINDS)}")


def copies():
    """What stands at each revision."""
    with reading() as session:
        lines = [
            RevisionLine.of(find_revision(session, article, number))
            for article, last in rows(articles, "id", "revisions")
            for number in range(1, last + 1)
        ]
    return [line.public_copy for line in lines]


def test_by_default_nobody_is_asked(fetcher, newsroom, archive):
    newsroom.publishes("storm-response")
    watches(newsroom, None)
    runs(later(hours=1))
    assert (archive.forms, copies()) == ([], [None])


def test_each_wording_is_asked_about_once_and_the_answer_stays_with_it(fetcher, newsroom, archive):
    """The form as anybody would send it; the address of the copy is the archive's own."""
    url = newsroom.publishes("storm-response")
    watches(newsroom, archive.form)
    runs(later(hours=1))
    newsroom.corrects("storm-response")
    runs(later(days=4))
    runs(later(days=12))
    sent = [(method, kind) for method, kind, _ in archive.forms]
    assert sent == [("POST", "application/x-www-form-urlencoded")] * 2
    assert all(f"url={url.split('://')[0]}%3A%2F%2F" in body for _, _, body in archive.forms)
    assert [copy.url for copy in copies()] == [f"{archive.site.url}/web/20260302140000/{n}" for n in (1, 2)]


def test_an_archive_that_is_busy_is_asked_again_and_not_for_ever(fetcher, newsroom, archive):
    """As late as it says; after five tries its last answer stands."""
    newsroom.publishes("storm-response")
    archive.answers = [Answer(429, headers={"Retry-After": "600"}), *[Answer(503)] * 20]
    watches(newsroom, archive.form)
    runs(later(minutes=5))
    assert len(archive.forms) == 1
    for hours in range(1, 60, 2):
        runs(later(hours=hours))
    assert (len(archive.forms), entries(AskPublicArchive)) == (public_archive.TRIES, [])
    [copy] = copies()
    assert (copy.url, "cannot save the page now" in copy.detail) == (None, True)


def test_an_archive_that_refuses_is_left_alone(fetcher, newsroom, archive):
    newsroom.publishes("storm-response")
    archive.answers = [Answer(403)]
    watches(newsroom, archive.form)
    runs(later(hours=9))
    [copy] = copies()
    assert (len(archive.forms), copy.url, "answered 403" in copy.detail) == (1, None, True)
