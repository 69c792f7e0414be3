"""The reviewed rules that come with kgbuild, as a plugin offers rules."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

from kgbuild.components import RulesSpec

__all__ = ["SPEC", "Biomedicine"]


class Biomedicine:
    """The files of rules in the folder ``shipped``."""

    def texts(self) -> Mapping[str, str]:
        """The rules, by file."""
        folder = resources.files("kgbuild.reasoning").joinpath("shipped")
        files = sorted(folder.iterdir(), key=lambda file: file.name)
        return {f.name: f.read_text("utf-8") for f in files if f.name.endswith(".rls")}


SPEC = RulesSpec(
    name="biomedicine",
    summary="Reviewed rules on genes, diseases, drugs and their parts and kinds.",
    create=lambda _settings: Biomedicine(),
)
