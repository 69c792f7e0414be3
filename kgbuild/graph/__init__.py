"""The graph: one SQLite file of record, and the views made from it.

``store`` keeps documents, annotations and assertions; ``works`` decides which texts are one
work and which version counts; ``networkx_view`` and ``rdf_view`` show the graph to libraries.
Views can be deleted and made again; the store cannot.
"""
