"""IRIs that are valid: of CURIEs, of base addresses, of licences."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from kgbuild import vocabulary
from kgbuild.errors import ConfigError

__all__ = ["check_base", "iri_of", "is_iri"]

# RFC 3987, as far as it matters here: no white space, no control characters, none of <>"{}|\^`,
# no private use, no non-characters, no lone surrogates; a percent sign has two digits behind it.
_FORBIDDEN = (
    '\\x00-\\x20<>"{}|\\\\^`\\x7f-\\x9f\\ud800-\\uf8ff\\ufdd0-\\ufdef\\ufff0-\\uffff'
    "\\U000e0000-\\U000e0fff\\U000f0000-\\U0010ffff"
)
_CHARACTER = f"(?:[^{_FORBIDDEN}%\\[\\]#]|%[0-9A-Fa-f]{{2}})"
_BASE = re.compile(f"[A-Za-z][A-Za-z0-9+.-]*:{_CHARACTER}*[/:#]")
_ABSOLUTE = re.compile(f"https?://[^/?#:@]+{_CHARACTER}*(?:#{_CHARACTER}*)?")
_NOT_IN_IRI = re.compile(f"[{_FORBIDDEN}\\[\\]]")


def is_iri(text: str) -> bool:
    """Whether a licence is given by its address."""
    return bool(_ABSOLUTE.fullmatch(text))


@lru_cache(maxsize=100_000)
def iri_of(curie: str) -> str:
    """The IRI of a CURIE: what is left that RFC 3987 does not allow is percent-encoded."""
    iri = vocabulary.expand(curie)
    if _NOT_IN_IRI.search(iri):
        iri = _NOT_IN_IRI.sub(lambda c: quote(c[0].encode("utf-8", "replace"), safe=""), iri)
    start, hash_, fragment = iri.partition("#")
    return start + hash_ + fragment.replace("#", "%23")


def check_base(base_iri: str) -> str:
    """The base itself, if IRIs can be made from it. Raises ConfigError."""
    if _BASE.fullmatch(base_iri):
        return base_iri
    raise ConfigError(
        f"{base_iri!r} is not an absolute IRI that ends in '/', '#' or ':'",
        key="base_iri",
        hints=["e.g. https://example.org/kg/"],
    )
