"""The errors of kgbuild_model: what is wrong, where, and a hint of what to do."""

__all__ = ["CheckpointError", "GoldError", "ModelError", "RecipeError"]


class ModelError(Exception):
    """Something that a person can put right; ``hint`` says how."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class CheckpointError(ModelError):
    """A folder with weights is missing, damaged, or of another kind."""


class GoldError(ModelError):
    """A file of gold text is not of the form it was said to be."""


class RecipeError(ModelError):
    """A recipe has an unknown key, a wrong value, or names what is not there."""
