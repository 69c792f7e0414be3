"""A graph, or one of its concepts, as one page of HTML that stands alone.

``overview`` and ``concept`` gather what is shown, each list bounded and with how much there is;
``claims`` says how a claim and its sentences are read; ``page`` puts it into the templates beside
it. The page depends on the graph alone: no clock, no folder, no network, no script.
"""
