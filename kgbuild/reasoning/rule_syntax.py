r"""Read rules from text: Datalog as the Nemo rule engine writes it.

    @prefix biolink: <https://w3id.org/biolink/vocab/> .

    % A gene is associated with what its variant causes.
    #[name("gene-through-variant")]
    #[display("{?v} is a variant of {?g}, and causes {?d}")]
    #[confidence(0.8)]
    biolink:gene_associated_with_condition(?g, ?d) :-
        biolink:is_sequence_variant_of(?v, ?g),
        biolink:causes(?v, ?d),
        ~denied(?g, biolink:gene_associated_with_condition, ?d),
        ?g != ?d .

``name`` and ``display`` are Nemo's attributes; ``confidence`` and ``hypothesis`` are
kgbuild's. Supported are rules with one conclusion, ``~``, ``=``, ``!=``, ``@prefix``, IRIs,
prefixed names and strings. What else Nemo has (facts, existential variables, arithmetic,
aggregates, imports) is refused with its line: facts come from the graph, and without made-up
values every set of rules ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from kgbuild.errors import InputError, VocabularyError
from kgbuild.reasoning.biomedicine import Biomedicine
from kgbuild.reasoning.ontology import name_of
from kgbuild.reasoning.rules import (
    Atom,
    Comparison,
    Rule,
    Term,
    Variable,
    check_grounds,
    check_rules,
)
from kgbuild.vocabulary import compress, expand, normalise

__all__ = ["parse_rule", "parse_rules", "read_rules", "read_texts", "shipped_rules", "write_rule"]

_MAX_BYTES = 10_000_000
_TOKENS = re.compile(
    r"""(?P<space>\s+|%[^\n]*)
    |(?P<attribute>\#\[)
    |(?P<iri><[^<>\s]*>)
    |(?P<string>"(?:[^"\\\n]|\\.)*")
    |(?P<variable>\?[A-Za-z_]\w*)
    |(?P<unsupported>[!$][A-Za-z_]\w*|\#[A-Za-z]+)
    |(?P<directive>@[A-Za-z]+)
    |(?P<if>:-|<-)
    |(?P<number>[0-9]+(?:\.[0-9]+)?)
    |(?P<prefixed>[A-Za-z][\w-]*:[A-Za-z0-9_][\w.-]*(?<!\.))
    |(?P<prefix>[A-Za-z][\w-]*:)
    |(?P<name>[A-Za-z_][\w-]*)
    |(?P<operator>!=|<=|>=|[=<>+*/])
    |(?P<mark>[(),.~\]-])""",
    re.VERBOSE,
)


class _Token(NamedTuple):
    kind: str
    text: str
    start: int


def parse_rules(text: str, file: str = "") -> tuple[Rule, ...]:
    """The rules of a text, checked.

    Raises InputError with the file and the line, and the rule where there is one.

    >>> (rule,) = parse_rules('''#[name("x")]
    ... biolink:affects(?a, ?b) :- biolink:causes(?a, ?b) .''')
    >>> rule.head.relation, rule.line
    ('biolink:affects', 1)
    """
    return read_texts({file: text})


def parse_rule(text: str, file: str = "", line: int = 0) -> Rule:
    """One rule as :func:`write_rule` writes it, at its place in the file that it came from."""
    (rule,) = _Parser(text, file).rules()
    return replace(rule, file=file, line=line)


def write_rule(rule: Rule) -> str:
    """The rule in canonical form: without prefixes to declare, one premise a line.

    Law: ``parse_rule(write_rule(rule))`` is the rule, but for its text and its place.
    """
    attributes = [f"#[name({_quoted(rule.name)})]"]
    if rule.display:
        attributes.append(f"#[display({_quoted(rule.display)})]")
    if rule.confidence != 1.0:
        attributes.append(f"#[confidence({rule.confidence})]")
    if rule.hypothesis:
        attributes.append("#[hypothesis]")
    premises = [_written(atom) for atom in rule.body]
    premises += [f"~{_written(atom)}" for atom in rule.absent]
    premises += [f"{_term(c.left)} {c.operator} {_term(c.right)}" for c in rule.comparisons]
    body = ",\n    ".join(premises)
    return "\n".join([*attributes, f"{_written(rule.head)} :-\n    {body} ."])


def _written(atom: Atom) -> str:
    return f"{_relation(atom.relation)}({', '.join(map(_term, atom.terms))})"


def _relation(name: str) -> str:
    """A relation: bare or prefixed where that can be read back, else its IRI."""
    if not (written := _name(name)).startswith('"'):
        return written
    return f"<{name if '://' in name else expand(name)}>"


def _term(term: Term) -> str:
    return f"?{term}" if isinstance(term, Variable) else _name(term)


def _name(text: str) -> str:
    """A constant or a relation: bare or prefixed where that can be read back, else quoted."""
    match = _TOKENS.fullmatch(text)
    return text if match and match.lastgroup in ("name", "prefixed") else _quoted(text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def read_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of a file. Raises InputError."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"larger than {_MAX_BYTES:,} bytes", file=str(path))
        return parse_rules(path.read_text("utf-8"), str(path))
    except OSError as error:
        raise InputError(error.strerror or str(error), file=str(path)) from error
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8", file=str(path), place=f"byte {error.start}") from error


def shipped_rules() -> tuple[Rule, ...]:
    """The reviewed rules that come with kgbuild."""
    return read_texts(Biomedicine().texts())


def read_texts(texts: Mapping[str, str]) -> tuple[Rule, ...]:
    """The rules of some texts, by the names of their files, checked as one. Raises InputError."""
    rules = tuple(rule for file, text in texts.items() for rule in _Parser(text, file).rules())
    check_rules(rules)
    check_grounds(rules)
    return rules


class _Parser:
    """One pass over the tokens; every method leaves the place behind what it read."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text.removeprefix("\ufeff")
        self._file = file
        self._prefixes: dict[str, str] = {}
        self._tokens = list(self._scan())
        self._at = 0

    def _scan(self) -> Iterator[_Token]:
        place = 0
        while place < len(self._text):
            match = _TOKENS.match(self._text, place)
            if match is None:
                raise self._error(f"cannot read {self._text[place : place + 12]!r}", place)
            kind = str(match.lastgroup)
            if kind == "unsupported":
                raise self._error(f"{match.group()!r} is not supported: no made-up values", place)
            if kind != "space":
                yield _Token(kind, match.group(), place)
            place = match.end()
        yield _Token("end", "the end of the file", place)

    def _line(self, place: int) -> int:
        return self._text.count("\n", 0, place) + 1

    def _error(self, problem: str, place: int) -> InputError:
        return InputError(problem, file=self._file, place=f"line {self._line(place)}")

    def _next(self, expected: str = "") -> _Token:
        token = self._tokens[self._at]
        if expected and expected not in (token.kind, token.text):
            raise self._error(f"expected {expected}, found {token.text!r}", token.start)
        if token.kind == "end":
            raise self._error("ends in the middle of a rule", token.start)
        self._at += 1
        return token

    def _take(self, text: str) -> bool:
        found = self._tokens[self._at].text == text
        self._at += found
        return found

    def rules(self) -> Iterator[Rule]:
        """The rules, in order."""
        while self._tokens[self._at].kind != "end":
            if self._tokens[self._at].kind == "directive":
                self._directive()
            else:
                yield self._rule()

    def _directive(self) -> None:
        token = self._next()
        if token.text != "@prefix":
            raise self._error(f"{token.text} is not supported: facts come from the graph",
                              token.start)  # fmt: skip
        prefix = self._next("prefix").text[:-1]
        self._prefixes[prefix] = self._next("iri").text[1:-1]
        self._next(".")

    def _rule(self) -> Rule:
        start = self._tokens[self._at].start
        attributes = self._attributes()
        head = self._atom()
        if not self._take(":-") and not self._take("<-"):
            raise self._error(
                f"{head.relation} is not followed by :- and premises: facts come from the graph",
                start,
            )
        body: list[Atom] = []
        absent: list[Atom] = []
        comparisons: list[Comparison] = []
        while True:
            if self._take("~"):
                absent.append(self._atom())
            elif self._compared():
                comparisons.append(self._comparison())
            else:
                body.append(self._atom())
            if not self._take(","):
                break
        end = self._next(".").start + 1
        line = self._line(start)
        return Rule(
            name=attributes.get("name") or f"{head.relation} in line {line}",
            head=head,
            body=tuple(body),
            absent=tuple(absent),
            comparisons=tuple(comparisons),
            confidence=float(attributes.get("confidence", "1")),
            display=attributes.get("display", ""),
            hypothesis="hypothesis" in attributes,
            text=self._text[start:end],
            file=self._file,
            line=line,
        )

    def _attributes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        while self._take("#["):
            name = self._next("name")
            if name.text == "hypothesis":
                found["hypothesis"] = "yes"
            elif name.text in ("name", "display", "confidence"):
                self._next("(")
                kind = "number" if name.text == "confidence" else "string"
                found[name.text] = _unquoted(self._next(kind).text)
                self._next(")")
            else:
                raise self._error(
                    f"unknown attribute {name.text!r}; there are name, display, confidence,"
                    " hypothesis",
                    name.start,
                )
            self._next("]")
        return found

    def _atom(self) -> Atom:
        relation = self._next()
        if relation.kind not in ("name", "prefixed", "iri"):
            raise self._error(f"expected a relation, found {relation.text!r}", relation.start)
        self._next("(")
        terms = [self._term()]
        while self._take(","):
            terms.append(self._term())
        self._next(")")
        name = relation.text if relation.kind == "name" else self._curie(relation)
        return Atom(name, tuple(terms))

    def _compared(self) -> bool:
        """Whether what follows is ``term operator term`` and no atom."""
        return [token.kind for token in self._tokens[self._at + 1 : self._at + 2]] == ["operator"]

    def _comparison(self) -> Comparison:
        left, operator = self._term(), self._next("operator")
        if operator.text not in ("=", "!="):
            raise self._error(f"{operator.text} is not supported: there are = and !=",
                              operator.start)  # fmt: skip
        return Comparison(left, operator.text, self._term())

    def _term(self) -> Term:
        token = self._next()
        match token.kind:
            case "variable":
                return Variable(token.text[1:])
            case "string" | "name" | "number":
                return _unquoted(token.text)
            case "prefixed" | "iri":
                return self._curie(token)
        raise self._error(f"expected a variable or a name, found {token.text!r}", token.start)

    def _curie(self, token: _Token) -> str:
        """The CURIE of an IRI or a prefixed name, in the graph's spelling.

        An IRI without a registered prefix stays as it is: an ontology may have such.
        """
        prefix, _, local = token.text.partition(":")
        try:
            if token.kind == "iri":
                return name_of(token.text[1:-1])
            if prefix in self._prefixes:
                return compress(self._prefixes[prefix] + local)
            return normalise(token.text)
        except VocabularyError as error:
            raise self._error(str(error), token.start) from error


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text
