"""Pictures as data: the words of the caption, the credit, the person, the number and the address, each apart."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote, urlsplit

from services.contracts.article import Image
from services.parser.captions import COPY_LENGTH, NEAR, NEAR_LENGTH, Picture, alike, find_pictures
from services.parser.characters import squeeze
from services.parser.credits import VIRIN, photographer, read_label, split_credit
from services.parser.lexicon import either, lexicon
from services.parser.lines import Frame, Line
from services.parser.virin import read_virin

# media.defense.gov/YYYY/Mon/DD/{number}/{width}/{height}/0/{VIRIN}.JPG: the number is the picture's.
_NUMBER = re.compile(r"/(2\d{9})/")
_NUMBER_LABEL = re.compile(r"(?<![\s|/,])[\s|/,]*VIRIN:.*$", re.IGNORECASE)
_SERVICE = re.compile(r",\s*(?:U\.S\. )?(?:Army|Navy|Air Force|Marine Corps|Space Force|Coast Guard|D[Oo][DW])\b.*$")
_ORNAMENT = re.compile(
    rf"(?:{either(lexicon('pictures')['ornaments'])})[\w-]{{0,80}}\.(?:gif|png|svg|jpe?g)|\.svg(?:$|\?)", re.IGNORECASE
)


def take_images(lines: Sequence[Line], frames: Sequence[Frame]) -> list[tuple[int, Image]]:
    """Every picture once, with the number of lines before it; its lines are marked with what they are."""
    pictures = find_pictures(lines, frames)
    _join(pictures, frames)
    for picture in pictures:
        _mark(picture)
    pictures = _without_lone_credits(pictures)
    merged = _without_echoes(_merge(sorted(pictures, key=lambda picture: picture.at)))
    images = [(picture.at, _image(picture)) for picture in merged]
    return [(at, image) for at, image in images if image.url or image.caption or image.virin or image.credit]


def _mark(picture: Picture) -> None:
    caption = _caption(picture)
    for line in picture.lines:
        if read_label(line.text):
            line.rule = "credit"
        elif caption is not None and (line.key == caption.key or not _is_title(line)):
            line.rule = "caption"
        else:
            line.rule = "picture-title"


def _words(picture: Picture) -> list[Line]:
    return [line for line in picture.lines if not read_label(line.text)]


def _caption(picture: Picture) -> Line | None:
    """The last of its lines that is more than a title (copies of `alt` come before it), else what `alt` says."""
    tokens = _words(picture)
    if not tokens:
        return None
    results = {text for frame in picture.frames for text in frame.says}
    long = [line for line in tokens if not _is_title(line)] or [line for line in tokens if line.key in results]
    last = (long or tokens)[-1]
    return max((line for line in tokens if alike(line.key, last.key)), key=lambda line: len(line.text))


def _is_title(line: Line) -> bool:
    return line.is_title or line.shape == "subhead"


def _title(picture: Picture, caption: Line | None) -> str | None:
    titles = [line.text for line in _words(picture) if _is_title(line) and caption and line.key != caption.key]
    return titles[0] if titles else None


def _join(pictures: list[Picture], frames: Iterable[Frame]) -> None:
    """Gives every `img` to the picture whose lines are about it; one without lines is a picture by itself."""
    homes = _homes(pictures)
    for frame in frames:
        if frame.url is None or _ORNAMENT.search(frame.url):
            continue
        home = _home(homes, frame)
        if home is None:
            home = Picture(at=frame.at)
            pictures.append(home)
        home.frames.append(frame)


def _homes(pictures: Sequence[Picture]) -> dict[str | int, list[Picture]]:
    """The pictures under everything that an `img` may know of them: frame, words, number, place."""
    homes: dict[str | int, list[Picture]] = {}
    for picture in pictures:
        names: set[str | int] = {f"group {picture.group}"} if picture.group else {picture.at, picture.at - 1}
        names |= {line.key[:COPY_LENGTH] for line in picture.lines}
        for name in names | ({picture.virin} if picture.virin else set()):
            homes.setdefault(name, []).append(picture)
    return homes


def _home(homes: dict[str | int, list[Picture]], frame: Frame) -> Picture | None:
    entries = [text[:COPY_LENGTH] for text in frame.says if len(text) >= NEAR_LENGTH]
    names: tuple[str | int, ...] = (
        f"group {frame.group}",
        *entries,
        _virin(frame) or "",
        -1 if frame.group else frame.at,
    )
    for name in names:
        for picture in homes.get(name, [])[:NEAR]:
            if not picture.frames or _key(picture.frames[0]) == _key(frame):
                return picture
    return None


def _merge(pictures: Sequence[Picture]) -> list[Picture]:
    """One picture shown in several sizes is one picture."""
    fields: dict[str, Picture] = {}
    entries: list[Picture] = []
    for picture in pictures:
        key = _identity(picture)
        if key is not None and key in fields:
            first = fields[key]
            first.lines += picture.lines
            first.frames += picture.frames
            first.name, first.virin = first.name or picture.name, first.virin or picture.virin
            continue
        if key is not None:
            fields[key] = picture
        entries.append(picture)
    return entries


def _without_echoes(pictures: Sequence[Picture]) -> list[Picture]:
    """A caption far from any `img`, which a picture elsewhere has word for word, is that picture's."""
    shown = {caption.key for picture in pictures if picture.frames and (caption := _caption(picture))}
    return [
        picture
        for picture in pictures
        if picture.frames or picture.virin or not (caption := _caption(picture)) or caption.key not in shown
    ]


def _without_lone_credits(pictures: Sequence[Picture]) -> list[Picture]:
    """A name alone, "Photo by Name", belongs to the picture before it that has none, and is none by itself."""
    entries: list[Picture] = []
    for picture in sorted(pictures, key=lambda picture: picture.at):
        if picture.frames or picture.virin or _words(picture):
            entries.append(picture)
        elif entries and entries[-1].frames and not _credited(entries[-1]):
            entries[-1].lines += picture.lines
            entries[-1].name = picture.name
    return entries


def _credited(picture: Picture) -> bool:
    caption = _caption(picture)
    return picture.name is not None or (caption is not None and split_credit(caption.text).line is not None)


def _identity(picture: Picture) -> str | None:
    return picture.virin or next((_virin(frame) or _key(frame) for frame in picture.frames), None)


def _virin(frame: Frame) -> str | None:
    match = VIRIN.search(unquote(urlsplit(frame.url or "").path.rsplit("/", 1)[-1]))
    return match[1].upper() if match else None


def _hung(caption: Line) -> str | None:
    match = VIRIN.search(caption.text)
    return match[1].upper() if match else None


def _key(frame: Frame) -> str:
    number = _NUMBER.search(frame.url or "")
    return number[1] if number else (frame.url or "").split("?", 1)[0]


def _image(picture: Picture) -> Image:
    caption = _caption(picture)
    title = _title(picture, caption)
    credit = split_credit(caption.text) if caption else None
    frame = picture.frames[0] if picture.frames else None
    labels = picture.name or (credit.photographer if credit else None)
    label = next((line.text for line in picture.lines if (result := read_label(line.text)) and result[0]), None)
    label = label and _NUMBER_LABEL.sub("", label)
    virin = (
        picture.virin or next(filter(None, map(_virin, picture.frames)), None) or (_hung(caption) if caption else None)
    )
    origin = read_virin(virin)
    return Image(
        url=frame.url if frame else None,
        title=title,
        caption=(credit.words or None) if credit else None,
        credit=(credit.line if credit else None) or label,
        photographer=labels and _SERVICE.sub("", photographer(labels) or labels),
        virin=virin,
        taken_on=origin.taken_on,
        service=origin.service,
        vision_id=origin.vision_id,
        alt=squeeze(frame.alt) or None if frame else None,
    )
