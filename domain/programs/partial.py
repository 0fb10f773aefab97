"""What can be read of a document that is not a whole policy, so that its other faults are found at once.

A place whose shape is wrong becomes a hole. A check that looks into a hole learns nothing: `Unread` ends it, and no
other; so no check ever finds fault with what nobody could read.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache, wraps
from types import NoneType
from typing import Annotated, Any, NamedTuple, ParamSpec, TypeVar, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from domain.errors import Fault
from domain.programs.policy import Policy

_P = ParamSpec("_P")
_M = TypeVar("_M", bound=BaseModel)


class Unread(Exception):
    """A check looked at a place whose shape is wrong."""


class _Hole:
    """Stands where nothing could be read. Whoever asks it anything is told so by `Unread`."""

    def _tell(self, *_: object) -> Any:  # noqa: ANN401 - it never answers
        raise Unread

    __getattr__ = __getitem__ = __iter__ = __len__ = __bool__ = __contains__ = __str__ = __format__ = _tell
    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _tell
    __eq__ = __ne__ = __hash__ = _tell


HOLE: Any = _Hole()


def as_far_as_read(check: Callable[_P, Iterator[Fault]]) -> Callable[_P, Iterator[Fault]]:
    """The same check, which ends without a word where it meets a hole."""

    @wraps(check)
    def attempt(*args: _P.args, **kwargs: _P.kwargs) -> Iterator[Fault]:
        try:
            yield from check(*args, **kwargs)
        except Unread:
            return

    return attempt


def partial_policy(document: Mapping[str, object], unread: Collection[str] = ()) -> Policy:
    """The policy as far as the document describes one: holes where its shape is wrong, and at the places `unread`."""
    around = frozenset(place[:end] for place in unread for end, step in enumerate(place) if step == "/")
    return _model(Policy, document, "", _Unread(frozenset(unread), around))


class _Unread(NamedTuple):
    """The places that nobody could read, and those around them."""

    places: frozenset[str]
    around: frozenset[str]


def _model(kind: type[_M], value: Mapping[str, object], pointer: str, unread: _Unread) -> _M:
    members: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        if name in value:
            expected = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
            members[name] = _value(expected, value[name], f"{pointer}/{name}", unread)
        elif field.is_required():
            members[name] = HOLE
    return kind.model_construct(**members)


def _value(expected: object, value: object, pointer: str, unread: _Unread) -> object:
    """The value where it is of the expected kind; else what can be read inside it; else a hole."""
    if pointer in unread.places:
        return HOLE
    if pointer not in unread.around:
        try:
            return _adapter(_Key(expected)).validate_json(json.dumps(value), strict=True)
        except (ValidationError, ValueError, TypeError, RecursionError):
            pass
    if isinstance(value, Mapping):
        kind = _kind_of(expected, value)
        return HOLE if kind is None else _model(kind, value, pointer, unread)
    row = _row_of(expected)
    if row is not None and isinstance(value, list):
        return tuple(_value(row, one, f"{pointer}/{index}", unread) for index, one in enumerate(value))
    return HOLE


class _Key:
    """An expected kind as a key that can be kept: constraints need not be hashable, and kinds live as long as we do."""

    def __init__(self, expected: Any) -> None:  # noqa: ANN401 - an annotation, which has no type of its own
        self.expected = expected

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and repr(other.expected) == repr(self.expected)

    def __hash__(self) -> int:
        return hash(repr(self.expected))


@cache
def _adapter(key: _Key) -> TypeAdapter[Any]:
    return TypeAdapter(key.expected)


def _kind_of(expected: object, value: Mapping[str, object]) -> type[BaseModel] | None:
    """The model that a mapping is meant to be: the only one possible, or the one whose `kind` it bears."""
    kinds = [one for one in _alternatives(expected) if isinstance(one, type) and issubclass(one, BaseModel)]
    if len(kinds) > 1:
        kinds = [one for one in kinds if value.get("kind") in get_args(one.model_fields["kind"].annotation)]
    return kinds[0] if kinds else None


def _row_of(expected: object) -> object | None:
    """What each entry of a list is meant to be."""
    for one in _alternatives(expected):
        if get_origin(one) is tuple:
            row: object = get_args(one)[0]
            return row
    return None


def _alternatives(expected: object) -> list[object]:
    """The kinds that a value may be of, without constraints and null."""
    if get_origin(expected) is Annotated:
        return _alternatives(get_args(expected)[0])
    if get_origin(expected) is None or get_origin(expected) is tuple:
        return [expected]
    return [inner for one in get_args(expected) if one is not NoneType for inner in _alternatives(one)]
