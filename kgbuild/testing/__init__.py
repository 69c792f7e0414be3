"""The kit for testing plugins, and for testing kgbuild itself.

- :mod:`kgbuild.testing.builders`: documents with gold annotations from one readable string;
- :mod:`kgbuild.testing.strategies`: Hypothesis strategies for every record;
- :mod:`kgbuild.testing.contracts`: the laws of each kind of component, as test classes;
- :mod:`kgbuild.testing.installed`: the laws of a plugin as it is installed;
- :mod:`kgbuild.testing.plugin`: fixtures for pytest, installed with kgbuild.

Nothing in kgbuild imports this room. It needs ``pip install 'kgbuild[test]'``.
"""
