"""The triples that each kind of record becomes: the RDF model, as data.

:mod:`kgbuild.graph.rdf_pattern` says how to read a pattern; ``docs/reference/rdf.md`` shows an
example of each. :mod:`kgbuild.graph.rdf_model` fills the slots.
"""

from __future__ import annotations

from functools import lru_cache

from kgbuild.graph.rdf_pattern import Pattern, pattern

ASSOCIATION = """
    @assertion rdf:type biolink:Association
    @assertion rdf:subject ?subject
    @assertion rdf:predicate ?predicate
    @assertion rdf:object ?object
    @assertion biolink:negated $negated^^xsd:boolean
    @assertion biolink:knowledge_level $knowledge_level
    @assertion biolink:agent_type $agent_type
"""
_ASSOCIATION_SLOTS = "assertion subject predicate object negated knowledge_level agent_type"
ASSOCIATIONS = {
    layer: pattern(layer, _ASSOCIATION_SLOTS, ASSOCIATION) for layer in ("asserted", "inferred")
}
PREMISE = pattern("inferred", "assertion premise", "@assertion prov:wasDerivedFrom @premise")
PUBLICATION = pattern(
    "provenance", "assertion document", "@assertion biolink:publications ?document"
)
EVIDENCE = pattern(
    "provenance",
    "assertion evidence document text section status score source version",
    """
    @assertion biolink:has_evidence @evidence
    @evidence rdf:type oa:Annotation
    @evidence rdf:type biolink:Evidence
    @evidence oa:hasBody @assertion
    @evidence biolink:supporting_text $text
    @evidence biolink:supporting_text_section_type $section
    @evidence kgv:status ?status
    @evidence kgv:score $score^^xsd:double
    @evidence kgv:textDigest $version
    @evidence prov:hadPrimarySource ?document
    @evidence prov:wasAttributedTo @source
    """,
)
_TARGET = """
    @evidence oa:hasTarget @target
    @target rdf:type oa:SpecificResource
    @target oa:hasSource ?document
    @target oa:hasSelector @target:position
    @target:position rdf:type oa:TextPositionSelector
    @target:position oa:start $start^^xsd:integer
    @target:position oa:end $end^^xsd:integer
"""
_TARGET_QUOTE = """
    @target oa:hasSelector @target:quote
    @target:quote rdf:type oa:TextQuoteSelector
    @target:quote oa:exact $exact
"""
TARGET = pattern("provenance", "evidence target document start end", _TARGET)
QUOTED_TARGET = pattern(
    "provenance",
    "evidence target document start end exact",
    _TARGET + _TARGET_QUOTE.lstrip("\n"),
)
_END_POSITION = """
    @evidence kgv:{end}Selector @evidence:{end}
    @evidence:{end} rdf:type oa:TextPositionSelector
    @evidence:{end} oa:start $start^^xsd:integer
    @evidence:{end} oa:end $end^^xsd:integer
"""
_END_QUOTE = """
    @evidence kgv:{end}Selector @evidence:{end}:quote
    @evidence:{end}:quote rdf:type oa:TextQuoteSelector
    @evidence:{end}:quote oa:exact $exact
    @evidence:{end}:quote oa:prefix $prefix
    @evidence:{end}:quote oa:suffix $suffix
"""
POSITIONS = {
    end: pattern("provenance", "evidence start end", _END_POSITION.format(end=end))
    for end in ("subject", "object")
}
POSITIONS_AND_QUOTES = {
    end: pattern(
        "provenance",
        "evidence start end exact prefix suffix",
        (_END_POSITION + _END_QUOTE.lstrip("\n")).format(end=end),
    )
    for end in ("subject", "object")
}
CUE = pattern(
    "provenance",
    "evidence cue kind start end",
    """
    @evidence kgv:cue @cue
    @cue rdf:type kgv:Cue
    @cue rdf:type oa:TextPositionSelector
    @cue kgv:cueKind ?kind
    @cue oa:start $start^^xsd:integer
    @cue oa:end $end^^xsd:integer
    """,
)
CUE_WORDS = pattern("provenance", "cue words", "@cue rdf:value $words")
CONDITION = pattern(
    "provenance",
    "evidence condition name value",
    """
    @evidence kgv:condition @condition
    @condition rdf:type kgv:Condition
    @condition kgv:name $name
    @condition rdf:value $value
    """,
)
REVIEW = pattern(
    "provenance",
    "assertion review verdict reviewer",
    """
    @assertion kgv:review @review
    @review rdf:type kgv:Review
    @review kgv:verdict ?verdict
    @review kgv:reviewer $reviewer
    """,
)
REVIEW_REASON = pattern("provenance", "review reason", "@review kgv:reason $reason")
BELIEF = pattern("belief", "assertion belief", "@assertion kgv:belief $belief^^xsd:double")
CONTRADICTION = pattern(
    "belief",
    "contradiction kind weight first second",
    """
    @contradiction rdf:type kgv:Contradiction
    @contradiction kgv:contradictionKind ?kind
    @contradiction kgv:weight $weight^^xsd:double
    @contradiction kgv:firstSide @first
    @contradiction kgv:secondSide @second
    @first kgv:contradicts @second
    @second kgv:contradicts @first
    """,
)
DIFFERENCE = pattern(
    "belief",
    "contradiction difference name first second",
    """
    @contradiction kgv:difference @difference
    @difference rdf:type kgv:Difference
    @difference kgv:name $name
    @difference kgv:firstValue $first
    @difference kgv:secondValue $second
    """,
)
INFERENCE = pattern(
    "inferred",
    "inference subject predicate object belief upper hypothesis",
    """
    @inference rdf:type kgv:Inference
    @inference rdf:subject ?subject
    @inference rdf:predicate ?predicate
    @inference rdf:object ?object
    @inference kgv:belief $belief^^xsd:double
    @inference kgv:beliefAtMost $upper^^xsd:double
    @inference kgv:isHypothesis $hypothesis^^xsd:boolean
    """,
)
DERIVATION = pattern(
    "inferred",
    "inference derivation rule",
    """
    @inference kgv:derivation @derivation
    @derivation rdf:type kgv:Derivation
    @derivation kgv:rule $rule
    """,
)
DERIVATION_PREMISE = pattern("inferred", "derivation premise", "@derivation kgv:premise @premise")
PREDICTION = pattern(
    "predicted",
    "prediction subject predicate object probability",
    """
    @prediction rdf:type kgv:Prediction
    @prediction rdf:subject ?subject
    @prediction rdf:predicate ?predicate
    @prediction rdf:object ?object
    @prediction kgv:probability $probability^^xsd:double
    """,
)
SUGGESTION = pattern(
    "predicted",
    "prediction path rule weight",
    """
    @prediction kgv:suggestedBy @path
    @path rdf:type kgv:Suggestion
    @path kgv:learntRule $rule
    @path kgv:addsToScore $weight^^xsd:double
    """,
)
SUGGESTION_PREMISE = pattern("predicted", "path premise", "@path kgv:pathOver @premise")
SOURCE = pattern(
    "provenance",
    "source component distribution version fingerprint",
    """
    @source rdf:type prov:SoftwareAgent
    @source rdfs:label $component
    @source kgv:component $component
    @source kgv:distribution $distribution
    @source kgv:version $version
    @source kgv:fingerprint $fingerprint
    """,
)
CONCEPT = pattern(
    "concepts",
    "concept category identifier",
    """
    ?concept rdf:type ?category
    ?concept dcterms:identifier $identifier
    """,
)
LABEL = pattern("concepts", "concept label", "?concept rdfs:label $label")
SYNONYM = pattern("concepts", "concept synonym", "?concept skos:altLabel $synonym")
MATCH = pattern("concepts", "concept match", "?concept skos:exactMatch ?match")
UNKNOWN_MATCH = pattern("concepts", "concept match", "?concept kgv:unresolvedMatch $match")
DOCUMENT = pattern(
    "provenance",
    "document identifier digest retracted",
    """
    ?document rdf:type biolink:Publication
    ?document rdf:type bibo:Document
    ?document dcterms:identifier $identifier
    ?document kgv:textDigest $digest
    ?document kgv:retracted $retracted^^xsd:boolean
    """,
)
TITLE = pattern("provenance", "document title", "?document dcterms:title $title")
LANGUAGE = pattern("provenance", "document language", "?document dcterms:language $language")
JOURNAL = pattern("provenance", "document journal", "?document prism:publicationName $journal")
AUTHOR = pattern("provenance", "document author", "?document dc:creator $author")
PUBLICATION_TYPE = pattern("provenance", "document type", "?document dc:type $type")
SUBJECT = pattern("provenance", "document subject", "?document dcterms:subject ?subject")
SUBJECT_LABEL = pattern("provenance", "document label", "?document dc:subject $label")
DOCUMENT_MATCH = pattern("provenance", "document match", "?document skos:exactMatch ?match")
UNKNOWN_DOCUMENT_MATCH = pattern(
    "provenance", "document match", "?document kgv:unresolvedMatch $match"
)
LICENCE = pattern("provenance", "document licence", "?document dcterms:license ?licence")
RIGHTS = pattern("provenance", "document rights", "?document dcterms:rights $rights")
NOTICE = pattern(
    "provenance",
    "document notice kind incoming about",
    """
    ?document kgv:notice @notice
    @notice rdf:type kgv:Notice
    @notice kgv:noticeKind ?kind
    @notice kgv:incoming $incoming^^xsd:boolean
    @notice kgv:about $about
    """,
)
NOTICE_TARGET = pattern("provenance", "notice other", "@notice dcterms:relation ?other")
DATASET = pattern(
    "dataset",
    "dataset title vocabulary triples",
    """
    @dataset rdf:type void:Dataset
    @dataset rdf:type dcat:Dataset
    @dataset dcterms:title $title
    @dataset void:vocabulary ?vocabulary
    @dataset void:triples $triples^^xsd:integer
    """,
)
DATASET_LICENCE = pattern("dataset", "dataset licence", "@dataset dcterms:license ?licence")
DATASET_RIGHTS = pattern("dataset", "dataset rights", "@dataset dcterms:rights $rights")
SOURCE_LICENCE = pattern("dataset", "dataset licence", "@dataset kgv:sourceLicence ?licence")
SOURCE_RIGHTS = pattern("dataset", "dataset rights", "@dataset kgv:sourceRights $rights")
PARTITION = pattern(
    "dataset",
    "dataset partition class count",
    """
    @dataset void:classPartition @partition
    @partition void:class ?class
    @partition void:entities $count^^xsd:integer
    """,
)


@lru_cache(maxsize=1_000)
def edge_pattern(layer: str, predicate: str) -> Pattern:
    """The plain triple of a predicate."""
    return pattern(layer, "subject object", f"?subject {predicate} ?object")


@lru_cache(maxsize=1_000)
def qualifier_pattern(layer: str, qualifier: str, kind: str) -> Pattern:
    """A qualifier on an association; ``kind`` is ``?`` for an IRI and ``$`` for a string."""
    return pattern(layer, "assertion value", f"@assertion {qualifier} {kind}value")


@lru_cache(maxsize=10)
def named_qualifier_pattern(layer: str) -> Pattern:
    """A qualifier that the Biolink Model does not have, kept by its name."""
    return pattern(
        layer,
        "assertion qualifier name value",
        """
        @assertion kgv:qualifier @qualifier
        @qualifier rdf:type kgv:Qualifier
        @qualifier kgv:name $name
        @qualifier rdf:value $value
        """,
    )


@lru_cache(maxsize=10)
def date_pattern(property_: str, datatype: str) -> Pattern:
    """A date of a document, as exact as it is known."""
    mark = f"^^{datatype}" if datatype else ""
    return pattern("provenance", "document date", f"?document {property_} $date{mark}")
