"""The attachments and pictures of articles: which an article names, and what is told when one was replaced."""
