"""Tables of figures, told from those that lay out a page."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final

from lxml import etree

from services.parser.characters import squeeze
from services.parser.spoken import MACHINES, spoken

_SILENT: Final = frozenset({"script", "style", "noscript", "template", "svg"})
_INLINE: Final = frozenset({"a", "abbr", "b", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u"})
# Blocks in cells may be rows of figures or the columns of a page; these are never in a row of figures.
_IN_CELLS: Final = etree.XPath("boolean(.//p|.//div|.//br|.//ul|.//img)")
_IN_COLUMNS: Final = etree.XPath("boolean(.//table|.//h1|.//h2|.//h3|.//form|.//iframe)")
_PICTURES: Final = etree.XPath("boolean(.//img)")
_LABELLED: Final = etree.XPath("boolean(./caption|./thead|./tr/th|./tbody/tr/th)")
MAX_CELL: Final = 160  # characters; more in a cell, and the table may be a page


def is_data(table: etree._Element) -> bool:
    """A table of figures; the other kind lays out a page, and its cells are read like any element."""
    rows = list(islice(table.iter("tr"), 2))
    if len(rows) < 2 or _IN_COLUMNS(table) or (_PICTURES(table) and not _LABELLED(table)):
        return False
    return not _IN_CELLS(table) or _is_tabular([cells(row) for row in table.iter("tr")])


def _is_tabular(rows: list[list[str]]) -> bool:
    """Whether most rows have the same two or more cells, and none of these holds as much as a text."""
    widths = Counter(len(row) for row in rows)
    width, often = widths.most_common(1)[0]
    return width > 1 and often * 2 > len(rows) and all(len(cell) <= MAX_CELL for row in rows for cell in row)


def cells(row: etree._Element) -> list[str]:
    """What stands in the cells of a row, or in the caption of a table."""
    parts = (row,) if row.tag == "caption" else row.iter("td", "th")
    return [squeeze("".join(_texts(cell))) for cell in parts]


def beside_cells(element: etree._Element, *, row: bool = False, cell: bool = False) -> Iterator[str]:
    """What a table holds and none of its cells shows."""
    if not isinstance(element.tag, str) or element.tag in MACHINES:
        return
    if element.tag in _SILENT:
        yield spoken(element)
        return
    row = row or element.tag == "tr"
    cell = cell or element.tag == "caption" or (row and element.tag in {"td", "th"})
    if not cell:
        yield element.text or ""
    for child in element:
        yield from beside_cells(child, row=row, cell=cell)
        if not cell:
            yield child.tail or ""


def _texts(element: etree._Element) -> Iterator[str]:
    """The words that are shown, without scripts and comments."""
    if isinstance(element.tag, str) and element.tag not in _SILENT:
        yield element.text or ""
        for child in element:
            parted = "" if child.tag in _INLINE else " "
            yield parted
            yield from _texts(child)
            yield parted + (child.tail or "")
