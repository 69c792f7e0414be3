"""Rules for relations, read from a TOML file: see ``rules.toml`` for how they are written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kgbuild import ConfigError, Meaning
from kgbuild.statements import MENTION
from kgbuild_spacy.vocabulary import PREDICATES

_NOT_OF_THE_SUBJECT = (
    r"and|or|but|whereas|while|although|because|if|when|than|as|by|of|for|on|from|with|against|upon|into|"
    r"receptors?|inhibitors?|antagonists?|agonists?|blockers?|blockade|antagonism|inhibition|"
    r"antibod\w+|deficien\w+|resistan\w+|withdrawal|knock\w+|silencing|deplet\w+|deprivation|"
    r"mutants?|analogu?e?s?|metabolites?"
)
_NOT_BEFORE_OBJECT = (
    r"in|on|by|with|for|from|to|at|of|and|or|but|than|that|which|when|while|during|after|before|"
    r"through|via|without|is|are|was|were|as|if|lack|loss|absence|withdrawal|"
    r"deficiency|involving|including|using|containing|following"
)
_BRACKET = r"(?: ?\([^()]{0,60}\)| ?\[[^\[\]]{0,60}\])?"
_AND = r"(?:,? (?:and|or|nor|plus|as well as|but not|and/or) (?:the |not )?|, )"
_WORD = r"[\w'’%/.+-]+"


def _gap(*, without: str) -> str:
    return (
        r"(?: (?:or|nor) [\w-]+| and [\w-]+ both)?(?:,? (?:which|that))?"
        r"(?:, (?:[\w-]+ ){0,5}[\w-]+,)?"
        rf"(?: (?!(?:{without})\b){_WORD}){{0,7}}"
    )


_BUILT_IN = {
    "gap": _gap(without=_NOT_OF_THE_SUBJECT),
    "gap_uncorrelated": _gap(without=rf"{_NOT_OF_THE_SUBJECT}|positively|negatively|inversely"),
    "np": rf"(?: (?:the|an?|its|their|both|all|any|other|some))?"
    rf"(?: (?!(?:{_NOT_BEFORE_OBJECT})\b)[\w-]+){{0,2}} ",
    "np0": "",
}
_LEFT = rf"{_BRACKET}(?:{_AND}{MENTION}+{_BRACKET})*"
_RIGHT = rf"(?:{MENTION}+{_BRACKET}{_AND})*"
"""Other names in a list with A, or with B: "A, E and E inhibited …", "… inhibited E, E and B"."""


class _Claim(BaseModel):
    """What a rule says of the two mentions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    predicate: str
    subject: str
    object: str
    qualifiers: dict[str, str] = Field(default_factory=dict)
    kept: str = ""

    def meaning(self) -> Meaning:
        """The statement, with the name of the relation where the predicate cannot say it."""
        return Meaning(
            predicate=self.predicate,
            qualifiers=tuple(
                sorted((f"biolink:{k}", value) for k, value in self.qualifiers.items())
            ),
            conditions=(("relation", self.kept),) if self.kept else (),
        )


class RuleText(_Claim):
    """A rule as it is written."""

    first: Literal["subject", "object"]
    triggers: list[str] = Field(min_length=1)
    between: str
    before: str = ""
    after: str = ""


class VerbRule(_Claim):
    """A rule for a parsed sentence: a verb, its subject and its object."""

    lemmas: list[str] = Field(min_length=1)


class RuleFile(BaseModel):
    """A file of rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    categories: dict[str, frozenset[str]]
    macros: dict[str, str] = Field(default_factory=dict)
    rule: list[RuleText] = Field(default_factory=list)
    verb: list[VerbRule] = Field(default_factory=list)

    def kinds(self, names: str) -> frozenset[str]:
        """The Biolink classes that the names of categories stand for, e.g. "gene chemical"."""
        return frozenset().union(*(self.categories[name] for name in names.split()))

    @cached_property
    def expanded(self) -> Mapping[str, str]:
        """The macros with the macros in them filled in; each may use those above it."""
        known = dict(_BUILT_IN)
        for name, pattern in self.macros.items():
            known[name] = _filled(pattern, known)
        return known


class Rule:
    """A rule ready to be tried on what stands before, between and behind two mentions.

    Its patterns are compiled when they are first asked for: few papers need all.
    """

    def __init__(self, file: RuleFile, text: RuleText) -> None:
        self.id = text.id
        self.meaning = text.meaning()
        self.triggers = tuple(text.triggers)
        self.subject_first = text.first == "subject"
        ends = file.kinds(text.subject), file.kinds(text.object)
        self.first, self.second = ends if self.subject_first else ends[::-1]
        self._between = _LEFT + _filled(text.between, file.expanded) + _RIGHT
        self._before = _filled(text.before, file.expanded)
        self._after = _filled(text.after, file.expanded)

    @cached_property
    def between(self) -> re.Pattern[str]:
        """All of what lies between the two."""
        return re.compile(self._between)

    @cached_property
    def before(self) -> re.Pattern[str] | None:
        """How the text before the first ends; None where that does not matter."""
        return re.compile(self._before) if self._before else None

    @cached_property
    def after(self) -> re.Pattern[str] | None:
        """How the text behind the second begins; None where that does not matter."""
        return re.compile(self._after) if self._after else None

    def check(self) -> None:
        """Compile all patterns. Raises re.error."""
        _ = self.between, self.before, self.after

    def matches(self, before: str, between: str, after: str) -> bool:
        """Whether the rule says something of the mentions that lie between the three texts."""
        return (
            self.between.fullmatch(between) is not None
            and (self.before is None or self.before.search(before) is not None)
            and (self.after is None or self.after.match(after) is not None)
        )


def _filled(pattern: str, macros: Mapping[str, str]) -> str:
    """The pattern with ``{name}`` replaced; ``{0,3}`` is a repeat and stays."""
    return re.sub(r"\{([a-z]\w*)\}", lambda name: macros[name[1]], pattern)


def read_rules(path: Path | None) -> tuple[tuple[Rule, ...], tuple[tuple[RuleFile, VerbRule], ...]]:
    """The rules for plain sentences and those for parsed ones, in the order of the file.

    Without a path, those that come with the plugin. Raises ConfigError where a rule is wrong.
    """
    place = str(path) if path else "rules.toml"
    try:
        file = RuleFile.model_validate(tomllib.loads(_content(path)))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"not valid TOML: {error}", place=place) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise ConfigError(first["msg"], place=place, key=key) from error
    _check_predicates([*file.rule, *file.verb], place)
    # Those that come with the plugin are known to be patterns.
    rules = tuple(_ready(file, text, place, check=path is not None) for text in file.rule)
    return rules, tuple((file, verb) for verb in file.verb)


def _content(path: Path | None) -> str:
    if path is None:
        return resources.files("kgbuild_spacy").joinpath("rules.toml").read_text("utf-8")
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"cannot read the rules: {error}",
            place=str(path),
            key="rules",
            hints=["leave `rules` out to use those that come with kgbuild-spacy"],
        ) from error


def _check_predicates(claims: Iterable[_Claim], place: str) -> None:
    for claim in claims:
        if claim.predicate not in PREDICATES:
            raise ConfigError(
                f"unknown predicate {claim.predicate!r}",
                place=place,
                key=claim.id,
                hints=[f"there are: {', '.join(sorted(PREDICATES))}"],
            )


def _ready(file: RuleFile, text: RuleText, place: str, *, check: bool) -> Rule:
    try:
        rule = Rule(file, text)
        if check:
            rule.check()
        return rule
    except KeyError as error:
        problem = f"unknown macro or category {error.args[0]!r}"
        raise ConfigError(problem, place=place, key=text.id) from error
    except re.error as error:
        raise ConfigError(f"not a pattern: {error}", place=place, key=text.id) from error
