"""Which part of a page an element begins, told by its tag, its id and its classes.

A zone is a word. The zones in `OUTSIDE` are never part of the article: nothing inside them is read as anything else,
and the zone's name is the rule under which its lines leave.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

OUTSIDE = frozenset({
    "banner", "skip-link", "navigation", "breadcrumb", "footer", "control", "share", "related", "tags",
    "newsletter", "alert", "template", "unseen", "comments", "picture-tools", "print-tools", "aside", "author_bio",
})  # fmt: skip

# Elements that mean the same wherever they stand.
TAGS: Mapping[str, str] = MappingProxyType({
    "nav": "navigation", "footer": "footer", "figure": "picture", "figcaption": "caption",
    "button": "control", "select": "control", "textarea": "control", "option": "control", "datalist": "control",
    "menu": "navigation", "dialog": "control", "label": "control", "legend": "control",
})  # fmt: skip

# Class and id words that mean the same on every publishing system we know. Whole words of the class attribute only.
CLASSES: Mapping[str, str] = MappingProxyType({
    "usa-banner": "banner", "cdc-site-gov-notice": "banner", "header_banner_container": "banner",
    "header_banner_panel": "banner", "usa-skipnav": "skip-link", "skip-link": "skip-link", "skiplink": "skip-link",
    "skip-link-holder": "skip-link", "skip-target-holder": "skip-link", "skipmenu": "skip-link",
    "breadcrumb": "breadcrumb", "breadcrumbs": "breadcrumb", "usa-breadcrumb": "breadcrumb",
    "usa-footer": "footer", "footer": "footer", "usa-identifier": "footer",
    "usa-header": "navigation", "usa-nav": "navigation", "usa-sidenav": "navigation", "usa-in-page-nav": "navigation",
    "pagination": "navigation", "pager": "navigation", "usa-pagination": "navigation",
    "social-block": "share", "social-share": "share", "share-links": "share", "share-tools": "share",
    "more-share": "share", "a2a_kit": "share", "addtoany": "share", "addtoany_list": "share",
    "addthis_toolbox": "share",
    "social-links": "share", "usa-social-links": "share", "at-share-btn-elements": "share", "social-media": "share",
    "related": "related", "related-stories": "related", "related-links": "related", "related-content": "related",
    "related-articles": "related", "related-news": "related", "more-news": "related", "read-next": "related",
    "recommended": "related", "also-read": "related",
    "tags": "tags", "tag-list": "tags", "article-tags": "tags", "keywords": "tags", "topics": "tags",
    "subscribe": "newsletter", "newsletter": "newsletter", "newsletter-signup": "newsletter",
    "govdelivery": "newsletter",
    "usa-alert--site": "alert", "usa-site-alert": "alert", "site-alert": "alert", "alert-banner": "alert",
    "sr-only": "unseen", "visually-hidden": "unseen", "usa-sr-only": "unseen", "element-invisible": "unseen",
    "visuallyhidden": "unseen", "screen-reader-text": "unseen", "screen-reader-only": "unseen",
    "comments": "comments", "comment-list": "comments", "comments-area": "comments", "commentlist": "comments",
    "comment-respond": "comments", "wp-block-comments": "comments", "comentarios": "comments",
    "dek": "dek", "standfirst": "dek", "subheadline": "dek", "entradilla": "dek", "bajada": "dek",
    "image-wrapper": "picture", "image-container": "picture", "media-gallery": "picture", "photo": "picture",
    "gallery-item": "picture", "slide": "picture", "article-image": "picture", "wp-caption": "picture",
    "caption": "caption", "wp-caption-text": "caption", "slide-caption": "caption", "image-caption": "caption",
    "photo-caption": "caption", "img-caption": "caption", "media-caption": "caption", "image-title": "caption",
    "photo-credit": "caption", "image-credit": "caption", "photo-info": "caption", "usa-image__caption": "caption",
    "media__caption": "caption", "image__caption": "caption", "photographer": "caption", "photo-details": "caption",
})  # fmt: skip

# What a longer class name may hide, where nobody listed it. For block elements only: a link inside a sentence that
# is called "related-link" is still a word of the sentence.
_HINTS = re.compile(
    r"(?P<share>social-?(?:share|media|links)|share-(?:bar|buttons|this|tools))"
    r"|(?P<related>related-?(?:\w+-)?(?:stor|content|link|article|news|item|post)|(?:you-may|more)-also)"
    r"|(?P<author_bio>(?:author|contributor)-bio|about-(?:the-)?author)"
    r"|(?P<dek>sub-?headline|(?:article|story|entry|headline)[-_]+(?:dek|deck|excerpt|summary|subtitle|standfirst))"
    r"|(?P<newsletter>newsletter|email-?(?:signup|updates)|subscribe-(?:box|form|block))"
    r"|(?P<breadcrumb>breadcrumb)"
    r"|(?P<caption>(?:photo|image|img|media|figure|slide)[-_]*(?:caption|credit|byline))"
)


@lru_cache(maxsize=8_192)
def zone_of(words: str, own: tuple[tuple[str, str], ...], *, block: bool) -> str | None:
    """The zone that an element with these class and id words begins: `own` (the layout's) before everybody's."""
    table = dict(own)
    for known in (table, CLASSES):
        for word in words.split():
            if word in known:
                return known[word]
    if block and (hint := _HINTS.search(words)):
        return hint.lastgroup
    return None
