"""The committed OpenAPI document: what its judges would say, said here already where there is no node.

Whether it is what the code says is `certificant openapi --check`'s affair.
"""

import json
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations
from typing import Any

from api.contract import input_schemas, operations, schemas_under
from tests.architecture.source import ROOT

# Spectral's rules for the document's own parts also find schema members of these names.
CONFUSING = {"responses", "headers", "parameters", "servers"}


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / "openapi" / "openapi.json").read_text("utf-8"))
    return document


def test_every_operation_has_a_known_tag_a_sentence_and_an_id_of_its_own() -> None:
    known = {tag["name"] for tag in _document()["tags"]}

    faults = [
        f"{method.upper()} {path}"
        for path, method, operation in operations(_document())
        if len(operation.get("tags", [])) != 1
        or not known.issuperset(operation["tags"])
        or not operation.get("description", "").endswith((".", "?"))
        or not operation.get("summary")
    ]
    ids = Counter(operation.get("operationId") for _, _, operation in operations(_document()))

    assert faults == []
    assert [name for name, times in ids.items() if times > 1] == []


def test_every_text_list_and_number_of_a_request_is_bounded() -> None:
    faults = [f"{where}: {fault}" for where, root in input_schemas(_document()) for fault in _unbounded(root)]

    assert sorted(set(faults)) == []


def test_every_object_of_a_request_is_closed() -> None:
    faults = [
        where
        for where, root in input_schemas(_document())
        for schema in schemas_under(root)
        if schema.get("type") == "object" and "additionalProperties" not in schema
    ]

    assert [where for where in faults if not where.startswith("Body_")] == []


def test_no_two_models_bear_one_name() -> None:
    # FastAPI tells them apart by their modules, and generated clients not at all.
    assert [name for name in _document()["components"]["schemas"] if "__" in name] == []


def test_no_member_bears_a_name_that_confuses_the_judges() -> None:
    faults = [
        f"{name}.{member}"
        for name, root in _document()["components"]["schemas"].items()
        for schema in schemas_under(root)
        for member in schema.get("properties", {})
        if member in CONFUSING
    ]

    assert faults == []


def test_no_two_paths_fit_the_same_address() -> None:
    split = [path.split("/") for path in _document()["paths"]]

    assert [("/".join(one), "/".join(other)) for one, other in combinations(split, 2) if _alike(one, other)] == []


def test_no_path_looks_like_an_administrators_own() -> None:
    # OWASP's rules take whatever begins with "admin" for a console that needs a login of its own.
    assert [path for path in _document()["paths"] if "/admin" in path] == []


# A wallet proves itself by the code of an offer, then by the token it got for that: neither is a bearer token of ours.
BY_CODE = {"wallets_token", "wallets_credential", "wallets_notification"}
STORING_NOTHING = {"eligibility_check", "registry_check", "registry_verify_badge", "wallets_nonce"}


def test_nothing_but_reading_is_open_to_anyone_unless_it_stores_nothing_or_asks_for_a_code() -> None:
    open_writes = {
        operation["operationId"]
        for _, method, operation in operations(_document())
        if method != "get" and {} in operation["security"]
    }

    assert open_writes == BY_CODE | STORING_NOTHING


def _unbounded(root: dict[str, Any]) -> Iterator[str]:
    for schema in schemas_under(root):
        kind = schema.get("type")
        if {"enum", "const"} & schema.keys():
            continue
        if kind == "string" and ("maxLength" not in schema or not {"pattern", "format"} & schema.keys()):
            yield f"a text without maxLength and pattern or format ({_sketch(schema)})"
        if kind == "array" and "maxItems" not in schema:
            yield f"a list without maxItems ({_sketch(schema)})"
        if kind == "integer" and not _is_bounded(schema):
            yield f"a whole number without its bounds ({_sketch(schema)})"


def _is_bounded(schema: dict[str, Any]) -> bool:
    return bool({"minimum", "exclusiveMinimum"} & schema.keys()) and bool(
        {"maximum", "exclusiveMaximum"} & schema.keys()
    )


def _sketch(schema: dict[str, Any]) -> str:
    return json.dumps(schema)[:80]


def _alike(one: list[str], other: list[str]) -> bool:
    """Whether some address fits both, with as many variables in each."""
    if len(one) != len(other):
        return False
    fit = all("{" in a or "{" in b or a == b for a, b in zip(one, other, strict=True))
    return fit and sum("{" in part for part in one) == sum("{" in part for part in other)
