"""Weighing all facts at once gives each what its own lineage gives."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgbuild.reasoning import weighing
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.layer import open_layer
from kgbuild.reasoning.lineage import GroundsBelow, Lineage
from kgbuild.reasoning.rule_syntax import parse_rules
from kgbuild.reasoning.supports import Supports
from kgbuild.testing.library import Library, Said

RULES = parse_rules(
    """
    @prefix biolink: <https://w3id.org/biolink/vocab/> .
    #[name("narrow")] biolink:contributes_to(?x, ?y) :- biolink:causes(?x, ?y) .
    #[name("wide")] touches(?x, ?y) :- biolink:contributes_to(?x, ?y) .
    #[name("wide too")] touches(?x, ?y) :- biolink:affects(?x, ?y) .
    #[name("back")] touches(?y, ?x) :- touches(?x, ?y) .
    #[name("again")] meets(?x, ?y) :- touches(?x, ?y) .
    #[name("kind")] known(?x) :- category(?x, biolink:Gene), meets(?x, ?y) .
    #[name("always")] gene(?x) :- category(?x, biolink:Gene) .
    #[name("mostly")] #[confidence(0.6)] likely(?x, ?y) :- meets(?x, ?y) .
    #[name("at times")] #[confidence(0.3)] likely(?x, ?y) :- biolink:affects(?x, ?y), gene(?x) .
    #[name("far")] far(?x, ?z) :- touches(?x, ?y), touches(?y, ?z), ?x != ?z .
    #[name("sure gene")] #[confidence(0.9)] sure(?x) :- gene(?x) .
    """
)
CLAIMS = st.lists(
    st.builds(
        Said,
        st.sampled_from(["G1", "G2", "G3"]),
        st.sampled_from(["causes", "contributes_to", "affects"]),
        st.sampled_from(["G1", "G2", "G3", "D1"]),
        score=st.sampled_from([0.2, 0.5, 0.9]),
    ).filter(lambda said: said.subject != said.object),
    min_size=1, max_size=8, unique_by=lambda said: (said.subject, said.predicate, said.object),
)  # fmt: skip


@pytest.mark.parametrize("held", [weighing._HELD, 0])
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(claims=CLAIMS)
def test_what_is_shared_is_weighed_as_if_it_were_alone(tmp_path_factory, held, claims):
    library = Library(tmp_path_factory.mktemp("law") / "kg")
    library.add({f"pubmed:{n}": [claim] for n, claim in enumerate(claims, 1)})
    with pytest.MonkeyPatch.context() as patch, library.open() as graph:
        patch.setattr(weighing, "_HELD", held)
        reason(graph, RULES)
    with open_layer(library.folder) as layer:
        relations = dict(layer.connection.execute("SELECT name, id FROM relations"))
        supports = Supports(layer.connection, layer.rules, relations, {})
        confidence = {number: rule.confidence for number, rule in layer.rules.items()}
        facts = [fact for (fact,) in layer.connection.execute("SELECT id FROM facts")]
        for fact in facts:
            lineage = Lineage(GroundsBelow(layer.connection, supports, [fact]), confidence)
            assert layer.bounds(fact) == pytest.approx(lineage.of(fact), abs=1e-9), layer.fact(fact)
        certain = {layer.fact(fact).relation for fact in facts if layer.bounds(fact)[0] == 1.0}
    assert certain <= {"category", "gene"}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(claims=CLAIMS)
def test_the_ways_to_many_facts_are_the_ways_to_each(tmp_path_factory, claims):
    library = Library(tmp_path_factory.mktemp("law") / "kg")
    library.add({f"pubmed:{n}": [claim] for n, claim in enumerate(claims, 1)})
    with library.open() as graph:
        reason(graph, RULES)
    with open_layer(library.folder) as layer:
        relations = dict(layer.connection.execute("SELECT name, id FROM relations"))
        supports = Supports(layer.connection, layer.rules, relations, {})
        facts = [fact for (fact,) in layer.connection.execute("SELECT id FROM facts")]
        found = supports.to("facts")
        assert {fact: found.get(fact, []) for fact in facts} == {f: supports.of(f) for f in facts}
