"""Rules for parsed sentences: a verb, its subject and object, by spaCy's DependencyMatcher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kgbuild import ComponentUnavailableError, Span
from kgbuild_spacy.pipelines import installed
from kgbuild_spacy.rules import RuleFile, VerbRule

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Token


def _node(name: str, head: str, relations: Sequence[str]) -> dict[str, Any]:
    return {
        "LEFT_ID": head,
        "REL_OP": ">",
        "RIGHT_ID": name,
        "RIGHT_ATTRS": {"DEP": {"IN": list(relations)}},
    }


def _patterns(lemmas: Sequence[str]) -> list[list[dict[str, Any]]]:
    """The active and the passive voice; the subject is the second node, the object the last."""
    verb = {"RIGHT_ID": "verb", "RIGHT_ATTRS": {"LEMMA": {"IN": list(lemmas)}}}
    subject, done_to = ["nsubj"], ["dobj", "obj"]
    return [
        [verb, _node("subject", "verb", subject), _node("object", "verb", done_to)],
        [
            verb,
            _node("agent", "verb", ["agent"]),
            _node("subject", "agent", ["pobj"]),
            _node("object", "verb", ["nsubjpass"]),
        ],
    ]


class ParsedRules:
    """Finds verbs that join two stretches of a sentence."""

    def __init__(self, pipeline: Language, verbs: Sequence[tuple[RuleFile, VerbRule]]) -> None:
        from spacy.matcher import DependencyMatcher

        self._pipeline = pipeline
        self._verbs = {verb.id: verb for _, verb in verbs}
        self._ends = {
            verb.id: (file.kinds(verb.subject), file.kinds(verb.object)) for file, verb in verbs
        }
        self._matcher = DependencyMatcher(pipeline.vocab)
        for verb in self._verbs.values():
            self._matcher.add(verb.id, _patterns(verb.lemmas))

    def pairs(self, sentence: str) -> Iterator[tuple[VerbRule, Span, Span]]:
        """The rule, the subject's words and the object's: spans of the sentence."""
        parsed = self._pipeline(sentence)
        for key, nodes in self._matcher(parsed):
            verb = self._verbs[parsed.vocab.strings[key]]
            # The last two nodes are the subject and the object, in both voices.
            yield verb, _phrase(parsed[nodes[-2]]), _phrase(parsed[nodes[-1]])

    def ends(self, verb: VerbRule) -> tuple[frozenset[str], frozenset[str]]:
        """The categories of the subject and the object."""
        return self._ends[verb.id]


def _phrase(head: Token) -> Span:
    """The head noun with what is compounded to it: not what hangs on a preposition."""
    words = [head, *(t for t in head.children if t.dep_ in ("compound", "amod", "nmod", "conj"))]
    return Span(min(word.idx for word in words), max(word.idx + len(word.text) for word in words))


def read_parsed(model: str, verbs: Sequence[tuple[RuleFile, VerbRule]]) -> ParsedRules:
    """The rules over an installed pipeline. Raises ComponentUnavailableError."""
    pipeline = installed(model)
    if not pipeline.has_pipe("parser"):
        raise ComponentUnavailableError(
            f"the spaCy pipeline {model!r} has no parser",
            plugin="spacy",
            hints=["name one that has, or leave the setting `model` out"],
        )
    return ParsedRules(pipeline, verbs)
