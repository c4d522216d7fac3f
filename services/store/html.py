"""An article as HTML for feed readers: elements of ours, and its words between them, escaped."""

from collections.abc import Iterator
from html import escape
from itertools import groupby

from services.contracts.article import Article, Block, BlockKind, Image

ELEMENTS: dict[BlockKind, str] = {"subhead": "h3", "quote": "blockquote", "list_item": "li", "table": "tr"}
"""What a block becomes; every other is a paragraph."""
AROUND: dict[BlockKind, str] = {"list_item": "ul", "table": "table"}
"""What stands around blocks of a kind that follow one another."""
CELLS = " | "
"""Between the cells of a row of a table, in the text that the parser gives."""


def html(article: Article) -> str:
    """Text and pictures, in this order; the dateline opens the text, as it does in print."""
    dateline = f"<p><b>{escape(article.dateline)}</b></p>" if article.dateline else ""
    return dateline + "".join(_text(article.body)) + "".join(map(_figure, article.images))


def _text(body: tuple[Block, ...]) -> Iterator[str]:
    for kind, blocks in groupby(body, key=lambda block: block.kind):
        inner = "".join(map(_block, blocks))
        yield f"<{AROUND[kind]}>{inner}</{AROUND[kind]}>" if kind in AROUND else inner


def _block(block: Block) -> str:
    element, fields = ELEMENTS.get(block.kind, "p"), escape(block.text)
    if element == "tr":
        fields = "".join(f"<td>{cell}</td>" for cell in fields.split(CELLS))
    return f"<{element}>{fields}</{element}>"


def _figure(image: Image) -> str:
    picture = f'<img src="{escape(image.url)}" alt="{escape(image.alt or image.title or "")}">' if image.url else ""
    text = " ".join(part for part in (image.caption or image.title, image.credit and f"({image.credit})") if part)
    return f"<figure>{picture}<figcaption>{escape(text)}</figcaption></figure>" if picture or text else ""
