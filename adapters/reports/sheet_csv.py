"""A statistics sheet as CSV (RFC 4180): one figure a line, under its section, what it is about and its name."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain.jobs.rules import harmless

COLUMNS = ("section", "about", "figure", "value")
Line = tuple[str, str, str, Any]


def sheet_csv(sheet: Mapping[str, Any]) -> bytes:
    """The sheet in UTF-8; what does not exist is an empty value, and texts are never formulas to a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in _lines(sheet):
        writer.writerow([harmless(_cell(value)) for value in line])
    return out.getvalue().encode()


def _cell(value: object) -> str | int | float | None:
    match value:
        case bool():
            return "yes" if value else "no"
        case None | int() | float() | str():
            return value
        case _:
            return str(value)


def _lines(sheet: Mapping[str, Any]) -> Iterator[Line]:
    for section in ("heading", "summary"):
        yield from _flat(section, "", sheet[section])
    for name, found in sheet["decisions"].get("methods", {}).items():
        yield from _flat("decisions", name, found)
    for section in ("difficulty", "discrimination"):
        yield from _histogram(section, sheet[section])
    for section, key in (("domains", "domain"), ("items", "code"), ("suspect_keys", "code")):
        for row in sheet[section]:
            yield from _flat(section, str(row[key]), row)
    yield from _by_score(sheet)
    yield from _flat("speededness", "", sheet["speededness"] or {})
    yield from _subgroups(sheet["subgroups"])
    for name, model in sheet["models"].items():
        yield from _flat("models", name, model)
    for name, told in sheet["references"].items():
        yield from _flat("references", name, told or {})


def _flat(section: str, about: str, figures: Mapping[str, Any]) -> Iterator[Line]:
    """Plain values under their names; short lists in one cell, nested objects under dotted names."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from _flat(section, about, {f"{name}.{inner}": one for inner, one in value.items()})
        elif isinstance(value, Sequence) and not isinstance(value, str):
            if len(value) <= 12 and not any(isinstance(one, (Mapping, list)) for one in value):  # noqa: PLR2004 - a line
                yield section, about, name, " ".join(str(one) for one in value)
        else:
            yield section, about, name, value


def _histogram(section: str, found: Mapping[str, Any]) -> Iterator[Line]:
    edges = found["edges"]
    for place, count in enumerate(found["counts"]):
        yield section, f"{edges[place]} to {edges[place + 1]}", "items", count
    for name in ("without", "lowest", "median", "highest"):
        yield section, "", name, found[name]


def _by_score(sheet: Mapping[str, Any]) -> Iterator[Line]:
    """What belongs to each raw score: how many have it, the scaled score, and conditional standard errors."""
    counts, conditional = sheet["scores"].get("counts") or [], sheet["conditional"] or {}
    columns = {
        "people": counts,
        "scaled": sheet["scaled"],
        "csem_raw": conditional.get("raw") or [],
        "csem_scaled": conditional.get("scaled_binomial") or [],
    }
    for raw in range(len(counts)):
        for name, values in columns.items():
            if raw < len(values):
                yield "raw_score", str(raw), name, values[raw]


def _subgroups(found: Mapping[str, Any] | None) -> Iterator[Line]:
    if found is None or found.get("reason"):
        yield from _flat("subgroups", "", found or {})
        return
    yield "subgroups", "", "reference", found["reference"]
    for one in found["groups"]:
        yield "subgroups", one["group"], "people", one["people"]
    for one in found["comparisons"]:
        yield from _flat("subgroups", one["focal"], {name: one[name] for name in one if name not in {"focal", "items"}})
        for item in one.get("items", []):
            yield from _flat("dif", f"{one['focal']} {item['code']}", item)
