"""What follows from the graph: belief, contradictions, what rules derive, proofs, paths.

Nothing here changes what texts state. What is derived lies in a file of its own beside the
store (``reasoning.sqlite``), and no assertion's belief ever depends on it.
"""
