"""Relations between linked mentions, found by rules, one sentence at a time.

A sentence is looked at only when it holds two linked mentions of categories that some rule
joins, and a trigger of such a rule. The rules that are left are tried on each pair, in the order
of the file; the first that fits speaks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import combinations

from kgbuild import Annotations, Cue, Meaning, Mention, Relation, Span, Task
from kgbuild.statements import ASIDE, Cues, Reading, conditions, hidden, is_name, lowered, read_cues
from kgbuild_spacy.naming import Naming
from kgbuild_spacy.parsed import ParsedRules
from kgbuild_spacy.rules import Rule

_LONGEST_GAP = 250
"""Mentions that lie further apart, in characters, are not joined by a rule of a few words."""

_CONDITIONS = frozenset({"biolink:OrganismTaxon", "biolink:CellLine"})

_MOST_MENTIONS = 40
_MOST_CHARACTERS = 2_000
"""A "sentence" with more is a table or a list, and says nothing of pairs."""

_TANGLED = "pair of names among more denials than can be told apart"
"""Of such a pair a rule speaks, and the sentence says nothing that could be counted on."""

_OTHER_HEAD = re.compile(
    r"[-–‐](?!\d)\w| (?:\w+ )?(?:reuptake|receptor|inhibitor|antagonist|agonist|blocker|antibod|"
    r"deficien|resistan|withdrawal|mutant|analog|inhibition|blockade|antagonism|sirna|shrna|knock|depriv|transporter)"
)
"""Behind a name: then the words name something else ("insulin receptor", "X-induced")."""

_TAKEN_AWAY = re.compile(
    r"(?:\b(?:inhibition|inhibitors?|blockade|blockers?|knock-?down|knock-?out|silencing|loss|absence|"
    r"lack|deficiency|withdrawal|depletion|deletion|antagonists?|antibod\w+|resistance|without|"
    r"discontinuation|cessation) (?:of|to|against|from)(?: the)? |\b(?:without|anti|non)[- ])\Z"
)
"""In front of a name: then the sentence speaks of its absence."""


class _Sentence:
    """A sentence with its linked mentions, and what patterns see of it, made when it is wanted."""

    def __init__(self, span: Span, text: str, mentions: Sequence[Mention], naming: Naming) -> None:
        self.span = span
        self.text = text
        self.mentions = mentions
        self.naming = naming
        self.lowered = lowered(text)
        self.unsaid: dict[tuple[Mention, Mention], str] = {}
        """The pairs that a rule joins and of which nothing is said, with why."""

    @cached_property
    def hidden(self) -> str:
        """The text in lower case, its mentions hidden."""
        return hidden(self.lowered, [self.place(m) for m in self.mentions if is_name(m.text)])

    def place(self, mention: Mention) -> Span:
        return mention.span.shift(-self.span.start)

    def but_conditions_hidden(self) -> str:
        """What conditions are read from: a species or a cell line may be a mention."""
        others = (m for m in self.mentions if m.category not in _CONDITIONS)
        return hidden(self.lowered, map(self.place, others))


class _Joined:
    """The rules for two mentions of certain categories, in the order of the file."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._triggers = sorted({trigger for rule in rules for trigger in rule.triggers})

    def with_trigger(self, lowered: str) -> list[Rule]:
        """The rules of which the sentence holds a trigger."""
        present = {trigger for trigger in self._triggers if trigger in lowered}
        if not present:
            return []
        return [rule for rule in self._rules if not present.isdisjoint(rule.triggers)]


class RuleExtractor:
    """Finds relations by rules. Without cues of the user's own, ours are read when first wanted."""

    def __init__(
        self, rules: Sequence[Rule], cues: Cues | None, parsed: ParsedRules | None
    ) -> None:
        self._rules = rules
        self._own_cues = cues
        self._parsed = parsed
        self._joined: dict[tuple[str, str], _Joined] = {}

    @cached_property
    def _cues(self) -> Cues:
        return self._own_cues or read_cues(None)

    def extract(self, batch: Sequence[Task]) -> Iterable[Annotations]:
        """The relations of each task, in order."""
        return [self._annotations(task) for task in batch]

    def _annotations(self, task: Task) -> Annotations:
        sentences = list(_sentences(task))
        relations = tuple(one for sentence in sentences for one in self._relations(sentence))
        unsaid = Counter(why for sentence in sentences for why in sentence.unsaid.values())
        return Annotations(relations=relations, left_out=tuple(sorted(unsaid.items())))

    def _relations(self, sentence: _Sentence) -> Iterator[Relation]:
        seen = set()
        for relation in self._of_sentence(sentence):
            claim = (relation.subject, relation.predicate, relation.object)
            if claim not in seen:
                seen.add(claim)
                yield relation

    def _of_sentence(self, sentence: _Sentence) -> Iterator[Relation]:
        alive: dict[tuple[str, str], list[Rule]] = {}
        for first, second in combinations(sentence.mentions, 2):
            if second.span.start - first.span.end > _LONGEST_GAP:
                continue
            categories = first.category, second.category
            if (rules := alive.get(categories)) is None:
                rules = alive[categories] = self._joining(categories).with_trigger(sentence.lowered)
            if rules and (relation := self._of_pair(sentence, first, second, rules)):
                yield relation
        if self._parsed:
            yield from self._of_parse(sentence, self._parsed)

    def _joining(self, categories: tuple[str, str]) -> _Joined:
        if (found := self._joined.get(categories)) is None:
            first, second = categories
            found = _Joined([r for r in self._rules if first in r.first and second in r.second])
            self._joined[categories] = found
        return found

    def _of_pair(
        self, sentence: _Sentence, first: Mention, second: Mention, rules: Sequence[Rule]
    ) -> Relation | None:
        start, end = sentence.place(first), sentence.place(second)
        hidden = sentence.hidden
        if _OTHER_HEAD.match(hidden, end.end):
            return None
        between = hidden[start.end : end.start]
        before = hidden[max(0, start.start - _LONGEST_GAP) : start.start]
        after = hidden[end.end : end.end + _LONGEST_GAP]
        rule = next((rule for rule in rules if rule.matches(before, between, after)), None)
        if rule is None or (rule.before is None and _TAKEN_AWAY.search(before)):
            return None
        reading = self._cues.read(hidden, start, end)
        pair = (first, second) if rule.subject_first else (second, first)
        return _relation(sentence, rule.meaning, pair, reading)

    def _of_parse(self, sentence: _Sentence, parsed: ParsedRules) -> Iterator[Relation]:
        for verb, subject_words, object_words in parsed.pairs(sentence.text):
            categories = parsed.ends(verb)
            for subject in _within(sentence, subject_words, categories[0]):
                for target in _within(sentence, object_words, categories[1]):
                    first, second = sorted(map(sentence.place, (subject, target)))
                    reading = self._cues.read(sentence.hidden, first, second)
                    pair = (subject, target)
                    if found := _relation(sentence, verb.meaning(), pair, reading):
                        yield found


def _within(sentence: _Sentence, words: Span, categories: frozenset[str]) -> list[Mention]:
    """The mentions in those words that end them or are listed: not "[insulin] receptor"."""
    return [
        mention
        for mention in sentence.mentions
        if mention.category in categories
        and sentence.place(mention) in words
        and not _OTHER_HEAD.match(sentence.hidden, sentence.place(mention).end)
    ]


def _relation(
    sentence: _Sentence, meaning: Meaning, pair: tuple[Mention, Mention], reading: Reading | None
) -> Relation | None:
    subject, target = pair
    if reading is None or reading.aside:
        sentence.unsaid[subject, target] = ASIDE if reading else _TANGLED
        return None
    chemical = next((m for m in pair if m.category == "biolink:ChemicalEntity"), None)
    place = sentence.place(chemical) if chemical else None
    told = conditions(sentence.but_conditions_hidden(), place)
    novelty = ("novelty", sentence.naming.novelty(meaning, pair))
    return Relation(
        subject=subject,
        predicate=meaning.predicate,
        object=target,
        evidence=(sentence.span,),
        negated=reading.negated,
        status=reading.status,
        cues=tuple(
            Cue(kind=cue.kind, span=cue.span.shift(sentence.span.start)) for cue in reading.cues
        ),
        qualifiers=meaning.qualifiers,
        conditions=tuple(sorted((*meaning.conditions, *told, novelty))),
    )


def _sentences(task: Task) -> Iterator[_Sentence]:
    """The sentences that hold two linked mentions or more."""
    linked = _linked(task.annotations)
    naming = Naming(task)
    last, first = len(linked) - 1, 0
    for span in task.document.sentences:
        if first >= last:
            return
        while first < last and linked[first].span.start < span.start:
            first += 1
        behind = first
        while behind <= last and linked[behind].span.end <= span.end:
            behind += 1
        if 2 <= behind - first <= _MOST_MENTIONS and span.end - span.start <= _MOST_CHARACTERS:
            yield _Sentence(span, span.of(task.document.text), linked[first:behind], naming)
        first = behind


def _linked(annotations: Annotations) -> list[Mention]:
    """The linked mentions in the order of the text; of those that overlap, the longest."""
    named = [link.mention for link in annotations.links if link.candidates]
    kept: list[Mention] = []
    for mention in sorted(named, key=lambda m: (m.span.start, -m.span.end, m.category)):
        if not kept or mention.span.start >= kept[-1].span.end:
            kept.append(mention)
    return kept
