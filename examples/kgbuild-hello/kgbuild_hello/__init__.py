"""A plugin for kgbuild."""
