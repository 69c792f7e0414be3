"""Links mentions to public identifiers, or says NIL and why.

``terminology`` holds the names, ``keys`` says when two names are alike, ``candidates`` finds what
a mention may name, ``ranking`` says how likely each is, ``linker`` is the component.
"""
