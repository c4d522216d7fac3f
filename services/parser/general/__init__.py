"""The reader of pages that no layout knows: where the article is, and which lines are its own."""
