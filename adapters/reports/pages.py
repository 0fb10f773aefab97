"""What the printed sheet says: every figure as it is printed, every plot as points within ranges and ticks."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil, floor, log10
from typing import Any

Json = dict[str, Any]
NONE = "–"
THIN = 0.02
"""Options that hardly anybody chose would only hide the others."""
NEAR = (0.12, 0.04)
"""Labels of points closer than this, across and up, would overprint each other."""
APART = 0.11
"""How far labels of traces are kept from each other, as a share of the axis."""
METHODS = {
    "livingston_lewis": "Livingston and Lewis",
    "hanson_brennan": "Hanson and Brennan",
    "subkoviak": "Subkoviak",
}
MODELS = {"rasch": "Rasch", "two_parameter": "Two-parameter logistic"}


def pages(sheet: Mapping[str, Any]) -> Json:
    """The data of the template `sheet.typ`."""
    heading = sheet["heading"]
    return {
        "title": f"Statistics of form {heading['form']}",
        "heading": heading,
        "exam": exam_named(heading["exam_title"], heading["exam"]),
        "origin": _origin(heading),
        "facts": _facts(sheet),
        "quality": _quality(sheet),
        "decisions": _decisions(sheet["decisions"]),
        "domains": _domains(sheet["domains"]),
        "bins": [_bins(sheet["difficulty"], "Difficulty, p"), _bins(sheet["discrimination"], "Discrimination")],
        "items": [_item(row) for row in sheet["items"]],
        "suspects": [_suspect(row) for row in sheet["suspect_keys"]],
        "traces": [_trace(one) for one in sheet["traces"]],
        "scores": _score_plot(sheet),
        "errors": _error_plots(sheet),
        "scatter": _scatter(sheet),
        "map": _item_map(sheet),
        "models": [_model(name, one) for name, one in sheet["models"].items()],
        "subgroups": _subgroups(sheet["subgroups"]),
        "equating": _equating(sheet["references"]["equating"]),
        "standard_setting": _setting(sheet["references"]["standard_setting"]),
    }


def exam_named(title: str, code: str) -> str:
    """An exam's title, with its code where the title does not hold it already."""
    return title if code in title else f"{title} ({code})"


def fixed(value: float | None, digits: int = 2) -> str:
    """A number with so many decimals, a true minus, and a dash where there is none."""
    if value is None:
        return NONE
    told = f"{abs(value):.{digits}f}"
    return f"−{told}" if value < 0 and float(told) != 0 else told


def percent(share: float | None) -> str:
    """A share as a percentage with one decimal."""
    return NONE if share is None else f"{100 * share:.1f} %"


def ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten apart) within a range, some `about` of them."""
    span = high - low
    if span <= 0:
        return [low]
    raw = span / about
    power = 10.0 ** floor(log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def _axis(low: float, high: float, about: int = 6, digits: int | None = None) -> Json:
    places = ticks(low, high, about)
    shown = digits if digits is not None else (0 if all(place == int(place) for place in places) else 1)
    return {"low": low, "high": high, "ticks": places, "labels": [fixed(place, shown) for place in places]}


def _origin(heading: Mapping[str, Any]) -> str:
    """By what the figures were computed, of what."""
    named = {"analysis": "analysis_number", "key": "key_number", "conversion": "conversion_number"}
    numbers = [f"{name} {heading[field]}" for name, field in named.items() if heading[field] is not None]
    made = ", ".join(numbers) or "files"
    return f"Computed by {heading['software']} from {made}; responses SHA-256 {heading['responses_sha256'][:16]}…"


def _facts(sheet: Mapping[str, Any]) -> list[list[str]]:
    told = sheet["summary"]
    items = f"{told['scored_items']} scored"
    items += f", {told['pretest_items']} pretest" if told["pretest_items"] else ""
    items += f", {told['dropped_items']} dropped" if told["dropped_items"] else ""
    cut = NONE if told["cut_raw"] is None else f"{told['cut_raw']} raw"
    cut += f" = {told['cut_scaled']} scaled" if told["cut_scaled"] is not None else ""
    return [
        ["Candidates", str(told["people"])],
        ["Items", items],
        ["Passed", f"{told['passed'] if told['passed'] is not None else NONE} ({percent(told['pass_rate'])})"],
        ["Cut score", cut],
        ["Mean (SD), raw", f"{fixed(told['mean'])} ({fixed(told['sd'])})"],
        ["Range, raw", f"{told['lowest']} to {told['highest']}"],
        ["Mean, scaled", fixed(told["mean_scaled"], 1)],
        ["Mean p", fixed(told["mean_p"], 3)],
        ["Mean point-biserial", fixed(told["mean_point_biserial"], 3)],
    ]


def _quality(sheet: Mapping[str, Any]) -> list[list[str]]:
    told = sheet["summary"]
    method = METHODS.get(told["decision_method"] or "", NONE)
    return [
        ["Reliability (alpha, KR-20)", fixed(told["alpha"], 3)],
        ["Guttman's lambda-2", fixed(told["lambda2"], 3)],
        ["SEM, raw", fixed(told["sem"])],
        ["CSEM at the cut, raw", fixed(told["csem_at_cut_raw"])],
        ["CSEM at the cut, scaled", fixed(told["csem_at_cut_scaled"], 1)],
        ["Decision consistency", fixed(told["consistency"], 3)],
        ["Kappa", fixed(told["kappa"], 3)],
        ["Decision accuracy", fixed(told["accuracy"], 3)],
        ["Method", method],
    ]


def _decisions(found: Mapping[str, Any]) -> list[list[str]]:
    names = ("consistency", "kappa", "accuracy", "false_passes", "false_fails")
    return [
        [METHODS[name], *(fixed(one.get(figure), 3) for figure in names), str(one.get("detail") or "")]
        for name, one in found.get("methods", {}).items()
    ]


def _domains(rows: Sequence[Json]) -> list[list[str]]:
    return [
        [
            str(row["domain"]).replace("-", " ").replace("_", " "),
            str(row["items"]),
            fixed(row["mean_p"], 3),
            fixed(row["mean"]),
            fixed(row["sd"]),
            fixed(row["alpha"], 3),
            fixed(row["sem"]),
        ]
        for row in rows
    ]


def _bins(found: Mapping[str, Any], title: str) -> Json:
    edges, counts = found["edges"], found["counts"]
    labels = [f"{fixed(edges[place], 1)} to {fixed(edges[place + 1], 1)}" for place in range(len(counts))]
    return {
        "title": title,
        "labels": labels,
        "counts": counts,
        "most": max(*counts, 1),
        "without": found["without"],
        "median": fixed(found["median"], 3),
    }


def _item(row: Mapping[str, Any]) -> Json:
    flags = list(row["warnings"])
    flags += ["misfit"] if row["misfits"] else []
    flags += [str(row["reason"]).replace("_", " ")] if row["reason"] else []
    flags += ["pretest"] if row["key"] and not row["counted"] else []
    cells = [
        str(row["place"]),
        str(row["code"]),
        " ".join(str(option) for option in row["key"]) or NONE,
        fixed(row["p"], 2),
        fixed(row["point_biserial"], 2),
        fixed(row["b"], 2),
        fixed(row["infit"], 2),
    ]
    return {"cells": cells, "flags": ", ".join(flags)}


def _suspect(row: Mapping[str, Any]) -> list[str]:
    return [
        str(row["code"]),
        " ".join(str(option) for option in row["key"]),
        NONE if row["rival"] is None else str(row["rival"]),
        fixed(row["strength"], 1),
        fixed(row["key_correlation"], 3),
        fixed(row["rival_correlation"], 3),
        ", ".join(row["reasons"]).replace("_", " "),
    ]


def _trace(one: Mapping[str, Any]) -> Json:
    """Options are drawn over the fifths of the people, from the weakest to the strongest.

    Where there is nobody in a fifth, nothing is drawn: a line ends before it, and goes on behind it.
    """
    named = {"omitted": "om.", "not_reached": "n.r."}
    drawn = [one for one in one["options"] if one["right"] or max(_known(one["traces"]), default=0.0) >= THIN]
    heights = spaced([_known(option["traces"])[-1] if _known(option["traces"]) else 0.0 for option in drawn], APART)
    return {
        "code": str(one["code"]),
        "suspect": one["suspect"],
        "told": f"p {fixed(one['p'])}, r {fixed(one['point_biserial'])}",
        "lines": [
            {
                "label": named.get(option["option"], str(option["option"])),
                "right": option["right"],
                "parts": _parts(option["traces"]),
                "at": height,
            }
            for option, height in zip(drawn, heights, strict=True)
        ],
    }


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _parts(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """The fifths (from 1) with their values, in unbroken stretches."""
    parts: list[list[tuple[int, float]]] = [[]]
    for fifth, value in enumerate(values, 1):
        if value is not None:
            parts[-1].append((fifth, value))
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]


def spaced(values: Sequence[float], apart: float) -> list[float]:
    """Where labels of these values go, from the lowest up, so that each keeps a distance from the one below it."""
    found = list(values)
    order = sorted(range(len(values)), key=lambda place: values[place])
    for below, above in pairwise(order):
        found[above] = max(found[above], found[below] + apart)
    return found


def _range(sheet: Mapping[str, Any]) -> tuple[int, int]:
    """The raw scores that are drawn: those that somebody has, with the cut, and some air."""
    scores, cut = sheet["scores"], sheet["summary"]["cut_raw"]
    if scores.get("lowest") is None:
        return 0, 1
    low, high = scores["lowest"], scores["highest"]
    ends = [low, high] if cut is None else [low, high, cut]
    air = max(2, (max(ends) - min(ends)) // 12)
    return max(0, min(ends) - air), min(scores["maximum"], max(ends) + air)


def _score_plot(sheet: Mapping[str, Any]) -> Json | None:
    counts = sheet["scores"].get("counts")
    if not counts:
        return None
    low, high = _range(sheet)
    shown = counts[low : high + 1]
    top = max(*shown, 1)
    return {
        "first": low,
        "counts": shown,
        "cut": sheet["summary"]["cut_raw"],
        "x": _axis(low - 0.5, high + 0.5, 8, 0),
        "y": _axis(0, top * 1.06, 5, 0),
    }


def _error_plots(sheet: Mapping[str, Any]) -> list[Json]:
    conditional = sheet["conditional"] or {}
    cut = sheet["summary"]["cut_raw"]
    found = []
    named = (("raw", "Raw points"), ("scaled_binomial", "Scaled points"))
    for name, title in named:
        values = conditional.get(name)
        if values:
            last = len(values) - 1
            found.append(
                {
                    "title": title,
                    "points": [[raw, value] for raw, value in enumerate(values)],
                    "cut": cut,
                    "x": _axis(0, last, 6, 0),
                    "y": _axis(0, max(values) * 1.1 or 1, 5),
                    "at": None if cut is None or cut > last else fixed(values[cut], 1),
                }
            )
    return found


def _scatter(sheet: Mapping[str, Any]) -> Json:
    suspects = {row["code"] for row in sheet["suspect_keys"]}
    points = [
        {"x": row["p"], "y": row["point_biserial"], "code": row["code"], "suspect": row["code"] in suspects, "lift": 0}
        for row in sheet["items"]
        if row["p"] is not None and row["point_biserial"] is not None
    ]
    _lift([point for point in points if point["suspect"]])
    heights = [point["y"] for point in points] or [0.0]
    return {
        "points": points,
        "x": _axis(0, 1, 5, 1),
        "y": _axis(min(-0.1, *heights, 0.0) - 0.02, max(*heights, 0.4) + 0.03, 5, 1),
    }


def _lift(labelled: Sequence[Json]) -> None:
    """Raise a label, by lines, above those of its left neighbours that it would overprint."""
    before: list[Json] = []
    for point in sorted(labelled, key=lambda one: (one["x"], one["y"])):
        near = [
            one["lift"] for one in before if point["x"] - one["x"] < NEAR[0] and abs(point["y"] - one["y"]) < NEAR[1]
        ]
        point["lift"] = max(near, default=-1) + 1
        before.append(point)


def _item_map(sheet: Mapping[str, Any]) -> Json | None:
    """People's abilities and items' difficulties on the one scale of the Rasch model."""
    rasch = sheet["models"].get("rasch") or {}
    placed = [row for row in sheet["items"] if row["b"] is not None]
    if not placed or rasch.get("reason"):
        return None
    people = rasch["ability_counts"]
    width = people["width"]
    bins: dict[int, list[Json]] = {}
    for row in placed:
        told = {"place": str(row["place"]), "odd": bool(row["misfits"])}
        bins.setdefault(min(max(floor(row["b"] / width), -40), 39), []).append(told)
    ability = {round(people["from"] / width) + place: count for place, count in enumerate(people["counts"]) if count}
    low, high = min(*bins, *ability), max(*bins, *ability) + 1
    return {
        "width": width,
        "low": low * width,
        "high": high * width,
        "axis": _axis(low * width, high * width, 12, 1),
        "items": [{"from": step * width, "items": bins[step]} for step in sorted(bins)],
        "people": [{"from": step * width, "count": ability[step]} for step in sorted(ability)],
        "most": max(ability.values()),
        "cut": rasch.get("theta_at_cut"),
    }


def _model(name: str, one: Mapping[str, Any]) -> list[str]:
    if one.get("reason"):
        return [MODELS[name], NONE, NONE, NONE, str(one["detail"]), NONE]
    odd = one["misfitting_items"]
    shown = ", ".join(odd[:12]) + (f" and {len(odd) - 12} more" if len(odd) > 12 else "")  # noqa: PLR2004 - a line
    return [
        MODELS[name],
        fixed(one["log_likelihood"], 1),
        fixed(one["aic"], 1),
        fixed(one["bic"], 1),
        shown or "none",
        str(one["people_flagged"]),
    ]


def _subgroups(found: Mapping[str, Any] | None) -> Json | None:
    if found is None:
        return None
    if found.get("reason"):
        return {"told": str(found.get("detail") or found["reason"]), "rows": [], "items": [], "small": ""}
    sizes = {one["group"]: one["people"] for one in found["groups"]}
    rows, items = [], []
    for one in found["comparisons"]:
        if one.get("reason"):
            rows.append([one["focal"], str(sizes[one["focal"]]), NONE, NONE, NONE, NONE, str(one.get("detail"))])
            continue
        grades = one["grades"]
        impact = fixed(one["impact"].get("d"), 2)
        cells = [str(grades[name]) for name in "ABC"]
        rows.append([one["focal"], str(sizes[one["focal"]]), impact, *cells, str(grades["n"])])
        items += [
            [one["focal"], str(item["code"]), str(item["grade"]).replace("-", "−"), fixed(item["delta"]),
             fixed(item["p_dif"], 3)]
            for item in one["items"]
        ]  # fmt: skip
    told = f"Reference group: {found['reference']} ({sizes[found['reference']]} people)."
    small = ", ".join(f"{name} ({sizes[name]})" for name in found["too_small"])
    return {"told": told, "rows": rows, "items": items, "small": small}


def _setting(told: Mapping[str, Any] | None) -> str | None:
    """The study in a line: what it was called, and the cut it came to."""
    if told is None or told.get("cut") is None:
        return None if told is None else str(told["reference"])
    error = "" if told["cut_error"] is None else f", standard error {fixed(told['cut_error'])}"
    day = f", decided {told['decided_on']}" if told["decided_on"] else ""
    return f"{told['reference']}: cut {fixed(told['cut'])} of form {told['form']}{error}, {told['cut_raw']} raw{day}"


def _equating(run: Mapping[str, Any] | None) -> Json | None:
    if run is None:
        return None
    values = run["equivalents"]
    gaps = [value - raw for raw, value in enumerate(values)]
    se = run["se"] or [0.0] * len(gaps)
    low, high = (
        min(gap - e for gap, e in zip(gaps, se, strict=True)),
        max(gap + e for gap, e in zip(gaps, se, strict=True)),
    )
    air = max(0.1, (high - low) * 0.08)
    excluded = ", ".join(f"{code} ({why.replace('_', ' ')})" for code, why in run["excluded"].items())
    return {
        "facts": [
            ["Form", str(run["form"])],
            ["Reference form", str(run["reference_form"])],
            ["Method", str(run["method"]).replace("_", " ")],
            ["Candidates", f"{run['people']}, reference {run['reference_people']}"],
            ["Anchor items", str(run["anchor_items"])],
            ["Left out of the anchor", excluded or "none"],
            ["Drifting anchor items", ", ".join(run["drifted"]) or "none"],
            ["Bootstrap replications", str(run["replications"])],
        ],
        "form": str(run["form"]),
        "gaps": [[raw, gap] for raw, gap in enumerate(gaps)],
        "se": se,
        "banded": run["se"] is not None,
        "x": _axis(0, len(values) - 1, 8, 0),
        "y": _axis(low - air, high + air, 6),
    }
