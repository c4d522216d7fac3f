"""How plain text becomes an article: dumps of pages, as crawlers and people keep them, Markdown among them."""
