"""The awards of a contracts page: who gets how much from whom, for as far as each paragraph says it.

The announcements follow one manner: "COMPANY, City, State, is awarded a $AMOUNT KIND contract for … . Work … is
expected to be completed by DATE. … OFFICE is the contracting activity (NUMBER)."
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal, TypeVar, cast

from services.contracts.article import AmountKind, Award, AwardAction, Block, ModificationKind
from services.parser.award_kinds import award_kinds
from services.parser.awardees import awardees, numbers
from services.parser.dates import find_date

HEAD_LENGTH = 100
FOOTNOTE_LENGTH = 160
_FOOTNOTE = re.compile(r"^(?P<mark>\*+)\s*(?P<words>[^*$]+)$")
_AMENDS = re.compile(
    r"^\W{0,4}(?P<word>correct|update|amend)(?:ions?|ed|d|ment)?(?:\s?[:|]\s?|\s[—–-]+\s|$)", re.IGNORECASE
)
# A correction that speaks of the mistake may repeat it: none of its facts can be told from the wrong ones.
_MISTAKE = re.compile(
    r"\b(?:incorrect\w*|erroneous\w*|in error|mistaken\w*|should (?:have )?(?:read|been|be|say|state))\b"
)
_VERB = re.compile(
    r",?\s(?:(?:is|are|was|were|has|have)(?:\s(?:each|both|all|also|now|being|been))*\sawarded\b"
    r"|(?:is|are|will be)\ssharing\b"
    r"|will\s(?:each\s|all\s)?(?:share|compete)\b(?:\sfor\s(?:each|every|all)\s(?:\w+\s)?orders?\b)?)"
)
# "The contract was awarded competitively" is no award but a remark on one.
_REMARK = re.compile(
    r"^(?:(?:the(?! following\b)|this|that|these|each|all|no|an?)\s(?:\S+\s){0,3}?"
    r"(?:contracts?|awards?|orders?|modifications?|options?|agreements?|actions?|compan(?:y|ies)|contractors?|funds?)"
    r"|it|they|work|funds|bids)\b",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"\b(?:Inc|Corp|Cos?|Ltd|Bros|Jr|Sr|Int'l|Intl|Mfg|Svcs|Sys|Tech|Eng|St|Ste|Ft|Mt|Nos?|Dr|Gen|Col|Lt|Sgt|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec"
    r"|Calif|Conn|Fla|Mass|Mich|Minn|Pa|Tenn|Va|Wash|Wis|U\.S|[A-Z])\.$"
)
_STOP = re.compile(r"[.!?][\"”’)]*\s(?=[A-Z])")
_MONEY = re.compile(
    r"\$\s?(?P<number>(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15})(?:\.[0-9]{1,6})?)"
    r"(?:[\s-]?(?P<scale>thousand|million|billion|M|B)\b|(?![,.]?\w))"
)
_SCALES = {"thousand": 3, "million": 6, "M": 6, "billion": 9, "B": 9}
# Amounts that are another than the award's, by the words before them.
_ELSE = re.compile(
    r"\b(?:cumulative|minimum|bring\w*|guarantee\w*)\b[^$]*$|\b(?:from|to)\s(?:an?\s)?$|\bincreas\w+\s[^$]*\sto\s[^$]*$",
    re.IGNORECASE,
)
ELSE_LENGTH = 80
_CUMULATIVE = re.compile(r"\b(?:cumulative|total)\s[^.$]{0,60}\bvalue\b[^.$]{0,60}\b(?:to|is)\s[^.$]{0,25}(?=\$)")
_AMOUNT_KINDS: dict[AmountKind, re.Pattern[str]] = {
    "not_to_exceed": re.compile(r"\bnot[- ]to[- ]exceed\b", re.IGNORECASE),
    "ceiling": re.compile(r"\bceiling\b", re.IGNORECASE),
    "maximum": re.compile(r"\bmaximum\b|\bup to\b", re.IGNORECASE),
    "estimated": re.compile(r"\bestimated\b", re.IGNORECASE),
}
_ACTION = re.compile(
    r"\b(?:(?P<modification>(?:contract\s)?modifications?)|(?P<order>(?:task|delivery|job)[- ]orders?|orders?(?![-\w]))"
    r"|(?P<agreement>agreements?)|(?P<contract>contracts?))\b"
)
_MODIFICATION = re.compile(
    r"\b[Mm]odifications?\s(?:\((?=[A-Z0-9]*\))|(?:[Nn]o\.\s?|[Nn]umber\s)?(?=[A-Z]))((?=[A-Z]*[0-9])[A-Z0-9]{4,6})\b"
)
_MODIFICATION_KINDS: dict[ModificationKind, re.Pattern[str]] = {
    "definitization": re.compile(r"\bdefiniti[sz]", re.IGNORECASE),
    "option": re.compile(r"\bexercis(?:e|es|ed|ing)\b[^.;$]{0,60}\boptions?\b", re.IGNORECASE),
    "ceiling": re.compile(
        r"\bceiling increase\b|\b(?:increas|rais)(?:e|es|ed|ing) (?:the |its )?(?:\w+ )?ceiling\b", re.IGNORECASE
    ),
}
_DATE = r"(?:(?P<month>[A-Z][a-z]{2,8})\.?,?\s(?:(?P<day>[0-9]{1,2}),?\s)?)?(?P<year>[0-9]{4})\b"
_COMPLETION = re.compile(
    r"\b(?:(?:expected to|will) be (?:completed?|finished)|(?:estimated |expected |performance )?completion date)"
    rf"(?:\s(?:by|in|on|of|is|no later than|the end of))*\s{_DATE}"
)
_ACTIVITY = re.compile(r"^(?:The\s)?(?P<name>.+?),?\s(?:is|are) the contracting activit(?:y|ies)\b")
_ACTIVITY_AFTER = re.compile(r"\b[Tt]he contracting activity is (?:the\s)?(?P<name>.+?)(?:\s\(|\.?$)")
# Words that no name of an office holds: the sentence before was not told apart.
_PREDICATE = re.compile(r"\b(?:will|was|were|been|is|are)\b")
ACTIVITY_LENGTH = 200

Name = TypeVar("Name", bound=str)


def awards(body: Sequence[Block]) -> tuple[Award, ...]:
    """Each paragraph that announces an award or amends one, under its head. Never raises, whatever the text."""
    return tuple(_awards(body, _footnotes(body)))


def _awards(body: Sequence[Block], footnotes: Mapping[str, str]) -> Iterator[Award]:
    branch: str | None = None
    for block in body:
        if _is_head(block):
            branch = None if _AMENDS.match(block.text) else block.text
        elif award := _award(block.text, branch, footnotes):
            yield award


def _is_head(block: Block) -> bool:
    text = block.text
    return len(text) <= HEAD_LENGTH and (block.kind == "subhead" or text.isupper()) and not set("*$") & set(text)


def _footnotes(body: Sequence[Block]) -> dict[str, str]:
    """What each row of asterisks means on this page."""
    results = (_FOOTNOTE.match(block.text) for block in body if len(block.text) <= FOOTNOTE_LENGTH)
    return {note["mark"]: note["words"].strip(" .;") for note in results if note}


def _award(text: str, branch: str | None, footnotes: Mapping[str, str]) -> Award | None:
    amends = _AMENDS.match(text)
    sentences = _sentences(text[amends.end() :] if amends else text)
    report = None if amends and _MISTAKE.search(text) else _announcement(sentences[0])
    if report is None and amends is None:
        return None
    return Award(
        branch=branch,
        awardees=awardees(report[0], footnotes) if report else (),
        numbers=numbers(text),
        activity=_activity(sentences),
        amends=_amends(amends) if amends else None,
        text=text,
        **(_facts(report[1], text) if report else {}),
    )


def _amends(found: re.Match[str]) -> Literal["correction", "update"]:
    return "correction" if found["word"].lower() == "correct" else "update"


def _sentences(text: str) -> list[str]:
    """At least one; "Inc." and "U.S." end none."""
    ends = [
        stop.start() + 1
        for stop in _STOP.finditer(text)
        if not _abbreviated(text[max(stop.start() - 11, 0) : stop.start() + 1])
    ]
    return [text[start:end].strip() for start, end in pairwise([0, *ends, len(text)])]


def _abbreviated(end: str) -> bool:
    return not end.endswith("D.C.") and _SHORT.search(end) is not None


def _announcement(sentence: str) -> tuple[str, str] | None:
    """Who, and what they are awarded; None for a sentence that announces nothing."""
    verb = _VERB.search(sentence)
    if verb is None or _REMARK.match(sentence):
        return None
    who = "" if sentence.startswith("The following ") else sentence[: verb.start()]
    what = sentence[verb.end() :]
    return (who, what) if _MONEY.search(what) or _ACTION.search(what) else None


def _facts(what: str, text: str) -> dict[str, Any]:
    amount = next(
        (
            money
            for money in _MONEY.finditer(what)
            if not _is_else(what[max(money.start() - ELSE_LENGTH, 0) : money.start()])
        ),
        None,
    )
    action = _ACTION.search(what)
    number = _MODIFICATION.search(what)
    return {
        "action": cast(AwardAction, action.lastgroup) if action else None,
        "modification": number[1] if number else None,
        "modification_kind": _first(_MODIFICATION_KINDS, what) if action and action["modification"] else None,
        "amount": _dollars(amount),
        "amount_kind": _first(_AMOUNT_KINDS, _around(what, amount)) if amount else None,
        "cumulative_value": _cumulative(text),
        "kinds": award_kinds(what),
        "completed_by": _completed_by(text),
    }


def _is_else(before: str) -> bool:
    return _ELSE.search(before) is not None


def _around(text: str, found: re.Match[str]) -> str:
    """The words at an amount that say what it is."""
    return text[max(found.start() - 60, 0) : found.end() + 25]


def _first(forms: Mapping[Name, re.Pattern[str]], text: str) -> Name | None:
    return next((name for name, form in forms.items() if form.search(text)), None)


def _dollars(found: re.Match[str] | None) -> int | None:
    if found is None:
        return None
    return int(Decimal(found["number"].replace(",", "")).scaleb(_SCALES.get(found["scale"], 0)))


def _cumulative(text: str) -> int | None:
    hit = _CUMULATIVE.search(text)
    return _dollars(_MONEY.match(text, hit.end())) if hit else None


def _completed_by(text: str) -> str | None:
    match = _COMPLETION.search(text)
    if match is None or not (day := find_date(f"{match['month'] or 'Jan'} {match['day'] or 1}, {match['year']}")):
        return None
    precision = len("2029-03-01") if match["day"] else len("2029-03") if match["month"] else len("2029")
    return day.isoformat()[:precision]


def _activity(sentences: Sequence[str]) -> str | None:
    for sentence in sentences:
        if hit := _ACTIVITY.match(sentence) or _ACTIVITY_AFTER.search(sentence):
            name = hit["name"]
            return name if len(name) <= ACTIVITY_LENGTH and not _PREDICATE.search(name) else None
    return None
