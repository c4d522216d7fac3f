"""One examination: the page, what it leads to, one article of it three times; then a source is proposed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from services.contracts.article import Article, Reading
from services.contracts.choices import ChannelKind
from services.doctor import compare
from services.doctor.findings import ChannelFinding, Diagnosis, RobotsFinding, SampleFinding
from services.doctor.hints import LEAST, WELL_KNOWN, PageHints, pattern_of, read_hints, sitemaps_of
from services.doctor.looks import Looks
from services.doctor.proposal import propose, reason_left_out
from services.fetcher.answers import Answer, Fetched, Moved
from services.fetcher.discover import Discovered, discover
from services.fetcher.discover.hubs import hub_of
from services.fetcher.politeness import host_of
from services.fetcher.preview import recognised
from services.fetcher.robots import Robots
from services.fetcher.scope import ARTICLES, SourceScope

FEEDS, SITEMAPS = 3, 2
"""Candidates of each kind that are looked at."""
MOVES = 2
SAMPLE = 20
"""Articles of a channel by which their addresses are compared."""

Reads = Callable[[Fetched], Reading]
"""How a page is read: by the parser, in a process of its own."""


@dataclass
class _Case:
    """What is known so far."""

    looks: Looks
    diagnosis: Diagnosis
    title: str = ""
    seen: set[str] = field(default_factory=set)
    listed: dict[str, list[str]] = field(default_factory=dict)
    """What each channel lists, by its address."""
    answers: dict[str, Fetched] = field(default_factory=dict)


def examine(looks: Looks, url: str, reads: Reads) -> Diagnosis:
    """What watching the site at this address would be like; nothing is kept, and trouble is a finding."""
    answer, url = _arrive(looks, url)
    robots = looks.robots(url)
    case = _Case(looks, Diagnosis(url=url, robots=_robots(robots, url)))
    if isinstance(answer, Fetched):
        _look_around(case, answer, robots)
        _compare_articles(case, reads)
    else:
        why = _why(answer, looks)
        case.diagnosis.unseen += [why] if why != case.diagnosis.robots.detail else []
    _conclude(case)
    return case.diagnosis


def _arrive(looks: Looks, url: str) -> tuple[Answer | None, str]:
    """The first answer, and the address that gave it: sites move from host to host."""
    for _move in range(MOVES):
        answer = looks.at(url)
        if not isinstance(answer, Moved):
            return answer, url
        url = answer.url
    return looks.at(url), url


def _robots(robots: Robots | None, url: str) -> RobotsFinding:
    if robots is None:
        return RobotsFinding(verdict="unreadable", detail="It was not asked for.")
    no = robots.verdict(url)
    verdict = "allowed" if no is None else "refused" if robots.state == "rules" else "unreadable"
    detail = getattr(no, "detail", None)
    found = [urljoin(url, address) for address in sitemaps_of(robots.text)]
    return RobotsFinding(verdict=verdict, detail=detail, crawl_delay=robots.crawl_delay, sitemaps=found)


def _look_around(case: _Case, answer: Fetched, robots: Robots | None) -> None:
    kind, _ = recognised(answer)
    _add(case, kind, answer, "the address itself")
    front = answer if kind == "listing" else case.looks.fetched(urljoin(answer.url, "/"))
    hints = read_hints(front.body, front.url) if front else PageHints()
    case.diagnosis.bulletins = list(hints.bulletins)
    _look_for(case, "feed", hints.feeds[:FEEDS], "a link of the page")
    if not _has(case, "feed"):
        # One answer at a well-known place is enough: they are names for the same feed.
        for path in WELL_KNOWN:
            if not _has(case, "feed"):
                _look_for(case, "feed", [urljoin(answer.url, path)], "a well-known place")
    named = case.diagnosis.robots.sitemaps if robots else []
    _look_for(case, "sitemap", named[:SITEMAPS], "robots.txt")
    if not _has(case, "sitemap"):
        _look_for(case, "sitemap", [urljoin(answer.url, "/sitemap.xml")], "a well-known place")


def _look_for(case: _Case, kind: ChannelKind, urls: Iterable[str], how: str) -> None:
    for url in urls:
        if url not in case.seen and (answer := case.looks.fetched(url)):
            _add(case, kind, answer, how)


def _add(case: _Case, kind: ChannelKind, answer: Fetched, how: str) -> None:
    """A channel, if the answer can be read as one of this kind; of an index, its first part is looked at as well."""
    case.seen |= {answer.url}
    found = discover(kind, answer.body, answer.url, answer.charset)
    if not isinstance(found, Discovered) or (kind != "listing" and not (found.listed or found.parts)):
        return
    urls = [entry.url for entry in found.listed]
    if found.parts and not urls and (part := case.looks.fetched(found.parts[0])):
        inner = discover(kind, part.body, part.url, part.charset)
        urls = [entry.url for entry in inner.listed] if isinstance(inner, Discovered) else []
    case.listed[answer.url], case.answers[answer.url] = urls, answer
    hub = hub_of(answer.body, answer.url, answer.headers) if kind == "feed" else None
    finding = ChannelFinding(
        kind=kind, url=answer.url, found_by=how, listed=len(urls), articles=0, hub=hub and hub.url, detail=found.note
    )
    case.diagnosis.channels.append(finding)


def _has(case: _Case, kind: ChannelKind) -> bool:
    return any(channel.kind == kind for channel in case.diagnosis.channels)


def _articles(case: _Case) -> tuple[str | None, list[str]]:
    """The form of the addresses of articles, and some of them: feeds know best, then sitemaps, then the page."""
    for kind in ("feed", "sitemap", "listing"):
        for channel in case.diagnosis.channels:
            urls = case.listed.get(channel.url, [])
            own = [url for url in urls if kind == "feed" or host_of(url) == host_of(channel.url)]
            if channel.kind == kind and own and (pattern := pattern_of(own[:1_000])):
                return pattern, [url for url in own if _covers(pattern, url)]
        if kind == "feed" and (first := _first_feed(case)):
            return None, first
    return None, []


def _first_feed(case: _Case) -> list[str]:
    return next((case.listed[entry.url] for entry in case.diagnosis.channels if entry.kind == "feed"), [])


def _covers(pattern: str | None, url: str) -> bool:
    return SourceScope.of([host_of(url)], (pattern,) if pattern else ()).covers(url)


def _compare_articles(case: _Case, reads: Reads) -> None:
    """One article three times: twice in full, and once as somebody who has it."""
    pattern, articles = _articles(case)
    for channel in case.diagnosis.channels:
        urls = case.listed[channel.url]
        channel.articles = sum(_covers(pattern, url) for url in urls) if pattern or channel.kind == "feed" else 0
    _check_feed(case)
    sample = next((url for url in articles if urlsplit(url).path not in {"", "/"}), None)
    if sample is None:
        case.diagnosis.unseen.append("No article was found to try: no address looks like one.")
        return
    if (first := case.looks.fetched(sample)) is None:
        case.diagnosis.unseen.append(f"The article {sample} could not be looked at.")
        return
    reading = reads(first)
    case.diagnosis.sample = _sample(first, reading)
    second = case.looks.fetched(sample)
    if second:
        same = _digest(reading) == _digest(reads(second))
        case.diagnosis.volatile = compare.volatile(first.body, second.body, same_reading=same)
    again = case.looks.at(sample, first.validators) if first.validators.headers() else None
    case.diagnosis.validators.append(compare.validators(first, second, again))


def _check_feed(case: _Case) -> None:
    for channel in case.diagnosis.channels:
        answer = case.answers[channel.url]
        if channel.kind == "feed":
            again = case.looks.at(channel.url, answer.validators) if answer.validators.headers() else None
            case.diagnosis.validators.append(compare.validators(answer, None, again))
            return


def _sample(page: Fetched, reading: Reading) -> SampleFinding:
    known = reading.layout not in {None, "unknown"}
    if not isinstance(reading, Article):
        why = f"{reading.reason}: {reading.detail}"
        return SampleFinding(url=page.url, layout=reading.layout, is_known_layout=known, rejected=why)
    return SampleFinding(
        url=page.url,
        layout=reading.layout,
        is_known_layout=known,
        kind=reading.kind,
        headline=reading.headline,
        published_at=reading.published_at.isoformat() if reading.published_at else None,
        published_evidence=reading.published_evidence,
        words=sum(len(block.text.split()) for block in reading.body),
    )


def _digest(reading: Reading) -> str:
    """What a reading says; which lines of the page were left out makes no difference."""
    return reading.model_copy(update={"removed": ()}).digest() if isinstance(reading, Article) else reading.reason


def _conclude(case: _Case) -> None:
    diagnosis = case.diagnosis
    pattern, articles = _articles(case)
    host = urlsplit(diagnosis.url).hostname or ""
    diagnosis.toml = propose(diagnosis.url, host, diagnosis.channels, pattern, articles[:SAMPLE])
    for channel in diagnosis.channels:
        channel.left_out = reason_left_out(channel, diagnosis.channels, pattern)
    if diagnosis.toml and pattern not in {None, *ARTICLES}:
        diagnosis.unseen.append(f"That {pattern!r} means articles is a guess from their addresses: look at it.")
    if diagnosis.toml is None and diagnosis.channels and len(articles) < LEAST:
        diagnosis.unseen.append("No channel leads to addresses that look like articles: say in `pages` which do.")
    if not diagnosis.channels:
        diagnosis.unseen.append("No channel was found that could be watched.")
    if case.looks.over:
        diagnosis.unseen.append(case.looks.over)
    diagnosis.looks = case.looks.made


def _why(answer: Answer | None, looks: Looks) -> str:
    if answer is None:
        return looks.over or "It was not looked at."
    if isinstance(answer, Moved):
        return f"It moves from host to host, last to {answer.url}."
    return str(getattr(answer, "detail", "It answered as if it had been asked before."))
