"""Bulletins by e-mail: a mailbox is a channel, each mail is kept, and its links are pages."""
