"""What publishing systems print around articles: rules as data, and where each of them holds.

A rule is matched against a whole line in its folded spelling (no case, no accents, plain quotes and dashes), never
against a part of it: most of these words may stand in a sentence.

- ANYWHERE: no writer ever wrote this line.
- TOP: before the first running text.
- END: after the last line that is the article's.
- LOOSE: at the top, at the end, or in a run of three and more.
"""

import re
from collections.abc import Mapping

from services.parser.lines import Line

_GOV = r"\.?(?:gov|mil)"

ANYWHERE: dict[str, tuple[str, ...]] = {
    "template": (
        r".*\{\{.*\}\}.*",
    ),
    "historical-notice": (
        "you have (?:accessed|reached) (?:part of )?a (?:historical collection|collection of archived).*",
        r"this information is provided for historical purposes only\..*",
        "please contact the do[dw] webmaster (?:if you have any|with any) questions.{0,40}",
        "the content available is no longer being updated and(?: as a result)? you may encounter hyperlinks.*",
        "for persons with disabilities experiencing difficulties accessing content.*",
        r'this is historical material,? ?\"frozen in time.*',
        "(?:this is )?archived content: information .{0,80}(?:out of date|outdated).*",
    ),
    "alert": (
        "content on this site has been reviewed and removed to align with .*",
    ),
    "share": (
        r"(?:(?:share|tweet|e-?mail|facebook|twitter|x|linkedin|print|copy link|whatsapp|reddit)\b[ |•/,]*){2,}",
    ),
    "advertisement": (
        "(?:- )?advertisement(?: ?[-:] ?(?:continue|story continues).{0,40})?",
        "(?:story|article) continues below.{0,40}",
        "publicidad",
    ),
    "follow": (
        r"\(follow .{2,80} on (?:twitter|x|facebook|instagram|threads)\b.{0,80}\)",
    ),
    "picture-tools": (
        "download (?:hi-?res|image|photo)(?: */ *photo details|: full size.*)?", "photo details */ *download hi-?res",
        "photo details", r"full size \(\d.*\)", r"\[image \d+ of \d+\]", "share image:?", "view original",
        r"(?:\d+ ?/ ?\d+ ?)?(?:show caption ?\+ ?)?hide caption ?-", r"(?:\d+ ?/ ?\d+ ?)?show caption ?\+",
    ),
    "video": (
        "player embed code:?.{0,60}",
    ),
    "empty-label": (
        "(?:issued by: on|virin:|date created:|city:|photo by:|credit:)",
    ),
    "end-mark": (
        r"-+ ?[a-z]{2,8} ?-+", r"[-(\[#*–]+ ?end ?[-)\]#*–]+", "-+ ?30 ?-+", "#{2,}(?: #{1,})*", "# # #",
    ),
    "counter": (
        r"(?:web )?views: [\d,]+", r"downloads: [\d,]+", r"podcast hits: [\d,]+",
    ),
}  # fmt: skip

TOP: dict[str, tuple[str, ...]] = {
    "banner": (
        r"an official website of the (?:[\w.]+ ){0,5}(?:government|army|navy|defense|war|justice)(?:, [\w ]{3,40})?\.?",
        r"an official website of the (?:[\w.]+ ){1,6}here'?s how you know\.?",
        r"here'?s how you know\.?", r"(?:official websites use|secure <gov> websites use) (?:https|<gov>)\.?",
        "(?:an? )?<gov> websites? belongs? to an official .{0,120}",
        r"(?:an? )?(?:lock|padlock) ?\(?.{0,40}\)? or https:?/?/? ?means you'?ve safely connected.{0,160}",
        r"(?:the <gov> means it'?s official|the site is secure)\.?",
        "federal government websites often end in .{0,160}", "the https:// ensures that you are connecting .{0,160}",
        "before sharing sensitive information, make sure you'?re on .{0,60}",
        r"share sensitive information only on official, secure websites\.?",
        r"(?:un|este es un) sitio (?:web )?oficial del gobierno de (?:los )?(?:estados unidos|ee\. ?uu\.).{0,40}",
        "asi es como (?:usted )?(?:puede verificarlo|lo sabes?)", "los sitios web oficiales usan <gov>",
        "un sitio web <gov> pertenece a una organizacion oficial .{0,80}", "los sitios web seguros <gov> usan https",
        r"un candado ?\(.{0,30}\) o https:// significa que .{0,160}",
    ),
    "skip-link": (
        r"skip to (?:main |page )?(?:content|navigation|search|footer)(?: \(press enter\))?\.?",
        "jump to (?:main content|navigation|content)", "skip directly to (?:site content|search|.{0,30})",
        "(?:saltar|ir|pasar) al contenido(?: principal)?",
    ),
    "breadcrumb": (
        r"(?:home|inicio)(?: ?(?:[:>/»|›]|::) ?[\w&' -]{2,60})+", r"(?:legacy )?home(?:page)?news[\w ]{0,60}",
        "you are here:?", r"[\w&' -]{2,30}(?: ?[|•·] ?[\w&' -]{2,30}){3,}",
    ),
    "kicker": (
        "(?:news |press |media )?release", r"(?:for )?immediate release:?(?: \w+ \d{1,2}, \d{4})?", "contracts?",
        "transcript", "advisory", "media advisory", "feature(?: stor(?:y|ies))?", "speech", "news(?: stor(?:y|ies))?",
        "article", "story", "(?:do[dw]|defense|war|defense department|army|navy) news", "spotlight: .{0,60}",
        "afa speeches", "photo essay", "commentary", "courtesy story", "(?:press|media) statement",
        "comunicado(?: de prensa)?",
        "biograph(?:y|ies)", "fact sheets?",
        "para (?:su )?(?:publicacion|divulgacion) inmediata", "noticias?", "press operations",
    ),
    "release-number": (
        r"(?:(?:immediate |news |press )?release )?(?:no|nr|number)[.:]{0,2} ?(?:number:? )?[a-z]{0,3}-?\d[\d-]{2,}\w?",
        r"(?:news |press )?release #:? ?\d[\d-]{2,}\w?", r"(?:press )?release number:? ?[\w-]{4,}",
        r"(?:hq|nr)-\d\d-\d{2,4}",
    ),
    "alert": (
        "(?:due to|because of) (?:the|a) lapse in (?:federal |government )?(?:appropriations|funding),? .{0,300}",
        "(?:this|the) (?:web)?site (?:will be|is) (?:undergoing|down for) .{0,40}maintenance.{0,200}",
    ),
    "navigation": (
        "place holder", "toggle (?:navigation|menu)", "main menu", r"\{\{\w+\}\}", "close menu", "open menu",
    ),
}  # fmt: skip

END: dict[str, tuple[str, ...]] = {
    "release-number": TOP["release-number"],
    "end-mark": (
        "-+ ?end ?-+", r"\*{3,}",
    ),
    "related": (
        "(?:related|other|more|recommended) (?:stories|links|articles|news|content|coverage|topics|documents|media)",
        "more from .{2,40}", "(?:spotlight|special report): .{2,80}",
        "noticias relacionadas", "(?:articulos|enlaces) relacionados",
        "you (?:may|might) also (?:like|be interested in)",
        "(?:tags|topics?|keywords|read more|leer mas):?",
        r"(?:latest|recent|top|popular|trending|more|most) (?:\w+ )?(?:news|stories|posts|headlines|articles|releases)",
        "(?:read|up) next", "more (?:on|about) this (?:story|topic)", "most (?:read|popular|viewed)", "lo mas leido",
        "keep (?:reading|exploring)", "(?:lea|vea) tambien", "explore more", "discover (?:more|related) topics",
    ),
    "newsletter": (
        "(?:follow|like|find) us on .{2,60}", "siganos en .{2,60}", "comparta:?",
        "subscribe(?: to .{2,60})?", r"choose which .{2,60} delivered to your inbox\.?",
        "sign up (?:for|to receive) .{2,100}", r".{0,80}delivered to your inbox\.?",
    ),
    "footer": (
        "hosted by .{2,60}(?:media|information) activity.{0,20}", "no fear act", "foia",
        "veterans crisis line.{0,60}",
        "the department of (?:war|defense) provides the military forces needed to deter war.{0,80}",
        "privacy", "accessibility", "link disclaimer", "site map", "contact us", r"usa\.gov", "plain writing",
        "about us", "inspector general",
        "this work, .{2,200}, must comply with the restrictions .{0,100}", "public domain", "image info",
    ),
    "copyright": (
        r"(?:copyright )?(?:©|\(c\)) ?(?:copyright )?(?:\d{4}|[a-z]).{0,200}", r"copyright \d{4}.{0,200}",
        "(?:.{2,80} )?all rights reserved.{0,160}", ".{0,80}todos los derechos reservados.{0,80}",
        "suggest a correction", "leave a (?:comment|reply)",
    ),
    "updated": (
        r"(?:page |content )?(?:last )?(?:updated|reviewed|modified):? (?:on )?\w+\.? \d{1,2}, \d{4}\.?",
    ),
}  # fmt: skip

# Over a text that no layout names: which office speaks.
OFFICES: dict[str, tuple[str, ...]] = {
    "office": (
        r"(?:(?:u\.?s\.? )?(?:department|bureau) of [\w '&-]{2,50}, )?(?:office|bureau) of (?:the )?[\w ,'&-]{2,70}",
        r"u\.?s\.? attorney'?s'? office,? .{2,60}",
    ),
}

LOOSE: dict[str, tuple[str, ...]] = {
    "share": (
        "share(?: this)?:?", r"share (?:on|to|by) \w+", "copy link", "e-?mail", "facebook", "twitter", "x",
        "linkedin", "whatsapp", "reddit", "pinterest", "×", "[|•·]", "bookmark and share", r"print(?: ?\| ?e-?mail)?",
        "thanks for sharing!", "addtoany", r"more(?:\.\.\.)", "tweet", "compartir", "imprimir",
    ),
    "navigation": (
        "back", "home", "menu", "search", "close", "inicio", "volver", "back to top", "top",
    ),
    "picture-tools": (
        r"\d{1,3} (?:of|/) \d{1,3}", "previous", "next", "slideshow", "photo gallery", "photo information",
        "view gallery", "hi-?res", "anterior", "siguiente", "play", "pause", "download", r"\.\.\. loading \.\.\.",
    ),
    "video": (
        r"[\w. ]{2,40} \| \d{1,2}:\d\d(?::\d\d)?", "embed", "download embed share",
    ),
}  # fmt: skip

MAX_LENGTH = 900


class Rules:
    """Several rules as one expression: one look at a line says which of them takes it."""

    def __init__(self, *tables: Mapping[str, tuple[str, ...]]) -> None:
        self._names = [name for table in tables for name in table]
        rules = ("|".join(phrases) for table in tables for phrases in table.values())
        self._pattern = re.compile("|".join(f"({rule})" for rule in rules).replace("<gov>", _GOV))

    def name(self, line: Line) -> str | None:
        """The rule that takes this line, or None."""
        if len(line.key) > MAX_LENGTH:
            return None
        found = self._pattern.fullmatch(line.key)
        return self._names[(found.lastindex or 1) - 1] if found else None
