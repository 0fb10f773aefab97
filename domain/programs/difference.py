"""What changed between two editions, place by place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.programs.policy import Policy
from domain.programs.reading import policy_document


@dataclass(frozen=True, slots=True)
class Change:
    """One place (a JSON Pointer) where two editions differ; `before` or `after` is None where it is missing."""

    pointer: str
    before: object | None
    after: object | None


def difference(old: Policy, new: Policy) -> list[Change]:
    """Every place where the two editions differ, in the order of their pointers.

    Entries of a list that bear a `code` are matched by it, so that a clause that moved is not a clause that changed.
    """
    before, after = dict(_leaves(policy_document(old))), dict(_leaves(policy_document(new)))
    return [
        Change(pointer, before.get(pointer), after.get(pointer))
        for pointer in sorted({*before, *after})
        if before.get(pointer) != after.get(pointer)
    ]


def _leaves(value: object, pointer: str = "") -> Iterator[tuple[str, object]]:
    match value:
        case Mapping():
            for name, inner in value.items():
                yield from _leaves(inner, f"{pointer}/{name}")
        case list() | tuple():
            for place, inner in enumerate(value):
                yield from _leaves(inner, f"{pointer}/{_name(inner, place)}")
        case _:
            yield pointer, value


def _name(inner: object, place: int) -> str:
    code = inner.get("code") if isinstance(inner, Mapping) else None
    return code if isinstance(code, str) else str(place)
