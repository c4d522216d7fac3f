"""An article, and what became of its words, as they are read in a terminal."""

import sys
from collections.abc import Iterator, Sequence

from rich.text import Text

from services.cli.output.terminal import show_text
from services.contracts.article import Article
from services.desk.word_diff import DiffPiece

STYLES = {"same": "", "gone": "red strike", "new": "bold green"}
MARKS = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
"""What colours say, where there are none."""


def print_article(article: Article) -> None:
    """Prints the clean article."""
    show_text(Text(article.headline, "bold"))
    writers = ", ".join(entry.name for entry in article.byline)
    facts = (article.kind, str(article.published_at or ""), writers, article.dateline or "")
    show_text(Text(" · ".join(fact for fact in facts if fact), "dim"))
    for block in article.body:
        show_text(Text(""))
        show_text(Text(block.text, "bold" if block.kind == "subhead" else ""))
    for image in article.images:
        show_text(Text(""))
        labels = " ".join(("picture", image.virin or "")).strip()
        parts = ((labels, "dim"), (image.caption or "", ""), (image.credit or "", "dim"))
        show_text(Text(" ").join(Text(*part) for part in parts if part[0]))


def show_changes(paragraphs: Sequence[Sequence[DiffPiece]]) -> None:
    """Prints what became of each paragraph, word by word; those that stayed are only counted."""
    for line in _changes(paragraphs):
        show_text(line)


def _changes(paragraphs: Sequence[Sequence[DiffPiece]]) -> Iterator[Text]:
    same = 0
    for pieces in paragraphs:
        if all(piece.fate == "same" for piece in pieces):
            same += 1
            continue
        yield from _counted(same)
        same = 0
        yield Text.assemble("  ", *map(_marked, pieces))
    yield from _counted(same)


def _marked(piece: DiffPiece) -> tuple[str, str]:
    coloured = sys.stdout.isatty()
    return (piece.text if coloured else MARKS[piece.fate].format(piece.text)), STYLES[piece.fate]


def _counted(same: int) -> Iterator[Text]:
    if same:
        yield Text(f"  … {same} {'paragraph' if same == 1 else 'paragraphs'} as before …", "dim")
