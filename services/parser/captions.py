"""Which lines are a picture's: each caption once, however often the page prints it.

A publishing system prints a caption as `alt`, as title, under the picture and again in its slideshow, then the
picture's title, who made it and its number. So the lines of pictures stand together: a *run*. A run begins with
lines that are surely a picture's, takes in what stands between them, and is then cut into pictures.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.parser.credits import ends_with_credit, read_label
from services.parser.lines import Frame, Line

COPY_LENGTH = 60  # a shorter line may be said twice for its own sake
NEAR_LENGTH = 20  # beside its picture, a copy of the picture's text may be this short
NEAR = 8
FAR = 24  # lines; no picture's words are further from it
MOST_PROSE = 4  # a frame around more running text than this is no picture frame
_ELSEWHERE = frozenset({"headline", "published", "byline", "story-line", "kicker", "dek", "label"})


@dataclass(slots=True)
class Picture:
    """One picture while it is put together: its lines, and the `img` elements that show it."""

    at: int
    lines: list[Line] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    name: str | None = None
    virin: str | None = None
    labelled: bool = False

    @property
    def group(self) -> int:
        """The frame of the page around it, 0 for none."""
        return next((line.group for line in self.lines if line.group), 0)

    def add(self, line: Line) -> None:
        """Takes one more line; a label becomes what it names."""
        self.lines.append(line)
        if label := read_label(line.text):
            self.labelled = True
            self.name, self.virin = self.name or label[0], self.virin or label[1]

    def says(self, line: Line) -> bool:
        """Whether the line repeats one of its own."""
        return any(alike(line.key, own.key) for own in self.lines[:NEAR])


def alike(one: str, other: str) -> bool:
    """Whether two texts are copies of one caption: equal, or one cut short, or one with the credit added."""
    if one == other:
        return True
    shorter, longer = sorted((one.rstrip(". "), other), key=len)
    return len(shorter) >= COPY_LENGTH and longer.startswith(shorter.rstrip(". "))


def find_pictures(lines: Sequence[Line], frames: Sequence[Frame]) -> list[Picture]:
    """The pictures that have lines of their own, in the order of the page."""
    left = [at for at, line in enumerate(lines) if line.kept and line.zone not in _ELSEWHERE]
    sure = _sure(lines, left, frames)
    anchors = {frame.at for frame in frames if not frame.group}
    return [picture for run in _runs(lines, left, sure, frames) for picture in _cut(lines, run, anchors)]


def _sure(lines: Sequence[Line], left: Sequence[int], frames: Sequence[Frame]) -> set[int]:
    """The lines that are a picture's beyond doubt."""
    framed = _framed(lines, frames)
    copies = _Copies(frames)
    sure = {
        at
        for at in left
        if lines[at].group in framed
        or lines[at].zone == "caption"
        or read_label(lines[at].text)
        or ends_with_credit(lines[at].text)
    }
    sure |= _beside(lines, left, sure, copies)
    return sure | _twins(lines, left, sure, frames)


def _beside(lines: Sequence[Line], left: Sequence[int], sure: set[int], copies: "_Copies") -> set[int]:
    """Lines that say what a picture's markup says, with no words of the author between the two."""
    results = {at for at in left if at not in sure and copies.places(lines[at].key)}
    passed = sure | results | {at for at, line in enumerate(lines) if not line.kept or line.is_title}
    return {at for at in results if any(_unbroken(at, place, passed) for place in copies.places(lines[at].key))}


def _unbroken(at: int, place: int, passed: set[int]) -> bool:
    between = range(at + 1, place) if at < place else range(place, at)
    return len(between) <= FAR and all(other in passed for other in between)


def _framed(lines: Sequence[Line], frames: Sequence[Frame]) -> set[int]:
    """The groups that are picture frames: they hold a picture, and not half of the article."""
    prose = Counter(group for group, _ in {(line.group, line.key) for line in lines if line.group and line.is_prose})
    shown = Counter(frame.group for frame in frames if frame.group)
    return {group for group, pictures in shown.items() if prose[group] <= MOST_PROSE * pictures}


class _Copies:
    """Texts that the page's markup ascribes to pictures, and where they may come again."""

    def __init__(self, frames: Iterable[Frame]) -> None:
        self._said: dict[str, list[tuple[str, int]]] = {}
        for frame in frames:
            for text in frame.says:
                if len(text) >= NEAR_LENGTH:
                    self._said.setdefault(text[:COPY_LENGTH], []).append((text, frame.at))

    def places(self, key: str) -> list[int]:
        """Where the pictures stand that say this."""
        return [at for text, at in self._said.get(key[:COPY_LENGTH], ())[:NEAR] if alike(key, text)]


def _twins(lines: Sequence[Line], left: Sequence[int], sure: set[int], frames: Sequence[Frame]) -> set[int]:
    """Long lines that come again at once, or after one short line, where pictures are; or three times on end.

    Nobody writes so, slideshows do. Twice and without a picture it may be an author's own, and so may the entries
    of a list, which begin with a dash.
    """
    alone = {frame.at for frame in frames if not frame.group}
    shown = alone | {at + 1 for at in alone if at < len(lines) and lines[at].is_title}
    twins: set[int] = set()
    for place in range(len(left) - 1):
        if not _may_recur(lines[left[place]]):
            continue
        near = left[place + 1 : place + NEAR]
        pictured = left[place] in shown | twins or not sure.isdisjoint(near)
        others = [at for at in near[:2] if alike(lines[left[place]].key, lines[at].key)]
        between = near[0] in others or (lines[near[0]].is_title and near[0] not in sure)
        if others and ((pictured and between) or (len(others) == 2 and not frames)):
            twins |= {left[place], *others}
    return twins


def _may_recur(line: Line) -> bool:
    return line.is_prose and len(line.key) >= COPY_LENGTH and not line.key.startswith("-")


def _runs(lines: Sequence[Line], left: Sequence[int], sure: set[int], frames: Sequence[Frame]) -> list[list[int]]:
    """Unbroken stretches of picture lines, with the titles and captions that only their neighbours give away."""
    mine = [at in sure for at in left]
    shown = {at for frame in frames for at in range(frame.at, frame.at + NEAR)}
    for place, at in enumerate(left):
        after = lines[left[place + 1]] if place + 1 < len(left) else None
        if (
            mine[place]
            and _is_credit(lines[at], after, shown=at in shown)
            and not (place and read_label(lines[left[place - 1]].text))
        ):
            _take_caption(lines, left, mine, place)
    for place in range(1, len(left) - 1):
        if not mine[place] and mine[place - 1] and mine[place + 1] and lines[left[place]].is_title:
            mine[place] = True
    runs: list[list[int]] = [[]]
    for place, at in enumerate(left):
        if mine[place]:
            runs[-1].append(at)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _is_credit(line: Line, after: Line | None, *, shown: bool) -> bool:
    """Whether the line over this one is a caption; "Photo by Name" alone, with no picture near, may end a story."""
    label = read_label(line.text)
    if label is None or line.group:
        return False
    return (
        shown or ":" in line.text or label[1] is not None or (after is not None and read_label(after.text) is not None)
    )


def _take_caption(lines: Sequence[Line], left: Sequence[int], mine: list[bool], place: int) -> None:
    """The line right over a credit is the caption; over that stand its copies, and one short line is the title."""
    if not place or lines[left[place - 1]].shape == "subhead":
        return
    caption = lines[left[place - 1]]
    mine[place - 1] = True
    above = place - 2
    while above >= 0 and _is_above(lines, left, above, caption, mine):
        mine[above] = True
        above -= 1
    title = lines[left[above]] if above == place - 2 and above > 0 else None
    if title is not None and not mine[above] and _is_picture_title(title) and not caption.is_title:
        mine[above] = True
        above -= 1
    _take_alternatives(lines, left, mine, above)


def _take_alternatives(lines: Sequence[Line], left: Sequence[int], mine: list[bool], above: int) -> None:
    """Over caption and title the text of `alt` may stand, in other words than the caption and more than once."""
    twice = above > 1 and not mine[above] and lines[left[above]].key == lines[left[above - 1]].key
    while twice and above > 0 and lines[left[above]].key == lines[left[above - 1]].key:
        mine[above] = mine[above - 1] = True
        above -= 1


def _is_above(lines: Sequence[Line], left: Sequence[int], at: int, caption: Line, mine: list[bool]) -> bool:
    if alike(lines[left[at]].key, caption.key):
        return True
    between = at > 0 and not mine[at] and lines[left[at]].is_title
    return between and alike(lines[left[at - 1]].key, caption.key)


def _is_picture_title(line: Line) -> bool:
    return line.is_title and not line.bold and line.shape == "paragraph"


def _cut(lines: Sequence[Line], run: Sequence[int], anchors: set[int]) -> list[Picture]:
    """One run as pictures."""
    often = Counter(lines[at].key for at in run)
    credited = _credited(lines, run)
    pictures = [Picture(at=run[0])]
    for at in run:
        line, current = lines[at], pictures[-1]
        again = current.labelled and at < credited and not line.group
        if current.lines and _begins(line, current, often, anchored=again or at in anchors):
            current = Picture(at=at)
            pictures.append(current)
        current.add(line)
    return pictures


def _credited(lines: Sequence[Line], run: Sequence[int]) -> int:
    """The last line of a run that is a label: a caption that comes before one more label is one more picture's."""
    return next((at for at in reversed(run) if read_label(lines[at].text)), -1)


def _begins(line: Line, current: Picture, often: Counter[str], *, anchored: bool) -> bool:
    """Whether this line belongs to the next picture."""
    label = read_label(line.text)
    if label:
        return bool(label[1] and current.virin and label[1] != current.virin)
    if line.group and current.group:
        return line.group != current.group
    if anchored or (line.group and not current.group):
        return True
    if current.says(line):
        return False
    if current.labelled:
        return True
    last = current.lines[-1]
    finished = ends_with_credit(last.text) or (often[last.key] > 1 and often[line.key] > 1)
    return finished and not line.is_title and not last.is_title
