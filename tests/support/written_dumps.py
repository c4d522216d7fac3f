"""Text dumps that tests write themselves, and what the parser makes of them."""

from services.contracts.article import Article
from services.parser.extract import extract


def read(text, url=None):
    return extract(text.encode(), url=url, content_type="text/plain")


def article(text, url=None):
    reading = read(text, url)
    assert isinstance(reading, Article), reading
    return reading


def texts(reading):
    return [block.text for block in reading.body]
