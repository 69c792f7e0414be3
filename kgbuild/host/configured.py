"""From a Spec and settings to a component, and to the Source that signs what it says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kgbuild.assertion import Source, content_id
from kgbuild.errors import (
    ComponentUnavailableError,
    ConfigError,
    ContractError,
    KgbuildError,
    nearest,
)
from kgbuild.host.kinds import KINDS, Offer

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

__all__ = ["checked_settings", "created", "source"]

T = TypeVar("T")


def checked_settings(offer: Offer, settings: Mapping[str, Any], place: str = "") -> BaseModel:
    """The settings, checked by the component's own class.

    Raises ConfigError with the key, what is expected and the nearest key.
    """
    from pydantic import ValidationError

    settings_class = _unless_unavailable(offer, offer.spec.settings_class)
    try:
        checked: BaseModel = settings_class.model_validate(dict(settings))
    except ValidationError as error:
        raise _config_error(offer, settings_class, error, place) from error
    return checked


def created(offer: Offer, settings: BaseModel) -> Any:
    """The component. Raises ComponentUnavailableError with the component's own message."""
    component = _unless_unavailable(offer, lambda: offer.spec.create(settings))
    method = KINDS[offer.kind].method
    if not callable(getattr(component, method, None)):
        raise ContractError(
            f"create returned {type(component).__name__}, which has no method {method!r}",
            component=offer.spec.name,
        )
    return component


def source(offer: Offer, settings: BaseModel) -> Source:
    """Who says so: the component with a fingerprint of its settings and of its files.

    A path among the settings counts by the content of its file, not by where it lies.
    """
    canonical = json.dumps(
        settings.model_dump(), default=_canonical, sort_keys=True, ensure_ascii=False
    )
    files = _unless_unavailable(offer, lambda: offer.spec.fingerprint(settings))
    return Source(
        component=offer.spec.name,
        distribution=offer.distribution,
        version=offer.version,
        fingerprint=content_id(canonical, files),
    )


def _canonical(value: object) -> object:
    if isinstance(value, Path) and value.is_file():
        with value.open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    return str(value)


def _unless_unavailable(offer: Offer, act: Callable[[], T]) -> T:
    try:
        return act()
    except (ComponentUnavailableError, ConfigError):
        raise
    except Exception as error:  # isolation point: calling a component
        named = isinstance(error, KgbuildError)
        message = str(error) if named else f"{type(error).__name__}: {error}"
        raise ComponentUnavailableError(
            f"{offer.kind} {offer.spec.name!r} cannot be made: {message}",
            plugin=offer.plugin,
            provider=offer.provider,
            hints=error.hints if isinstance(error, KgbuildError) else (),
        ) from error


def _config_error(
    offer: Offer, settings_class: type[BaseModel], error: ValidationError, place: str
) -> ConfigError:
    """One error for all that is wrong: the first under its key, the others below it."""
    table = f"{KINDS[offer.kind].plural}.{offer.spec.name}"
    wrong = list(error.errors(include_url=False))
    rows = [(_key(table, row), _problem(settings_class, row)) for row in wrong]
    (key, problem), *others = rows
    message = "\n  ".join([problem, *(f"{other}: {what}" for other, what in others)])
    hints = [hint for row in wrong for hint in _hints(settings_class, row)]
    return ConfigError(message, key=key, place=place, hints=hints)


def _key(table: str, row: ErrorDetails) -> str:
    return ".".join([table, *map(str, row["loc"])])


def _problem(settings_class: type[BaseModel], row: ErrorDetails) -> str:
    fields = settings_class.model_fields
    if row["type"] == "extra_forbidden":
        return f"unknown setting; there is {', '.join(sorted(fields)) or 'none'}"
    if row["type"] == "missing":
        return f"required, a {_type_name(fields, row)}, and not given"
    return f"expected {_type_name(fields, row)}, got {row['input']!r}: {row['msg']}"


def _type_name(fields: Mapping[str, Any], row: ErrorDetails) -> str:
    field = fields.get(str(row["loc"][0])) if row["loc"] else None
    annotation = field.annotation if field else None
    return annotation.__name__ if isinstance(annotation, type) else str(annotation or "a table")


def _hints(settings_class: type[BaseModel], row: ErrorDetails) -> Iterator[str]:
    if row["type"] == "extra_forbidden" and len(row["loc"]) == 1:
        yield from nearest(str(row["loc"][0]), sorted(settings_class.model_fields))
