"""Which parser read a page: bumped whenever the same bytes may give another article.

Is that so for the pages of one layout alone, its own version is bumped as well: only they need to be read again then.
"""

PARSER_VERSION = "11"
