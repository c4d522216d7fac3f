"""Pages that tests write themselves, and what the parser makes of them."""

from services.contracts.article import Article
from services.parser.characters import fold
from services.parser.extract import extract
from services.parser.lines import Line

LEAD = "The ferry office opened the second landing on Monday, two months before its pilots had hoped for it."


NEXT = "Nine boats a day will stop there until the autumn, when the old landing is to be taken down and sold."


LAST = "The mayor thanked the divers, who had worked through the winter, and the children who had painted the rail."


def of_length(length, start="", end="", filler="ferry "):
    """A text of exactly this length."""
    text = start + (filler * length)[: length - len(start) - len(end)] + end
    assert len(text) == length
    return text


def of_words(count, end=""):
    return " ".join(["ferry"] * count) + end


def line(text, **about):
    return Line(text, fold(text), **about)


def article(markup, url="https://www.example.com/a/second-landing", **about):
    reading = extract(markup.encode(), url=url, **about)
    assert isinstance(reading, Article), reading
    return reading


def release(inner, over="", title="Second Landing Opens Early", url="https://harbor.example.gov/a"):
    """A release in the manner of government sites, whose region is known and whose body is not."""
    return extract(
        f"<html><head><title>{title}</title></head><body><header class='usa-header'>Site</header>{over}"
        f"<main class='usa-prose'><h1>{title}</h1>{inner}</main></body></html>".encode(),
        url=url,
    )


def texts(reading):
    assert isinstance(reading, Article), reading
    return [block.text for block in reading.body]


MENU = (
    "<ul>"
    + "".join(f"<li><a href='/{name}'>{name.title()}</a></li>" for name in ("news", "sport", "weather"))
    + "</ul>"
)

ENGLISH = (
    "The second landing of the harbor opens in May, two months before the day that the office had named in the autumn.",
    "Divers had looked at the ground first, and found that the old piles may stay where they are for ten years more.",
    "The ferry company will move its boats to the new landing as soon as the signs and the lamps are in their places.",
    "Fishermen keep the old landing for themselves, and pay the town a little less for it than they have paid so far.",
    "A feast for the whole town is planned for the first Sunday, with a band, fried fish and a race of rowing boats.",
)


def page(inner, headline="Second Landing Opens Early", lang="en"):
    return (
        f"<html lang='{lang}'><head><title>{headline} | Tidewater</title></head><body><nav>{MENU}</nav>"
        f"<div class='c'>{inner}</div></body></html>"
    ).encode()


def body(article):
    assert isinstance(article, Article), article.detail
    return [block.text for block in article.body]
