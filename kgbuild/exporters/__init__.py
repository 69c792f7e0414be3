"""Built-in exporters: what writes a graph to files, registered as a plugin like any other."""
