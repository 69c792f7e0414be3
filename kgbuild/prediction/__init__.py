"""Which links the graph lacks and its paths suggest: learnt, scored, calibrated, explained.

What is predicted lies in a file of its own beside the store (``predictions.sqlite``). It is a
guess about the world, never evidence: no belief, rule or answer depends on it.
"""
