"""The pictures and videos of a page, as its region is read."""

from dataclasses import replace
from itertools import islice
from typing import Final

from lxml import etree

from services.parser.characters import fold, squeeze
from services.parser.layouts import Layout
from services.parser.lines import Frame
from services.parser.page import Page
from services.parser.picture_source import source_of
from services.parser.zones import OUTSIDE

NEAR_FRAMES: Final = 4  # pictures that a <noscript> may show again
MAX_FRAMES: Final = 2_000  # no page of a newsroom shows more pictures
VIDEO_HOSTS: Final = ("youtube", "youtu.be", "dvidshub.net/video", "vimeo")
_PLAYERS: Final = frozenset({"iframe", "embed", "object"})
_SPOKEN: Final = ("alt", "title", "data-caption", "data-title", "aria-label")
_IN_BODY: Final = frozenset({"body", "picture", "caption"})


class FrameReader:
    """Reads pictures into `frames`, and counts `videos`; `shown` are the groups that show a picture."""

    def __init__(self, page: Page, layout: Layout) -> None:
        self._page, self._names_body = page, layout.names_body
        self.frames: list[Frame] = []
        self.videos = 0
        self.shown: set[int] = set()

    def see(self, image: etree._Element, zone: str, group: int, at: int) -> None:
        """An `img` in this zone and picture frame, with `at` lines before it."""
        if len(self.frames) == MAX_FRAMES or zone in OUTSIDE or (self._names_body and zone not in _IN_BODY):
            return
        around = [image, *islice(image.iterancestors("a", "li"), 2)]
        says = [squeeze(text) for node in around for name in _SPOKEN if (text := node.get(name))]
        self.shown.add(group)
        self.frames.append(
            Frame(
                url=self._page.absolute(source_of(image)),
                alt=squeeze(image.get("alt") or ""),
                at=at,
                group=group,
                says=tuple(dict.fromkeys(fold(text) for text in says if text)),
            )
        )

    def watch(self, element: etree._Element, zone: str, group: int, at: int) -> None:
        """An element whose words nobody reads: it may play a video, or show a picture to those without scripts."""
        if element.tag == "noscript":
            self._see_unscripted(element, zone, group, at)
        elif element.tag in _PLAYERS:
            source = " ".join(filter(None, map(element.get, ("src", "data-src", "data"))))
            self.videos += any(host in source for host in VIDEO_HOSTS)

    def _see_unscripted(self, element: etree._Element, zone: str, group: int, at: int) -> None:
        """The picture that scripts would load; nothing new where the page shows it with its address as well."""
        shown = {frame.url for frame in self.frames[-NEAR_FRAMES:]}
        for image in islice(element.iter("img"), NEAR_FRAMES):
            address = self._page.absolute(source_of(image))
            if address is None or address in shown:
                continue
            last = self.frames[-1] if self.frames else None
            if last and last.url is None and last.group == group:
                self.frames[-1] = replace(last, url=address)  # what stands there until a script comes
            else:
                self.see(image, zone, group, at)
