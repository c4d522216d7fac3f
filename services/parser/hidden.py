"""Text that the page does not show: by its own attributes, and not merely folded under a button."""

import re
from typing import Final

from lxml import etree

_STYLE: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|clip(?:-path)?\s*:\s*(?:rect|inset)\("
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
_BUTTON: Final = etree.XPath("boolean(self::button|self::summary|button|.//*[@aria-expanded or @aria-controls])")


def is_hidden(element: etree._Element) -> bool:
    """Whether its attributes keep it from being shown, and no button beside it folds it out."""
    hidden, style = element.get("hidden"), element.get("style")
    if hidden is None and style is None:
        return False
    if (hidden is None or hidden.casefold() == "until-found") and not (style and _STYLE.search(style)):
        return False
    return not _is_folded(element)


def _is_folded(element: etree._Element) -> bool:
    over = element.getprevious()
    return over is not None and isinstance(over.tag, str) and bool(_BUTTON(over))
