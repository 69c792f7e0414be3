"""The segmenter that comes with kgbuild: sentences of scientific prose by rules."""
