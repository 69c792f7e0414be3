"""Relations between linked concepts as kgbuild's component."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kgbuild_model.checkpoint import load_relations
from kgbuild_model.errors import CheckpointError
from kgbuild_model.relation_examples import Concept
from kgbuild_model.side_by_side import each

from kgbuild import (
    Annotations,
    ComponentUnavailableError,
    ConfigError,
    Meaning,
    Mention,
    Relation,
    Task,
    broad_category,
    relation_of,
)
from kgbuild.statements import ASIDE, read_cues
from kgbuild_transformer.doubt import Doubt, read_doubt
from kgbuild_transformer.evidence import Evidence, Showing
from kgbuild_transformer.fingerprints import relations_folder, tagger_folder, weights_digest
from kgbuild_transformer.indirect import (
    as_directed,
    as_furthered,
    as_handled,
    as_lessened,
    as_worded,
)
from kgbuild_transformer.settings import RelationSettings
from kgbuild_transformer.sobering import sobered
from kgbuild_transformer.tagger import lower_layers, precision_of, tagger_run, threads

if TYPE_CHECKING:
    from kgbuild_model.relation_reading import RelationRun, ScoredRelation

__all__ = ["TransformerRelations"]

_CHEMICAL, _GENE = "biolink:ChemicalEntity", "biolink:Gene"
_ILLNESS = "biolink:DiseaseOrPhenotypicFeature"

_APART = "pair of names that no window of a long text has together"
"""Such a pair is not asked whether it is related; what each window has is."""

_UNSHOWN = "relation that no sentence shows"
"""Its names lie across the ends of sentences, or one mention is both."""

_SUREST_DENIAL = 0.75
"""Of 64 fresh denials whose words gave 0.8 and more, 43 were right and 9 in doubt (decision 15)."""


class _Names:
    """What a document names: concepts, and the names that no linker knows, with their mentions.

    ``labels`` are those of the model; a mention's category counts as the label that it lies under.
    """

    def __init__(self, task: Task, labels: Sequence[str]) -> None:
        self._links: dict[Mention, list[str]] = {}
        for link in task.annotations.links:
            if link.concept is not None:
                self._links.setdefault(link.mention, []).append(link.concept)
        self.labels: dict[str, str] = {}
        mentions: dict[str, list[Mention]] = {}
        for mention in sorted(task.annotations.mentions, key=lambda m: m.span):
            label = broad_category(mention.category)
            if label in labels:
                for name in self._links.get(mention, [f"{label} {mention.text.lower()}"]):
                    mentions.setdefault(name, []).append(mention)
                    self.labels.setdefault(name, label)
        self.mentions = {name: tuple(found) for name, found in mentions.items()}
        self.concepts = {
            name: Concept(self.labels[name], tuple((m.span.start, m.span.end) for m in found))
            for name, found in mentions.items()
        }
        """What the model is asked of, in the order of the text."""

    def end(self, name: str, mention: Mention) -> Mention | str:
        """The mention, or the concept where the mention names others besides."""
        return name if len(self._links.get(mention, ())) > 1 else mention


class TransformerRelations:
    """Extractor: the relations that the model reads between the concepts of a document.

    Names that no linker knows are asked too, so that what is lost for want of a link is counted.
    Raises ComponentUnavailableError where weights are missing, ConfigError where ``sets`` names
    one that the checkpoint lacks.
    """

    def __init__(self, settings: RelationSettings) -> None:
        self._settings = settings
        self._run = _load(settings)
        self._cues = read_cues(settings.cues)
        self._doubt = _doubt(settings, self._run.model.config.trunk)
        known = {one.name: one for one in self._run.model.config.sets}
        if unknown := [name for name in settings.sets if name not in known]:
            raise ConfigError(
                f"the checkpoint has no set of relations {', '.join(unknown)}",
                key="sets",
                hints=[f"it has {', '.join(known)}"],
            )
        self._sets = [known[name] for name in settings.sets or known]

    def extract(self, batch: Sequence[Task]) -> Iterator[Annotations]:
        """The relations of each document; those that the model is surest of come first."""
        with threads(self._settings.threads):
            yield from each(self._annotations, batch)

    def _annotations(self, task: Task) -> Annotations:
        names = _Names(task, self._run.model.config.labels)
        apart = self._run.apart(task.document.text, names.concepts, self._sets)
        evidence = Evidence(task, self._cues, self._doubt)
        relations = tuple(self._relations(task, names, evidence))
        counts = (_APART, apart), (ASIDE, len(evidence.asides)), (_UNSHOWN, evidence.unshown)
        return Annotations(relations=relations, left_out=tuple(one for one in counts if one[1]))

    def _relations(self, task: Task, names: _Names, evidence: Evidence) -> Iterator[Relation]:
        sentences = [(span.start, span.end) for span in task.document.sentences]
        found = self._run.relate(task.document.text, names.concepts, sentences, self._sets)
        for one in found:
            if one.score >= self._settings.min_score:
                yield from _shown(one, task, evidence, names)


def _shown(
    found: ScoredRelation, task: Task, evidence: Evidence, names: _Names
) -> Iterator[Relation]:
    """A relation of each sentence that shows it; what a name means is asked once."""
    first, second = names.mentions[found.first], names.mentions[found.second]
    kinds = names.labels[found.first], names.labels[found.second]
    meanings: dict[str, Meaning] = {}
    for showing in evidence.showings(found, first, second):
        name = _worded(found.type, task, showing)
        if name not in meanings:
            meaning = relation_of(name, *kinds) or _unknown(name)
            meanings[name] = evidence.with_novelty(meaning, kinds, first, second)
        yield _relation(found, meanings[name], showing, names)


def _worded(name: str, task: Task, showing: Showing) -> str:
    """The name of a relation by the words beside its ends, where a sentence shows it."""
    text, sentence = task.document.text, showing.sentences[0]
    one, two = sorted((showing.first, showing.second), key=lambda mention: mention.span)
    if len(showing.sentences) == 1:
        words = (
            text[sentence.start : one.span.start],
            text[one.span.end : two.span.start],
            text[two.span.end : sentence.end],
        )
        name = _turned(name, [broad_category(one.category), broad_category(two.category)], *words)
    for mention in (one, two):
        if broad_category(mention.category) == _GENE and mention.span in sentence:
            before = text[sentence.start : mention.span.start]
            name = as_worded(name, before, text[mention.span.end : sentence.end])
    return name


def _turned(name: str, kinds: Sequence[str], before: str, between: str, behind: str) -> str:
    """The name of a relation by the words around a chemical and what comes behind it."""
    if kinds == [_CHEMICAL, _GENE]:
        return as_directed(name, before, between, behind)
    if kinds == [_CHEMICAL, _ILLNESS]:
        lessened = as_lessened(name, before, between)
        return lessened if lessened != name else as_furthered(name, before, between, behind)
    if kinds == [_CHEMICAL, _CHEMICAL]:
        return as_handled(name, between, behind)
    return name


def _relation(found: ScoredRelation, meaning: Meaning, showing: Showing, names: _Names) -> Relation:
    """What a place shows. A denial is as sure as that it is one of the two, within bounds.

    The model's score is for a relation, and tells nothing of a denial.
    """
    ends = names.end(found.first, showing.first), names.end(found.second, showing.second)
    subject, target = reversed(ends) if meaning.swapped else ends
    score = sobered(found.score, names.labels[found.first], names.labels[found.second])
    return Relation(
        subject=subject,
        predicate=meaning.predicate,
        object=target,
        evidence=showing.sentences,
        negated=showing.negated,
        status=showing.status,
        cues=showing.cues,
        qualifiers=meaning.qualifiers,
        conditions=tuple(sorted({*meaning.conditions, *showing.conditions})),
        score=score if showing.likely is None else min(showing.likely, _SUREST_DENIAL),
    )


def _unknown(name: str) -> Meaning:
    """What a type of one's own means: that two things are related, and the name is kept."""
    return Meaning(predicate="biolink:related_to", conditions=(("relation", name),))


def _doubt(settings: RelationSettings, layers: int) -> Doubt | None:
    """What reads the states of these layers, where it was learnt for them."""
    doubt = read_doubt()
    known = weights_digest(tagger_folder(settings.tagger)) == doubt.tagger
    return doubt if known and layers == doubt.layers else None


def _load(settings: RelationSettings) -> RelationRun:
    tagger, precision = tagger_folder(settings.tagger), precision_of(settings)
    try:
        run = load_relations(
            relations_folder(settings.model),
            tagger,
            precision=precision,
            run=tagger_run(tagger, precision),
        )
    except CheckpointError as error:
        raise ComponentUnavailableError(
            str(error), plugin="transformer", hints=[error.hint]
        ) from error
    lower = lower_layers(tagger, precision)
    lower.layers = run.model.config.trunk
    return replace(run, run=replace(run.run, kept=lower))
