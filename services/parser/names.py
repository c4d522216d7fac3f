"""Whether words are the name of a person: a guess from how names look and from the words that are in none."""

import re

_WORD = r"[A-ZÀ-ÖØ-Þ](?:[a-zà-öø-ÿ]+|[A-Z]?[a-z]+[A-Z][a-z]+|['’][A-Z][a-z]+)(?:[-'’][A-ZÀ-Þ]?[a-zà-ÿ]+)*"
_NAME = re.compile(
    rf"{_WORD}(?:\s(?:[A-Z]\.|[“\"(]{_WORD}[”\")]|de|del|de la|van|von|{_WORD})){{0,2}}"
    rf"\s{_WORD}(?:,?\s(?:Jr|Sr)\.?|,?\sI{{2,3}})?"
)
# Offices, places, papers and what people are by trade.
_OTHERWISE = re.compile(
    r"\b(?:affairs|office|agency|command|wing|service|services|center|centre|activity|division|squadron|group|department"
    r"|news|team|information|operations|headquarters|directorate|association|brigade|battalion|regiment|institute"
    r"|foundation|reports?|relations|organization|laborator(?:y|ies)|academy|communications?|district|fleet|corps"
    r"|guard|marketing|army|navy|force|air|marines?|defense|war|state|states|united|national|american|federal|u\.s"
    r"|university|college|school|hospital|library|museum|society|council|committee|church|company|inc|technologies"
    r"|systems|press|times|post|gazette|herald|tribune|journal|magazine|observer|star|stripes|images|media|multimedia"
    r"|fort|camp|base|joint|naval|station|port|lake|springs|city|county|beach|island|islands|valley|new"
    r"|white house|red cross|west point|silver spring|falls church|oak ridge|little rock|twentynine palms|cherry point"
    r"|pearl harbor|key west|diego garcia|puerto rico|patuxent river|parris island|cape canaveral|baton rouge"
    r"|great lakes|capitol hill|colts neck|dam neck|indian head|grand forks|panama canal"
    r"|palm beach|el paso|des moines|saudi arabia|sri lanka|hong kong|rio grande|foggy bottom|guantanamo bay"
    r"|north|south|east|northern|southern|eastern|western|san|santa|saint|los|las|the|task|public|special|staff"
    r"|writer|editor|reporter|correspondent|director|officer|chief|specialist|secretary|journalist|contributor|intern"
    r"|photographer|manager|historian|chaplain|commander|analyst|librarian|advisor|adviser|coordinator|assistant"
    r"|deputy|senior|president|administrator|engineer|scientist|student|volunteer|courtesy|released?"
    r"|alabama|alaska|arizona|arkansas|california|carolina|colorado|columbia|connecticut|dakota|delaware|florida"
    r"|georgia|hawaii|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan"
    r"|minnesota|mississippi|missouri|montana|nebraska|nevada|hampshire|jersey|mexico|york|ohio|oklahoma|oregon"
    r"|pennsylvania|rhode|tennessee|texas|utah|vermont|virginia|wisconsin|wyoming|germany|japan|korea|italy|iraq"
    r"|afghanistan|kuwait|qatar|guam|england|kingdom|poland|romania|spain|turkey|djibouti|africa|europe|pacific"
    r"|arsenal|depot|shipyard|yard|airfield|barracks|proving|recruiting|readiness|logistics|medical|health|engineers"
    r"|expeditionary|aviation|infantry|walter reed|wright patterson|lockheed|boeing|booz|northrop|raytheon)\b",
    re.IGNORECASE,
)


# What stands before a name: services, ranks and their grades, titles.
_RANK = re.compile(
    r"(?:(?:u\.?s\.?|army|navy|air|force|space|marines?|corps|coast|guard|national|staff|tech(?:nical)?|master|senior"
    r"|chief|gunnery|first|sergeant|sgt|airman|1st|2nd|3rd|class|basic|lt|lieutenant|col|colonel|maj|major|capt|captain"
    r"|gen|general|brig|brigadier|lance|cpl|corporal|spc|specialist|pfc|pvt|private|petty|officer|mass|communication"
    r"|mc[1-3cs]?|mcsn|mcsa|seaman|ensign|ens|cmdr|commander|rear|vice|adm|admiral|warrant|cw[2-5]|guardian|command"
    r"|dr|mr|ms|mrs|rev|hon|ret)\.?\s+)+",
    re.IGNORECASE,
)


def is_person(text: str) -> bool:
    """Whether this looks like a first and a last name, perhaps after a rank, and like nothing else that we know."""
    name = _RANK.sub("", text, count=1) if _RANK.match(text) else text
    return _NAME.fullmatch(name) is not None and _OTHERWISE.search(name) is None
