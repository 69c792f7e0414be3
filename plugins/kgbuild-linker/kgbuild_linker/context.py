"""What a document says about all its mentions: its abbreviations and its species."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from kgbuild import Document, Mention
from kgbuild_linker.long_forms import long_forms
from kgbuild_linker.records import Group
from kgbuild_linker.terminology import Terminology, group_of

__all__ = ["Context", "read_context"]

HUMAN = 9606


@dataclass(frozen=True, slots=True)
class Context:
    """``long_forms`` by abbreviation; ``taxa`` with the share of the species mentions of each."""

    long_forms: dict[str, str] = field(default_factory=dict)
    taxa: dict[int, float] = field(default_factory=dict)

    def expanded(self, name: str) -> str:
        """The name with the document's abbreviations written out; empty where it has none.

        >>> Context({"HCC": "hepatocellular carcinoma"}).expanded("HCCs")
        'hepatocellular carcinoma'
        """
        words = name.split()
        long = [self._long(word) or word for word in words]
        if (whole := self._long(name)) or long == words:
            return whole
        return " ".join(long)

    def _long(self, name: str) -> str:
        known = self.long_forms
        return known.get(name) or (known.get(name[:-1], "") if name.endswith("s") else "")


def read_context(
    terminology: Terminology, document: Document, mentions: Iterable[Mention]
) -> Context:
    """The context of a document; without any species it is about humans."""
    from kgbuild_linker.keys import keys

    taxa: Counter[int] = Counter()
    for mention in mentions:
        if group_of(mention.category) is Group.SPECIES:
            found = {
                hit.taxon: hit.weight
                for hit in terminology.find(keys(mention.text).spelling)
                if hit.group is Group.SPECIES
            }
            if found:
                taxa[max(found, key=lambda taxon: (found[taxon], -taxon))] += 1
    whole = sum(taxa.values())
    shares = {taxon: count / whole for taxon, count in taxa.items()} or {HUMAN: 1.0}
    return Context(long_forms(document.text), shares)
