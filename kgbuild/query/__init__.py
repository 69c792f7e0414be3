"""SPARQL on a graph: refused where it would reach out, run where it can be stopped."""
