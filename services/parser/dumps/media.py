"""Pages of one picture and pages of one video: they have a headline and a description, and no text."""

import re
from collections.abc import Sequence

from services.parser.address import slug, true_address
from services.parser.captions import alike
from services.parser.credits import VIRIN, ends_with_credit, read_label
from services.parser.dates import find_date
from services.parser.dumps.headline import find_headline
from services.parser.dumps.roles import bare_text, dates_page, is_byline, is_sentence, may_be_headline, role
from services.parser.dumps.titles import without_site
from services.parser.lines import Line
from services.parser.parsed_page import Draft

GROUP = 2_000_000  # the frame of the one picture
TEXTS = 2  # what the alt says, and the caption
SECTIONS = frozenset({"photos", "image gallery", "imagegallery", "photo gallery", "graphics / photography"})
_PICTURE = re.compile(r"/igphoto/|/image/\d|/photos?/\d", re.IGNORECASE)
_VIDEO = re.compile(r"/videos?/|/videoid/|/watch/", re.IGNORECASE)
_FILE = re.compile(rf"{VIRIN.pattern}(?:\.jpe?g)?", re.IGNORECASE)
_STRIP = re.compile(r"(?P<date>.{8,30}?) ?\| ?\d{1,2}:\d\d(?::\d\d)?")


def read_media(draft: Draft, address: str) -> bool:
    """Whether the page is one picture or one video; then its lines are marked, and the draft knows kind and day."""
    lines = [line for line in draft.lines if line.kept]
    texts = _texts(lines)
    if not 1 <= len(texts) <= TEXTS:
        return False
    addressed = _PICTURE.search(address) is not None
    if addressed or any(line.key in SECTIONS for line in lines):
        caption = _caption(lines, texts, surely=addressed)
        if caption is not None:
            _read_picture(draft, lines, caption)
            return True
    strip = next((line for line in lines if _STRIP.fullmatch(bare_text(line.text))), None)
    if (len(texts) == 1 and (_VIDEO.search(address) or strip)) or (_VIDEO.search(address) and _is_bare(lines)):
        _read_video(draft, lines, texts[0], strip)
        return True
    return False


def _is_bare(lines: Sequence[Line]) -> bool:
    """Whether a page holds texts and nothing that may be a headline."""
    return all(is_sentence(line.text) or line.is_prose for line in lines)


def is_gallery(lines: Sequence[Line]) -> bool:
    """Whether all texts of a page are captions."""
    texts = [line for line in lines if line.kept and (is_sentence(line.text) or line.is_prose)]
    return len(texts) >= TEXTS and all(ends_with_credit(line.text) or line.zone == "caption" for line in texts)


def _texts(lines: Sequence[Line]) -> list[Line]:
    """The different texts of a page, of copies the longest; no more than tell that it is no such page."""
    texts: list[Line] = []
    for line in lines:
        text = is_sentence(line.text) or line.is_prose
        if len(texts) > TEXTS:
            break
        if not text or role(line) is not None or read_label(bare_text(line.text)) or is_byline(line.text):
            continue
        twin = next((at for at, other in enumerate(texts) if alike(other.key, line.key)), None)
        if twin is None:
            texts.append(line)
        elif len(line.text) > len(texts[twin].text):
            texts[twin] = line
    return texts


def _caption(lines: Sequence[Line], texts: Sequence[Line], *, surely: bool) -> Line | None:
    """The caption of a page of one picture: beside it there may be what its alt says.

    Only an address tells `surely` that a page without a credit is one.
    """
    credited = [line for line in texts if ends_with_credit(line.text) or VIRIN.match(line.text)]
    labelled = surely or any(read_label(bare_text(line.text)) for line in lines)
    captions = credited or (texts if labelled else [])
    return captions[-1] if captions else None


def _read_picture(draft: Draft, lines: Sequence[Line], caption: Line) -> None:
    at = max(place for place, line in enumerate(lines) if alike(line.key, caption.key))
    title = _title(draft, lines, caption)
    for place, line in enumerate(lines):
        label = read_label(bare_text(line.text))
        line.zone = ""
        if line is not title and (label or alike(line.key, caption.key)):
            line.zone, line.group = "caption", GROUP
            if label and line.text != bare_text(line.text):
                line.text = bare_text(line.text)
        elif line is title:
            _name(draft, line, is_picture_title=place < at)
        elif day := dates_page(line.text):
            line.rule, draft.dated = "published", draft.dated or day
        elif is_byline(line.text):
            line.zone = "story-line"
        else:
            line.rule = role(line) or ("alt" if place < at and line.text.endswith(".") else "picture-tools")
    draft.kind = "photo_essay"
    if title is None:
        number = next(filter(None, (VIRIN.search(line.text) for line in lines)), None)
        draft.promised = draft.promised or (number[0] if number else _named(draft.parsed.page.url))


def _title(draft: Draft, lines: Sequence[Line], caption: Line) -> Line | None:
    """The line that names the picture: by the address, else right over the caption, else its number over it."""
    names = slug(draft.parsed.page.url)
    if names and (at := find_headline(lines, names)) is not None and lines[at] is not caption:
        by_name = lines[at]
        if by_name.zone != "caption" or by_name.is_title:
            return by_name
    places = [place for place, line in enumerate(lines) if alike(line.key, caption.key)]
    for before, place, after in zip(places, places[1:], places[2:], strict=False):
        if may_be_headline(lines[place]) and before + 1 == place == after - 1:
            return lines[place]  # between two copies of the caption its beginning is the title
    for place in reversed(places):
        above = lines[place - 1] if place else None
        if (
            above is not None
            and not alike(above.key, caption.key)
            and (_FILE.fullmatch(above.text) or may_be_headline(above))
        ):
            if role(above) is None:
                return above
            break
    return _under(lines, places[-1])


def _named(url: str | None) -> str:
    """The words of an address that ends with them; a section's name stands before the number of the picture."""
    address = true_address(url).rstrip("/")
    names = slug(address.rpartition("/")[2])
    return " ".join(names.words).capitalize() if names else ""


def _under(lines: Sequence[Line], at: int) -> Line | None:
    """The line right under the caption, where no title stands over it."""
    below = lines[at + 1] if at + 1 < len(lines) else None
    if below is None or not may_be_headline(below) or role(below) is not None or read_label(bare_text(below.text)):
        return None
    return None if dates_page(below.text) or is_byline(below.text) else below


def _name(draft: Draft, line: Line, *, is_picture_title: bool) -> None:
    """The title of the picture is the headline of its page; printed between its lines it stays the picture's, too."""
    draft.promised = draft.promised or without_site(line.text)
    if is_picture_title and not _FILE.fullmatch(line.text):
        line.zone, line.group, line.shape = "caption", GROUP, "subhead"
    else:
        line.rule = "headline"


def _read_video(draft: Draft, lines: Sequence[Line], text: Line, strip: Line | None) -> None:
    at = find_headline(lines, slug(draft.parsed.page.url))
    title = _over_strip(lines, strip) or (lines[at] if at is not None else None)
    retained = False
    for line in lines:
        line.zone = ""
        if line is title:
            line.zone = "headline"
        elif alike(line.key, text.key) and not retained:
            retained = True
        elif line is strip:
            line.rule, draft.dated = "published", find_date(line.text)
        else:
            line.rule = role(line) or ("copy" if alike(line.key, text.key) else "video")
    draft.kind = "video"
    if title is None and not draft.promised:
        draft.refused = ("not_an_article", "The page holds a video's description and no headline.")


def _over_strip(lines: Sequence[Line], strip: Line | None) -> Line | None:
    """The title over the line that gives day and length."""
    before = lines[: next((at for at, line in enumerate(lines) if line is strip), 0)]
    return next((line for line in reversed(before) if may_be_headline(line) and role(line) is None), None)
