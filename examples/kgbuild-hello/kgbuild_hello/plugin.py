"""Find dbSNP numbers such as rs334, and say which variant each of them names."""

import re
from collections.abc import Iterator, Sequence

from kgbuild import Annotations, Candidate, Document, ExtractorSpec, Link, Mention, Task, hookimpl

NUMBER = re.compile(r"\brs[1-9][0-9]+\b")
VARIANT = "biolink:SequenceVariant"


def annotate(document: Document) -> Annotations:
    found = [Mention.at(document, *m.span(), VARIANT) for m in NUMBER.finditer(document.text)]
    links = [Link(mention=m, candidates=(Candidate(concept=f"dbsnp:{m.text}"),)) for m in found]
    return Annotations(mentions=tuple(found), links=tuple(links))


class Hello:
    def extract(self, batch: Sequence[Task]) -> list[Annotations]:
        return [annotate(task.document) for task in batch]


@hookimpl
def kgbuild_extractors() -> Iterator[ExtractorSpec]:
    yield ExtractorSpec(
        name="hello",
        summary="Variants by their dbSNP numbers.",
        create=lambda settings: Hello(),
        categories=frozenset({VARIANT}),
    )
