"""Which variants a document speaks of: what a name alone does not tell.

A change gets an rs number where the text puts the two side by side, or where the document names
the gene whose change many papers name so (``known_variants.tsv``, and what annotators chose).
A genotype ("-511CC") is the only change of the document at that place.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise

from kgbuild import Document, Mention
from kgbuild_linker.keys import hashed
from kgbuild_linker.shipped import shipped_rows
from kgbuild_linker.variants import Change, place_of, variant_of

__all__ = ["known_variant", "variant_key", "variants_of"]

_BETWEEN = re.compile(r"\s?[(\[/:=]?\s?(?:dbSNP:?\s?|SNP:?\s?)?")
_LISTED = re.compile(r"[,;]\s?")


def variants_of(
    document: Document, mentions: Iterable[Mention], known: Callable[[str], str]
) -> Mapping[str, Change | None]:
    """The variant that each name of a document spells, or None.

    ``known`` gives the rs number of a change in a gene that the document names, or nothing.
    """
    ordered = sorted(mentions, key=lambda mention: mention.span)
    spelled = {mention.text: variant_of(mention.text) for mention in ordered}
    numbered = _numbered(document, ordered, spelled)
    of_change = {
        change.curie: Change(numbered[name], "rs number beside it")
        for name, change in spelled.items()
        if change is not None and name in numbered
    }
    for change in filter(None, spelled.values()):
        if change.curie not in of_change and (number := known(change.curie)):
            of_change[change.curie] = Change(number, "known change of a gene of the document")
    settled = {
        name: of_change.get(change.curie, change) if change else None
        for name, change in spelled.items()
    }
    for name, number in numbered.items():
        settled[name] = Change(number, "rs number beside it")
    return _with_genotypes(spelled, settled)


def _numbered(
    document: Document, ordered: Sequence[Mention], spelled: Mapping[str, Change | None]
) -> dict[str, str]:
    """The names that stand beside an rs number."""
    found: dict[str, str] = {}
    for left, right in pairwise(ordered):
        pair = (spelled[left.text], spelled[right.text])
        are_numbers = [change is not None and change.rule == "rs number" for change in pair]
        if sum(are_numbers) == 1 and _side_by_side(document.text, left, right):
            name, number = (right, pair[0]) if are_numbers[0] else (left, pair[1])
            found.setdefault(name.text, number.curie if number else "")
    return found


def _side_by_side(text: str, left: Mention, right: Mention) -> bool:
    between = text[left.span.end : right.span.start]
    if _BETWEEN.fullmatch(between):
        return True
    before, after = text[: left.span.start][-1:], text[right.span.end :][:1]
    return bool(_LISTED.fullmatch(between)) and before + after == "()"


def _with_genotypes(
    spelled: Mapping[str, Change | None], settled: dict[str, Change | None]
) -> dict[str, Change | None]:
    """Genotypes and alleles as the change at their place, where the document has just one."""
    at: dict[int, set[Change]] = defaultdict(set)
    for name, change in spelled.items():
        place = place_of(change.curie) if change and not _is_genotype(change) else None
        if place is not None and change and change.rule != "rs number":
            at[place].add(settled[name] or change)
    for name, change in spelled.items():
        place = place_of(name)
        if place in at and len(at[place]) == 1 and (change is None or _is_genotype(change)):
            [one] = at[place]
            settled[name] = one._replace(rule="genotype of a change of the document")
    return settled


def _is_genotype(change: Change) -> bool:
    """Whether a change changes nothing: Met326Met is a genotype, where Met326Ile is there too."""
    return bool(re.search(r"([A-Z])\d+\1$|([A-Z])>\2$", change.curie))


def variant_key(symbol: str, change: str) -> str:
    """What a change of a gene is learnt by."""
    return str(hashed(f"variant {symbol.upper()} {change}"))


def known_variant(symbol: str, change: str) -> str:
    """The rs number of a change that many papers name, or nothing."""
    return _known().get((symbol.upper(), change), "")


@cache
def _known() -> Mapping[tuple[str, str], str]:
    return {
        (symbol, f"hgvs:{change}"): f"dbsnp:{number}"
        for symbol, number, changes in shipped_rows("known_variants.tsv")
        for change in changes.split()
    }
