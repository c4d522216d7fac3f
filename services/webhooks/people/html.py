"""A message as HTML, for mail programs: all outside text is escaped, and links lead to the web only."""

from functools import cache

from jinja2 import Environment, Template

from services.webhooks.people.message import Notification
from services.webhooks.people.text import about, more

# Styles stand in the tags, because mail programs drop the others. No picture, no script, nothing that is fetched.
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{ message.subject }}</title></head>
<body style="font-family: sans-serif; line-height: 1.5; max-width: 40em; margin: 0 auto; padding: 1em">
{% for entry in message.entries %}
<h2 style="font-size: 1.1em; margin: 1.5em 0 0" dir="auto"><span style="color: #666">{{ entry.label }}</span>
{%- if entry.headline %} {% if entry.page %}<a href="{{ entry.page }}">{{ entry.headline }}</a>
{%- else %}{{ entry.headline }}{% endif %}{% endif %}</h2>
<p style="color: #666; margin: 0">{{ about(entry) }}{% if entry.desk %} · <a href="{{ entry.desk }}">at the desk</a>
{%- endif %}</p>
{% if entry.lead %}<p dir="auto">{{ entry.lead }}</p>{% endif %}
{% for sentence in entry.sentences %}<p dir="auto">{{ sentence }}</p>{% endfor %}
{% for changed in entry.changed %}
<p dir="auto"><span style="color: #666">{{ changed.field }}:</span>
{% for piece in changed.pieces -%}
{% if piece.fate == "inserted" %}<ins style="background: #d8f5d8">{{ piece.text }}</ins>
{%- elif piece.fate == "deleted" %}<del style="background: #fbdcdc">{{ piece.text }}</del>
{%- else %}{{ piece.text }}{% endif %}
{%- endfor %}</p>
{% endfor %}
{% endfor %}
{% for sentence in more(message) %}<p>{{ sentence }}</p>{% endfor %}
{% for line, link in footer %}<p style="color: #666; font-size: .9em">{{ line }}
{%- if link %} <a href="{{ link }}">{{ link }}</a>{% endif %}</p>{% endfor %}
</body></html>
"""


def as_html(message: Notification, footer: tuple[tuple[str, str], ...] = ()) -> str:
    """A whole page; `footer` are sentences, each with an address or an empty one."""
    return _template().render(message=message, footer=footer, about=about, more=more)


@cache
def _template() -> Template:
    return Environment(autoescape=True, trim_blocks=True).from_string(_PAGE)
