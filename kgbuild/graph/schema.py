"""The store's tables, and how an older file is brought up to date.

The schema's version is SQLite's ``user_version``. A change of the tables is a new entry at the
end of ``MIGRATIONS``, never an edit of an old one.

Keys of versions, concepts and assertions are made from their content (:func:`key`), so the
same papers give the same rows whatever the order of arrival, and rows in key order are in the
order of the identities.
"""

from __future__ import annotations

import sqlite3

from kgbuild.errors import GraphVersionError

__all__ = ["CURRENT", "check_version", "key", "migrate"]

_FIRST = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE runs(
    id INTEGER PRIMARY KEY, started TEXT NOT NULL, finished TEXT, command TEXT NOT NULL,
    configuration TEXT NOT NULL, summary TEXT);

-- What was read, and from where.
CREATE TABLE files(
    path TEXT PRIMARY KEY, digest TEXT NOT NULL, signature TEXT NOT NULL, reader TEXT NOT NULL,
    pass INTEGER NOT NULL, whole INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE file_versions(
    path TEXT NOT NULL, version INTEGER NOT NULL, pass INTEGER NOT NULL,
    PRIMARY KEY(path, version)) WITHOUT ROWID;
CREATE INDEX file_versions_by_version ON file_versions(version);
CREATE TABLE withdrawals(
    path TEXT NOT NULL, curie TEXT NOT NULL, PRIMARY KEY(curie, path)) WITHOUT ROWID;
CREATE TABLE excluded(curie TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;

-- Works (documents) and the texts of each (versions).
CREATE TABLE versions(
    id INTEGER PRIMARY KEY, identity TEXT NOT NULL, curie TEXT NOT NULL, digest TEXT NOT NULL,
    rank TEXT NOT NULL, pipeline TEXT, work INTEGER, text TEXT NOT NULL, record TEXT NOT NULL,
    given TEXT, sentences BLOB);
CREATE INDEX versions_by_work ON versions(work);
CREATE INDEX versions_pending ON versions(pipeline) WHERE work IS NOT NULL;
CREATE TABLE identifiers(
    curie TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY(curie, version)) WITHOUT ROWID;
CREATE INDEX identifiers_by_version ON identifiers(version);
CREATE TABLE documents(
    id INTEGER PRIMARY KEY, curie TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,
    exact_matches TEXT NOT NULL, notices TEXT NOT NULL, retracted INTEGER NOT NULL,
    revision INTEGER NOT NULL);
CREATE INDEX documents_by_version ON documents(version);
CREATE INDEX documents_by_revision ON documents(revision);
CREATE TABLE sections(
    version INTEGER NOT NULL, n INTEGER NOT NULL, kind TEXT NOT NULL, start INTEGER NOT NULL,
    "end" INTEGER NOT NULL, path TEXT, PRIMARY KEY(version, n)) WITHOUT ROWID;

-- What components said of a version.
CREATE TABLE sources(
    id INTEGER PRIMARY KEY, component TEXT NOT NULL, distribution TEXT NOT NULL,
    version TEXT NOT NULL, fingerprint TEXT NOT NULL,
    UNIQUE(component, distribution, version, fingerprint));
CREATE TABLE mentions(
    version INTEGER NOT NULL, n INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    category TEXT NOT NULL, score REAL NOT NULL, source INTEGER NOT NULL, parts TEXT,
    PRIMARY KEY(version, n)) WITHOUT ROWID;
CREATE TABLE links(
    version INTEGER NOT NULL, mention INTEGER NOT NULL, part INTEGER NOT NULL,
    rank INTEGER NOT NULL, concept INTEGER, score REAL NOT NULL, reason TEXT NOT NULL,
    label TEXT NOT NULL, curie TEXT, source INTEGER NOT NULL,
    PRIMARY KEY(version, mention, part, rank)) WITHOUT ROWID;
CREATE INDEX links_by_concept ON links(concept) WHERE concept IS NOT NULL;
CREATE TABLE relations(
    version INTEGER NOT NULL, n INTEGER NOT NULL, subject TEXT NOT NULL, predicate TEXT NOT NULL,
    object TEXT NOT NULL, negated INTEGER NOT NULL, status TEXT NOT NULL, score REAL NOT NULL,
    spans TEXT NOT NULL, cues TEXT, qualifiers TEXT, conditions TEXT, source INTEGER NOT NULL,
    PRIMARY KEY(version, n)) WITHOUT ROWID;
CREATE TABLE drops(
    version INTEGER NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY(version, reason)) WITHOUT ROWID;
CREATE TABLE failures(
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, version INTEGER, document TEXT NOT NULL,
    component TEXT NOT NULL, error TEXT NOT NULL, message TEXT NOT NULL, place TEXT NOT NULL);
CREATE INDEX failures_by_version ON failures(version);
CREATE INDEX failures_by_path ON failures(path);

-- What follows: concepts, assertions, evidence.
CREATE TABLE concepts(
    id INTEGER PRIMARY KEY, curie TEXT NOT NULL UNIQUE, label TEXT NOT NULL,
    category TEXT NOT NULL, synonyms TEXT NOT NULL, exact_matches TEXT NOT NULL,
    known INTEGER NOT NULL, revision INTEGER NOT NULL);
CREATE INDEX concepts_by_revision ON concepts(revision);
CREATE TABLE names(
    concept INTEGER NOT NULL, name TEXT NOT NULL, category TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY(concept, name, category)) WITHOUT ROWID;
CREATE TABLE assertions(
    id INTEGER PRIMARY KEY, identity TEXT NOT NULL, subject INTEGER NOT NULL,
    predicate TEXT NOT NULL, object INTEGER NOT NULL, negated INTEGER NOT NULL,
    qualifiers TEXT, revision INTEGER NOT NULL);
CREATE INDEX assertions_by_subject ON assertions(subject, predicate);
CREATE INDEX assertions_by_object ON assertions(object, predicate);
CREATE INDEX assertions_by_revision ON assertions(revision);
CREATE TABLE evidence(
    id INTEGER PRIMARY KEY, assertion INTEGER NOT NULL, version INTEGER NOT NULL,
    source INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    subject_start INTEGER, subject_end INTEGER, object_start INTEGER, object_end INTEGER,
    section TEXT NOT NULL, status TEXT NOT NULL, score REAL NOT NULL, more_spans TEXT,
    cues TEXT, conditions TEXT);
CREATE INDEX evidence_by_assertion ON evidence(assertion);
CREATE INDEX evidence_by_version ON evidence(version);
CREATE TABLE policy_reviews(
    version INTEGER NOT NULL, assertion INTEGER NOT NULL, reviewer TEXT NOT NULL,
    verdict TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY(version, assertion, reviewer)) WITHOUT ROWID;
CREATE INDEX policy_reviews_by_assertion ON policy_reviews(assertion);
CREATE TABLE reviews(
    assertion TEXT NOT NULL, reviewer TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY(assertion, reviewer)) WITHOUT ROWID;
CREATE TABLE gone(
    kind TEXT NOT NULL, identity TEXT NOT NULL, revision INTEGER NOT NULL,
    PRIMARY KEY(kind, identity)) WITHOUT ROWID;
INSERT INTO meta VALUES ('revision', 0);
"""

_WORK_OF_THE_EXCLUDED = "ALTER TABLE excluded ADD COLUMN work TEXT NOT NULL DEFAULT ''"
"""What is kept out is let in again as a whole: under which work each identifier was removed."""

# What rankings and counts ask for is in the indices themselves; what is seldom asked for (all
# edges of one predicate) is not, since every index entry of an assertion is a page to write.
_LEANER_INDICES = """
DROP INDEX assertions_by_subject;
DROP INDEX assertions_by_object;
DROP INDEX evidence_by_assertion;
CREATE INDEX assertions_by_subject ON assertions(subject, object);
CREATE INDEX assertions_by_object ON assertions(object);
CREATE INDEX evidence_by_assertion ON evidence(assertion, status);
"""

# The evidence of a version is written at once, so its rows lie together: where they begin and end
# is one row, in place of an index entry for each.
_EVIDENCE_RANGES = """
CREATE TABLE evidence_ranges(
    version INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL);
INSERT INTO evidence_ranges SELECT version, min(id), max(id) FROM evidence GROUP BY version;
DROP INDEX evidence_by_version;
"""

# Few documents have a notice; a belief asks for those that have one.
_NOTICED = "CREATE INDEX documents_noticed ON documents(curie, notices) WHERE notices <> '[]';"

# What became new is told by the text that says so, one row for each text, in place of a number in
# each assertion's row, with an index that every further evidence had to move. What is changed by
# anything else is noted in a table of its own. The graph's revision is one more, so that views hear
# of all assertions once.
_CHANGES = """
UPDATE meta SET value = value + 1 WHERE name = 'revision';
ALTER TABLE evidence_ranges ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
UPDATE evidence_ranges SET revision = (SELECT value FROM meta WHERE name = 'revision');
CREATE INDEX evidence_ranges_by_revision ON evidence_ranges(revision);
CREATE TABLE touched(assertion INTEGER PRIMARY KEY, revision INTEGER NOT NULL);
CREATE INDEX touched_by_revision ON touched(revision);
DROP INDEX assertions_by_revision;
ALTER TABLE assertions DROP COLUMN revision;
"""

# What the pipeline made of a text stands beside it: to note that does not write the text again.
_ANNOTATED = """
CREATE TABLE annotated(
    version INTEGER PRIMARY KEY, pipeline TEXT NOT NULL, sentences BLOB NOT NULL);
INSERT INTO annotated SELECT id, pipeline, coalesce(sentences, x'') FROM versions
    WHERE pipeline IS NOT NULL;
DROP INDEX versions_pending;
ALTER TABLE versions DROP COLUMN pipeline;
ALTER TABLE versions DROP COLUMN sentences;
"""


def _surest(end: str) -> str:
    """How sure the link of an end of ``evidence`` is: as ``assembly`` has it."""
    return (
        "coalesce((SELECT max(l.score) FROM assertions a"
        f" JOIN links l ON l.version = evidence.version AND l.concept = a.{end}"
        " WHERE a.id = evidence.assertion"
        f" AND (evidence.{end}_start IS NULL OR l.mention IN (SELECT n FROM mentions m"
        f" WHERE m.version = evidence.version AND m.start = evidence.{end}_start"
        f' AND m."end" = evidence.{end}_end))), 1.0)'
    )


# A belief heeds how sure the links of both ends are.
_LINK_SCORES = f"""
ALTER TABLE evidence ADD COLUMN link_score REAL NOT NULL DEFAULT 1.0;
UPDATE evidence SET link_score = {_surest("subject")} * {_surest("object")};
"""

# What most evidences lack (spans beyond the first, cues, conditions) is one column, and an empty
# text where there is nothing: Python's sqlite3 is slow with None, SQLite with nullif() in an INSERT
# of many rows, and each value that is bound takes time. So are the qualifiers of an assertion.
_DETAILS = """
CREATE TABLE evidence_of_9(
    id INTEGER PRIMARY KEY, assertion INTEGER NOT NULL, version INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    subject_start INTEGER, subject_end INTEGER, object_start INTEGER, object_end INTEGER,
    section TEXT NOT NULL, status TEXT NOT NULL, score REAL NOT NULL,
    link_score REAL NOT NULL, details TEXT NOT NULL, source INTEGER NOT NULL);
INSERT INTO evidence_of_9 SELECT id, assertion, version, start, "end",
    subject_start, subject_end, object_start, object_end, section, status, score, link_score,
    iif(coalesce(more_spans, cues, conditions) IS NULL, '', json_array(
        json(coalesce(more_spans, '[]')), json(coalesce(cues, '[]')),
        json(coalesce(conditions, '[]')))),
    source FROM evidence;
DROP TABLE evidence;
ALTER TABLE evidence_of_9 RENAME TO evidence;
CREATE INDEX evidence_by_assertion ON evidence(assertion, status);
UPDATE assertions SET qualifiers = '' WHERE qualifiers IS NULL;
"""

# Which text counts is told by its document: to say it with the text too was to write each text
# twice. What mentions, links and relations lack is an empty text, as with evidence.
_TEXTS_WRITTEN_ONCE = """
DROP INDEX versions_by_work;
ALTER TABLE versions DROP COLUMN work;
UPDATE mentions SET parts = '' WHERE parts IS NULL;
UPDATE links SET curie = '' WHERE curie IS NULL;
UPDATE relations SET cues = coalesce(cues, ''), qualifiers = coalesce(qualifiers, ''),
    conditions = coalesce(conditions, '');
"""

MIGRATIONS: tuple[str, ...] = (
    _FIRST,
    _WORK_OF_THE_EXCLUDED,
    _LEANER_INDICES,
    _EVIDENCE_RANGES,
    _NOTICED,
    _CHANGES,
    _ANNOTATED,
    _LINK_SCORES,
    _DETAILS,
    _TEXTS_WRITTEN_ONCE,
)
CURRENT = len(MIGRATIONS)


def key(identity: str) -> int:
    """The integer key of a hexadecimal identity: its first 63 bits, never zero.

    Keys sort as identities do. Two of a million identities meet with probability 5e-8; the
    store checks the whole identity when it writes, so a meeting is an error, not a merge.
    """
    return (int(identity[:16], 16) >> 1) or 1


def migrate(connection: sqlite3.Connection, path: str) -> None:
    """Bring the file to the current schema, one transaction for each step.

    Raises GraphVersionError where the file is newer than this kgbuild.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    check_version(version, path)
    for step in range(version, CURRENT):
        connection.executescript(
            f"BEGIN IMMEDIATE; {MIGRATIONS[step]}; PRAGMA user_version = {step + 1}; COMMIT;"
        )


def check_version(version: int, path: str) -> None:
    """Raise GraphVersionError for a schema that this kgbuild is too old for."""
    if version > CURRENT:
        raise GraphVersionError(
            f"{path}: schema {version} is newer than this kgbuild knows ({CURRENT})",
            hints=["install the kgbuild that wrote it, or a newer one"],
        )
