"""Readers: built-in formats, registered as plugins like any other.

A reader turns a file into documents, one at a time. Every reader composes its text with
:class:`kgbuild.readers.composition.Composition`, so that offsets are counted in one place,
and parses XML with :mod:`kgbuild.readers.safe_xml`, so that entities stay off.
"""
