"""What a new OpenAPI document breaks for clients that were written against an earlier one.

    python tools/contract_changes.py [earlier.json] [openapi/openapi.json]

Without an earlier document, the last release's under `openapi/releases/` is taken. Exits 1 when anything would break.

A client may send all that it was allowed to send, and finds in the answers all that it was promised. So what a request
may hold must not narrow, and what an answer holds must not widen: a member that was always there stays, with its type,
and does not become null. New operations, new optional members, new members of answers and new values of an answer's
enumeration break nobody: clients are told to expect them (`openapi/CHANGELOG.md`).
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Json = Mapping[str, Any]
Sense = Literal["request", "answer"]

OPENAPI = Path(__file__).parents[1] / "openapi"
METHODS = ("get", "head", "post", "put", "patch", "delete")
# Which way a bound may move where a request is concerned: up or down lets more in.
_UPPER = ("maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum")
_LOWER = ("minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum")
_VARIABLE = re.compile(r"\{[^}]*\}")


def breaking_changes(before: Json, after: Json) -> list[str]:
    """Every change from `before` to `after` that a client of `before` could stumble over, as sentences in order."""
    return list(_Comparison(before, after).changes())


def last_release(folder: Path = OPENAPI / "releases") -> Path | None:
    """The document of the highest version under `releases/` (1.10.0 comes after 1.9.0); None before the first."""
    found = sorted(folder.glob("*.json"), key=lambda path: [int(part) for part in path.stem.split(".")])
    return found[-1] if found else None


@dataclass
class _Comparison:
    """Two documents, and the pairs of components that were compared already (schemas may refer to themselves)."""

    before: Json
    after: Json
    seen: set[tuple[str, str, Sense]] = field(default_factory=set)

    def changes(self) -> Iterator[str]:
        kept = {(_shape(path), method): operation for path, method, operation in _operations(self.after)}
        for path, method, operation in _operations(self.before):
            where = f"{method.upper()} {path}"
            now = kept.get((_shape(path), method))
            if now is None:
                yield f"{where}: the operation is gone"
            else:
                yield from self._operation(where, operation, now)

    def _operation(self, where: str, before: Json, after: Json) -> Iterator[str]:
        if before.get("operationId") != after.get("operationId"):
            yield f"{where}: the operationId changed, and with it the name in generated clients"
        if {} in before.get("security", []) and {} not in after.get("security", []):
            yield f"{where}: a token is needed now"
        yield from self._parameters(where, before, after)
        yield from self._body(where, before.get("requestBody"), after.get("requestBody"))
        yield from self._answers(where, before["responses"], after["responses"])

    # --- what a client sends

    def _parameters(self, where: str, before: Json, after: Json) -> Iterator[str]:
        then, now = self._named(before, self.before), self._named(after, self.after)
        for key, parameter in then.items():
            name = f"{where}: the parameter {key[1]}"
            if key not in now:
                yield f"{name} is gone"
                continue
            if now[key].get("required") and not parameter.get("required"):
                yield f"{name} is required now"
            yield from self._schema(name, parameter["schema"], now[key]["schema"], "request")
        for key in now.keys() - then.keys():
            if now[key].get("required"):
                yield f"{where}: the parameter {key[1]} is new and required"

    def _named(self, operation: Json, document: Json) -> dict[tuple[str, str], Json]:
        """Parameters by place and name; those of the path by their order, for their names are in no request."""
        found, places = {}, 0
        for parameter in (_resolved(one, document) for one in operation.get("parameters", [])):
            name = parameter["name"].lower()
            if parameter["in"] == "path":
                places, name = places + 1, f"number {places + 1} of the path"
            found[parameter["in"], name] = parameter
        return found

    def _body(self, where: str, before: Json | None, after: Json | None) -> Iterator[str]:
        if after is not None and after.get("required") and not (before or {}).get("required"):
            yield f"{where}: a body is required now"
        if before is None:
            return
        kept = {} if after is None else after["content"]
        for media_type, media in before["content"].items():
            if media_type not in kept:
                yield f"{where}: a body of {media_type} is no longer read"
            else:
                yield from self._schema(f"{where}: body", media["schema"], kept[media_type]["schema"], "request")

    # --- what a client gets

    def _answers(self, where: str, before: Json, after: Json) -> Iterator[str]:
        for status, answer in before.items():
            if not status.startswith("2"):
                continue
            if status not in after:
                yield f"{where}: the answer {status} is gone"
                continue
            yield from self._answer(f"{where}: {status}", _resolved(answer, self.before), after[status])

    def _answer(self, where: str, before: Json, after: Json) -> Iterator[str]:
        after = _resolved(after, self.after)
        for name in before.get("headers", {}):
            if name not in after.get("headers", {}):
                yield f"{where}: the header {name} is gone"
        for media_type, media in before.get("content", {}).items():
            now = after.get("content", {}).get(media_type)
            if now is None:
                yield f"{where}: {media_type} is no longer sent"
            elif "schema" in media and "schema" in now:
                yield from self._schema(where, media["schema"], now["schema"], "answer")

    # --- schemas

    def _schema(self, where: str, before: Json, after: Json, sense: Sense) -> Iterator[str]:
        pair = (json.dumps(before, sort_keys=True), json.dumps(after, sort_keys=True), sense)
        if pair in self.seen:
            return
        self.seen.add(pair)
        then, now = _kinds(before, self.before), _kinds(after, self.after)
        if len(then) == len(now) == 1:
            then, now = {"": next(iter(then.values()))}, {"": next(iter(now.values()))}
        for kind, schema in then.items():
            if kind in now:
                yield from self._same_kind(where, schema, now[kind], sense)
            elif sense == "request":
                yield f"{where}: {kind} is no longer accepted"
        if sense == "answer":
            yield from self._widened(where, then, now)

    def _widened(self, where: str, then: dict[str, Json], now: dict[str, Json]) -> Iterator[str]:
        known = {str(schema.get("type")) for schema in then.values()}
        for kind in now.keys() - then.keys():
            if str(now[kind].get("type")) not in known:
                yield f"{where}: may be {kind} now"

    def _same_kind(self, where: str, before: Json, after: Json, sense: Sense) -> Iterator[str]:
        if not _is_like(before, after, sense):
            yield f"{where}: was {before.get('type', 'anything')}, is {after.get('type', 'anything')}"
            return
        if sense == "request":
            yield from _narrowed(where, before, after)
        yield from self._members(where, before, after, sense)
        for keyword in ("items", "additionalProperties"):
            if isinstance(before.get(keyword), dict) and isinstance(after.get(keyword), dict):
                yield from self._schema(f"{where}[]", before[keyword], after[keyword], sense)

    def _members(self, where: str, before: Json, after: Json, sense: Sense) -> Iterator[str]:
        then, now = before.get("properties", {}), after.get("properties", {})
        needed, was_needed = set(after.get("required", [])), set(before.get("required", []))
        for name, schema in then.items():
            if name in now:
                yield from self._schema(f"{where}.{name}", schema, now[name], sense)
            elif sense == "answer" or after.get("additionalProperties") is False:
                yield f"{where}.{name} is gone"
        if sense == "request":
            yield from (f"{where}.{name} is required now" for name in sorted(needed - was_needed))
        else:
            yield from (f"{where}.{name} may be left out now" for name in sorted((was_needed - needed) & now.keys()))


def _narrowed(where: str, before: Json, after: Json) -> Iterator[str]:
    """What a request's value of the same type must now be that it did not have to be."""
    values = {json.dumps(value) for value in _values(before)}
    allowed = {json.dumps(value) for value in _values(after)}
    if allowed and not values:
        yield f"{where}: is now one of {', '.join(sorted(allowed))}"
    elif allowed and values - allowed:
        yield f"{where}: {', '.join(sorted(values - allowed))} is no longer accepted"
    if values:
        return
    for keyword, tighter in (*((word, -1) for word in _UPPER), *((word, 1) for word in _LOWER)):
        if keyword in after and (keyword not in before or (after[keyword] - before[keyword]) * tighter > 0):
            yield f"{where}: {keyword} is {after[keyword]} now, was {before.get(keyword, 'none')}"
    for keyword in ("pattern", "format"):
        if keyword in after and after[keyword] != before.get(keyword):
            yield f"{where}: another {keyword} is asked for"
    if after.get("additionalProperties") is False and before.get("additionalProperties") is not False:
        yield f"{where}: members that are not listed are no longer accepted"


def _is_like(before: Json, after: Json, sense: Sense) -> bool:
    """Whether the types fit; an integer where a number was is less, and a number where an integer was is more."""
    then, now = before.get("type"), after.get("type")
    open_end = (now if sense == "request" else then) is None
    fits = {("integer", "number")} if sense == "request" else {("number", "integer")}
    return then == now or open_end or (then, now) in fits


def _values(schema: Json) -> Iterable[Any]:
    return [schema["const"]] if "const" in schema else schema.get("enum", [])


def _kinds(schema: Json, document: Json) -> dict[str, Json]:
    """The alternatives of a schema by what tells them apart: their type, or the names of unions' members."""
    found: dict[str, Json] = {}
    for alternative in _alternatives(schema, document):
        kind = str(alternative.get("type", "anything"))
        if kind in found:
            kind = str(alternative.get("title") or f"{kind} ({len(found)})")
        found[kind] = alternative
    return found


def _alternatives(schema: Json, document: Json) -> Iterator[Json]:
    schema = _resolved(schema, document)
    choices = schema.get("anyOf") or schema.get("oneOf")
    kind = schema.get("type")
    if choices:
        for choice in choices:
            yield from _alternatives(choice, document)
    elif isinstance(kind, list):
        yield from ({**schema, "type": one} for one in kind)
    else:
        yield schema


def _resolved(node: Json, document: Json) -> Json:
    """What a reference names; everything else is itself."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _shape(path: str) -> str:
    return _VARIABLE.sub("{}", path)


def main(arguments: list[str]) -> int:
    """Compare, say what breaks; 1 when anything does."""
    earlier = Path(arguments[0]) if arguments else last_release()
    if earlier is None:
        print("No release yet: nothing can break.")
        return 0
    now = Path(arguments[1]) if len(arguments) > 1 else OPENAPI / "openapi.json"
    found = breaking_changes(json.loads(earlier.read_text("utf-8")), json.loads(now.read_text("utf-8")))
    print(f"{now.name} against {earlier.name}: {len(found)} breaking changes", *found, sep="\n  ")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
