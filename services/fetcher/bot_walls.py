"""What stands where a page should be, told by headers, size and structure. Recognised, never evaded.

A wall says so in a header or in the marks of its maker, and is short. Who only goes by a title must be nearly without
words as well, because an article may carry any title.
"""

import re

from services.runtime.egress import Response

LONGEST_WALL = 30_000
"""Bytes; a longer answer with these marks in it is an article about them."""
FEW_WORDS = 200
"""A page that shows more than these is no notice."""
NO_WORDS = 8
"""A page of scripts that shows no more than these has its words elsewhere, if anywhere."""

_REDIRECTS = frozenset({301, 302, 303, 304, 307, 308})
_HEADERS = (
    ("a Cloudflare challenge", "cf-mitigated", "challenge"),
    ("an AWS challenge", "x-amzn-waf-action", "challenge"),
    ("an AWS captcha", "x-amzn-waf-action", "captcha"),
)
# (what it is, what is read in the body), for answers of any status; in the words the walls use.
_MARKS = (
    ("an Akamai wall", re.compile(rb"<title>\s*Access Denied\s*</title>|errors\.edgesuite\.net", re.IGNORECASE)),
    ("a Cloudflare challenge", re.compile(rb"cdn-cgi/challenge-platform|cf-browser-verification|_cf_chl_opt")),
    ("an Imperva wall", re.compile(rb"_Incapsula_Resource|Incapsula incident ID", re.IGNORECASE)),
    ("an AWS challenge", re.compile(rb"token\.awswaf\.com|awsWafCookieDomainList")),
    ("a DataDome wall", re.compile(rb"captcha-delivery\.com")),
    ("a PerimeterX wall", re.compile(rb"id=[\"']?px-captcha")),
    ("a Sucuri wall", re.compile(rb"sucuri_cloudproxy_js")),
    ("an F5 wall", re.compile(rb"The requested URL was rejected\. Please consult", re.IGNORECASE)),
    ("a captcha", re.compile(rb"<title>[^<]{0,60}(captcha|are you a robot|human verification)", re.IGNORECASE)),
)
# (what it is, how its title begins), when there are few words below it.
_TITLES = (
    (
        "a bot wall",
        re.compile(
            r"access (?:to this page (?:has been |is )?)?denied|just a moment|pardon our interruption|request rejected"
            r"|attention required|(?:one moment,? please|please wait)\W*$|checking your browser|robot or human"
            r"|(?:bot|browser) verification|verify(?:ing)? (?:that )?you are|403 forbidden|forbidden$|unusual traffic"
            r"|(?:your )?request (?:has been |was )?blocked|security (?:check|verification)$|ddos"
        ),
    ),
    ("a login", re.compile(r"(?:please )?(?:log|sign)[ -]?(?:in|on)\b(?! the)")),
    ("a consent page", re.compile(r"before you continue|(?:cookie|privacy) consent")),
    (
        "a maintenance notice",
        re.compile(
            r"(?:(?:this |our |web ?)?(?:site|system|server|portal|service)s? )?(?:(?:is|are) )?(?:currently )?"
            r"(?:(?:down|closed|offline) for |under(?:going)? |in )?(?:scheduled |planned |routine )?"
            r"maintenance(?: mode| page| notice| in progress)?\W*$"
            r"|(?:this |our |the )?(?:site|website|service|page|system) (?:is )?(?:currently |temporarily )?"
            r"(?:unavailable|offline|down|closed)|temporarily (?:unavailable|offline|down)|be right back"
        ),
    ),
)
_CLOSED = re.compile(rb"\bmaintenance\b", re.IGNORECASE)
# A number alone means nothing but 404 and 410: brigades have numbers, and so many Marines return.
_SAID = (
    r"\W+(?:error(?: page)?|(?:page |file )?not found|page|gone|bad request|unauthorized|forbidden|too many requests"
    r"|(?:internal )?server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out)"
)
_ERRORS = re.compile(
    rf"(?:(?:(?:http|error|status|code)\W{{1,3}}){{1,3}}[45]\d\d|404|410)(?:{_SAID}){{0,2}}\W*|[45]\d\d(?:{_SAID}){{1,2}}\W*"
    r"|(?:the )?(?:requested )?(?:page|file|article|content|resource|url)"
    r"(?: you (?:requested|(?:are|were) looking for))?"
    r" (?:is |was )?(?:not found|(?:could not|cannot|can'?t) be found|no longer (?:exists|available)|does not exist)\W*"
    r"|not found|page missing"
    r"|(?:sorry|oops)\W{1,3}.{0,40}"
    r"(?:not found|cannot be found|can'?t (?:be found|find)|does(?:n'?t| not) exist).{0,40}"
    r"|p[aá]gina no encontrada.{0,40}"
)
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_HEADED = re.compile(rb"<h1\b", re.IGNORECASE)
_HEADING = re.compile(rb"<h1\b[^>]{0,300}>(.{1,600}?)</h1", re.IGNORECASE | re.DOTALL)
_TROUBLE = re.compile(
    r"\b(?:5\d\d|40[0135-79]|429)\b|server error|bad gateway|unavailable|time-?out"
    r"|too many|unauthorized|forbidden|bad request"
)
# Possessive: a body that is one long gap would else be looked at once for each of its bytes.
_MARKUP = re.compile(rb"\s*+(?:\xef\xbb\xbf)?+\s*+<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
# Unclosed ones reach to the end, so that the whole is one look at each byte.
_UNSEEN = re.compile(
    rb"<(script|style|noscript|template|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(rb"<[^>]*+(?:>|\Z)")
_SCRIPTED = re.compile(rb"<script\b", re.IGNORECASE)
_REFRESHES = re.compile(rb"http-equiv=[\"']?refresh", re.IGNORECASE)
_LEADS_ON = re.compile(rb"<a\s|article-url", re.IGNORECASE)


def wall(response: Response) -> str | None:
    """What stands in the way (a wall, a login, a closed site, a page of scripts without words), or None."""
    if labels := next(
        (name for name, header, term in _HEADERS if term in (response.header(header) or "").lower()), None
    ):
        return labels
    if response.status in _REDIRECTS or len(response.body) > LONGEST_WALL:
        return None
    if labels := next((name for name, marks in _MARKS if marks.search(response.body)), None):
        return labels
    if response.status in {500, 503} and _CLOSED.search(response.body):
        return "a maintenance notice"
    return _notice(response.body) if response.status < 300 and _MARKUP.match(response.body) else None


def error_page(body: bytes) -> bool:
    """Whether a page that was sent as a good one is called an error by its title or its first heading."""
    return bool(_MARKUP.match(body) and any(map(_ERRORS.fullmatch, _names(body))))


def soft_404(body: bytes) -> bool:
    """Whether such a page says that there is none, and not that its server is in trouble or lets nobody in."""
    return error_page(body) and not any(map(_TROUBLE.search, _names(body)))


def _names(body: bytes) -> tuple[str, str]:
    """The title and the first heading."""
    first = _HEADED.search(body)
    heading = _HEADING.match(body, first.start()) if first else None
    return _title(body), _plain(_TAG.sub(b" ", heading[1])) if heading else ""


def _notice(body: bytes) -> str | None:
    shown = words_shown(body)
    if shown > FEW_WORDS:
        return None
    title = _title(body)
    if labels := next((name for name, text in _TITLES if text.match(title)), None):
        return labels
    if shown > NO_WORDS or _LEADS_ON.search(body):
        return None
    if _SCRIPTED.search(body):
        return "a page of scripts without words"
    return "a page that only refreshes to another address" if _REFRESHES.search(body) else None


def words_shown(body: bytes) -> int:
    """How many words a reader sees, about: no scripts, no styles, no tags."""
    return len(_TAG.sub(b" ", _UNSEEN.sub(b" ", body)).split())


def _title(body: bytes) -> str:
    """The first part of the title, on one line, in lower case: what comes after it is the name of the site."""
    match = _TITLE.search(body[:LONGEST_WALL])
    return _plain(match[1]) if match else ""


def _plain(name: bytes) -> str:
    text = " ".join(name.decode("utf-8", "replace").split()).lower()
    return re.split(r" (?:[|>»·–—-]|&gt;|&#124;|&raquo;) ", text, maxsplit=1)[0].replace("’", "'").strip()
