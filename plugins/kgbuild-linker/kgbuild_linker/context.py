"""What a document says about all its mentions: its abbreviations and its species."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from kgbuild import Document, Mention
from kgbuild_linker.keys import keys
from kgbuild_linker.long_forms import long_forms
from kgbuild_linker.records import Group
from kgbuild_linker.terminology import Terminology, group_of

__all__ = ["Context", "read_context"]

HUMAN = 9606


@dataclass(frozen=True, slots=True)
class Context:
    """``long_forms`` by abbreviation; ``taxa`` with the share of the species mentions of each.

    ``named`` are the concepts that mentions spell out, each with the spellings.
    """

    long_forms: dict[str, str] = field(default_factory=dict)
    taxa: dict[int, float] = field(default_factory=dict)
    named: dict[int, set[str]] = field(default_factory=dict)

    def names_elsewhere(self, concept: int, name: str) -> bool:
        """Whether another name of the document is one of the concept's."""
        return bool(self.named.get(concept, set()) - {keys(name).spelling})

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
    taxa: Counter[int] = Counter()
    named: dict[int, set[str]] = defaultdict(set)
    for (text, group), count in Counter((m.text, group_of(m.category)) for m in mentions).items():
        if group not in (Group.SPECIES, Group.DISEASE):
            continue
        spelling = keys(text).spelling
        hits = [hit for hit in terminology.find(spelling) if hit.group is group]
        if group is Group.SPECIES and hits:
            taxa[max(hits, key=lambda hit: (hit.weight, -hit.taxon)).taxon] += count
        elif len(hits) == 1:
            named[hits[0].concept].add(spelling)
    whole = sum(taxa.values())
    shares = {taxon: count / whole for taxon, count in taxa.items()} or {HUMAN: 1.0}
    return Context(long_forms(document.text), shares, dict(named))
