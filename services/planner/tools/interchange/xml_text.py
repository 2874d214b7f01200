"""XML of other people's formats: written without what XML cannot say, read without what XML can do."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from shared.errors import BadRequest

MAX_ELEMENTS = 400_000
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SECONDS = re.compile(r"(-?\d{1,18})(?:/(\d{1,12}))?s?|(-?\d{1,12}\.\d{1,12})s?")


def clean(text: str) -> str:
    """Return ``text`` without the characters that XML 1.0 cannot hold."""
    return _UNSAYABLE.sub("", text)


def child(parent: Element, tag: str, text: str | None = None, /, **attributes: str) -> Element:
    """Add an element with its attributes and text."""
    element = SubElement(parent, tag, {name: clean(value) for name, value in attributes.items()})
    if text is not None:
        element.text = clean(text)
    return element


def document(root: Element, doctype: str = "") -> str:
    """Return the whole file."""
    indent(root, "  ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + doctype + tostring(root, encoding="unicode") + "\n"


def parsed(text: bytes) -> Element:
    """Return the root of a file from outside.

    A document type may be named, as these formats do; entities and anything to be fetched are refused. Raises
    ``BadRequest`` ``interchange_invalid``.
    """
    try:
        root: Element = fromstring(text, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise invalid(
            "The file defines entities or refers to other files.", "Export it again, without entities."
        ) from None
    except (ParseError, ValueError, LookupError) as bad:
        raise invalid(f"The file is not well-formed XML: {str(bad)[:120]}.") from None
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS:
        raise invalid("The file has too many elements.", "Export a shorter sequence.")
    return root


def invalid(message: str, remedy: str = "Export the sequence again from your editor.") -> BadRequest:
    """Return the error of a file that cannot be read."""
    return BadRequest(message, code="interchange_invalid", remedy=remedy)


def exact(text: str | None, default: Fraction = Fraction(0)) -> Fraction:
    """Read a time of FCPXML, such as ``1001/30000s``. Raises ``BadRequest``."""
    if text is None or not text.strip():
        return default
    found = _SECONDS.fullmatch(text.strip())
    if found is None or found[2] == "0" or (found[2] and not int(found[2])):
        raise invalid(f"{text[:30]!r} is no time.")
    return Fraction(found[3]) if found[3] else Fraction(int(found[1]), int(found[2] or 1))


def whole(element: Element | None, tag: str) -> int | None:
    """Return the number in a child element; None where there is none. Raises ``BadRequest``."""
    text = element.findtext(tag) if element is not None else None
    if text is None or not text.strip():
        return None
    if not re.fullmatch(r"-?\d{1,12}", text.strip()):
        raise invalid(f"<{tag}> is no number: {text[:30]!r}.")
    return int(text)
