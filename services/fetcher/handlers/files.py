"""Files of articles, and copies in public archives."""

from services.contracts.messages import AskPublicArchive, AttachFiles, FetchFile
from services.fetcher import files, public_archive, turns
from services.fetcher.handlers.turn_endings import end_turn, rest, turn_of_another
from services.fetcher.politeness import Served, host_of
from services.fetcher.settings import fetcher_settings
from services.fetcher.shared_client import client
from services.runtime.ledger.jobs import Job, enqueue, enqueue_all
from services.runtime.ledger.worker import handles
from services.runtime.provenance.files import ArticleFile
from services.runtime.provenance.public_copies import note_copy


@handles(AttachFiles)
def attach_files(order: AttachFiles, job: Job) -> None:
    """The files that an article names are looked at, each in a turn of its host."""
    with job.complete() as session:
        job.note(article=order.article, files=files.plan_looks(session, order, job.now))


@handles(FetchFile)
def fetch_file(order: FetchFile, job: Job) -> None:
    """One look at a file of an article, and itself again by plan, as long as the source's rule keeps it."""
    file, paused = files.read_file(order)
    if file is None:
        with job.complete() as session:
            turns.give_back(session, job)
    elif paused:
        rest(job, file.source)
    elif host_of(files.asked_address(file)) != job.host:
        turn_of_another(job, order.model_copy(update={"host": host_of(files.asked_address(file))}))
    else:
        _look_at_file(order, file, job)


def _look_at_file(order: FetchFile, file: ArticleFile, job: Job) -> None:
    settings, url = fetcher_settings(), files.asked_address(file)
    look = files.look_at_file(client(), file, now=job.now, settings=settings)
    with job.complete() as session:
        end_turn(session, job, Served(host_of(url), look.outcome, job.now, look.retry_after, look.silent))
        job.note(url=url, answer=look.outcome)
        if row := session.get(ArticleFile, order.file, with_for_update=True):
            due, news = files.record_look(session, row, look, job.now, settings)
            again = order.model_copy(update={"host": host_of(files.asked_address(row))})
            enqueue(session, again, due_at=due, lane="bulk")
            enqueue_all(session, [job.outgoing(news)] if news else [])


@handles(AskPublicArchive)
def ask_public_archive(order: AskPublicArchive, job: Job) -> None:
    """Asks a public archive to save a page, in the turn of that archive; its answer is kept with the revision."""
    host = host_of(order.form)
    if host != job.host:
        turn_of_another(job, order.model_copy(update={"host": host}))
        return
    answer = public_archive.ask_archive(client(), order, job.now, scale=fetcher_settings().revisit_scale)
    with job.complete() as session:
        end_turn(session, job, Served(host, answer.outcome, job.now, answer.again, answer.silent))
        job.note(article=order.article, url=order.url, answer=answer.outcome)
        note_copy(session, public_archive.public_copy_of(order, answer, job.now))
        if answer.again is not None:
            again = order.model_copy(update={"tries": order.tries + 1, "host": host})
            enqueue(session, again, due_at=job.now + answer.again, lane="bulk")
