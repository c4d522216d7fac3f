"""The operator's desk: web pages for people, made of nothing but what the API answers."""
