"""A user's own word lists: names found in text, linked to identifiers.

``load(settings)`` reads the lists into a :class:`Lexicon`; the plugin wraps it as the
components ``lexicon``: an extractor, a linker and a terminology.
"""
