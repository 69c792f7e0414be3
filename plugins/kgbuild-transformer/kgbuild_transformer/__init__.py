"""The transformer tagger as a kgbuild plugin."""
