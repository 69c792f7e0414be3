"""Texts within XML and HTML: what would be markup is escaped, what XML cannot hold is replaced."""

from __future__ import annotations

import re
from html import escape

__all__ = ["NOT_XML", "as_xml", "escaped"]

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that XML 1.0 (section 2.2) has no place for, not even escaped."""


def as_xml(text: str) -> str:
    """The text as XML 1.0 can hold it: a page break, say, is a replacement character.

    >>> as_xml("one" + chr(12) + "two") == "one" + chr(0xFFFD) + "two"
    True
    """
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def escaped(text: str) -> str:
    """The text as it stands within an element or a quoted attribute.

    >>> escaped("p < 0.05")
    'p &lt; 0.05'
    """
    return escape(as_xml(text))
