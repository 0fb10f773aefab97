"""Keyset pages: what a list asks of a repository, and what it gets."""

from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """At most `limit` rows, by `sort` (a field name, `-` before it for descending) and then id.

    Where the field holds None, that counts as larger than any value.

    `after` is the (sort value, id) of the last row of the page before. `equals` and `starts_with` filter on fields;
    both names and values come from an allowlist at the edge.
    """

    limit: int = 50
    sort: str = "id"
    after: tuple[object, object] | None = None
    equals: dict[str, object] = field(default_factory=dict)
    starts_with: dict[str, str] = field(default_factory=dict)

    def within(self, **equals: object) -> "PageRequest":
        """The same request, kept to the rows whose fields equal these values too."""
        return replace(self, equals={**self.equals, **equals})


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page; `after` is what the next request carries, None at the end."""

    items: list[T]
    after: tuple[object, object] | None
