"""How the parser is reached: a capture comes in, an article or a reason why not goes out."""

from services.contracts.article import Article
from services.contracts.messages import PageReingested, PageRejected, ParsePage, Preview, SaveArticle
from services.parser.extract import extract
from services.parser.version import PARSER_VERSION
from services.runtime import archive
from services.runtime.ledger import Job, say
from services.runtime.worker import handles


@handles(ParsePage)
def parse_page(order: ParsePage, job: Job) -> None:
    """Reads the capture; says `SaveArticle` or `PageRejected`."""
    capture, origin = archive.load(order.capture), order.origin
    reading = extract(capture.body, url=origin.url, content_type=order.content_type or capture.content_type)
    job.note(url=origin.url)
    with job.finish() as session:
        if isinstance(reading, Article):
            saving = SaveArticle(
                origin=origin,
                capture=order.capture,
                fetched_at=order.fetched_at,
                parser=PARSER_VERSION,
                article=reading,
            )
            job.note(headline=reading.headline)
            say(session, saving, key=job.key, lane=job.lane)
            return
        job.note(rejected=reading.reason)
        rejection = PageRejected(page=origin.page, capture=order.capture, reason=reading.reason, detail=reading.detail)
        if not origin.dry_run:
            say(session, rejection, key=job.key, lane=job.lane)  # not the page's: the verdict is on this capture
        if origin.reingestion is not None:
            found = Preview(layout=reading.layout, origin=origin, proposal=rejection) if origin.dry_run else None
            counted = PageReingested(
                reingestion=origin.reingestion, page=origin.page, outcome="rejected", preview=found
            )
            say(session, counted, key=f"{origin.reingestion}:{origin.page}", lane=job.lane)
