"""The formats of vocabularies: each module has ``read(file, report)``, which yields terms."""
