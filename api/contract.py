"""The finishing of the OpenAPI document: what all operations share is said here once, in tables.

FastAPI knows the routes and their models. `finish` adds what it cannot know: the problems an operation may answer
with, the headers around every answer, who may call, and the bounds of what answers hold. It is pure: a document in,
a document out, the same for the same code, so that `openapi/openapi.json` can be compared byte for byte.

A route says the rest in `openapi_extra`, which `extras` spells: its row of the authorization table, whether it takes
an Idempotency-Key or an If-Match, whether its answer carries an ETag or is one page of a list.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Literal

from api.contract_tables import (
    ANSWERS,
    BODIES,
    BY_STATUS,
    FAILURES,
    FORMATS,
    HEADERS,
    INFO,
    LARGEST_UPLOAD,
    OUTPUT_BOUNDS,
    PARAMETERS,
    PROBLEM,
    SCHEMES,
    SERVERS,
    TAGS,
    UPLOAD_TYPES,
    WORDS,
)
from api.webhook_document import JSON_LINES, NDJSON, schemas as message_schemas, webhooks
from domain.authorization import TABLE

Json = dict[str, Any]

METHODS = ("get", "head", "post", "put", "patch", "delete")
WRITES = frozenset({"post", "put", "patch", "delete"})
_MAPS = ("properties", "patternProperties", "$defs", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else")
_LOCAL = re.compile(r"^#/components/([^/]+)/(.+)$")


def extras(
    action: str | None = None,
    *,
    key: Literal["required", "optional"] | None = None,
    if_match: bool = False,
    etag: bool = False,
    paged: bool = False,
) -> Json:
    """What a route passes as `openapi_extra`; `action` is its row of the authorization table, None for no token."""
    said = {"x-action": action, "x-key": key, "x-if-match": if_match, "x-etag": etag, "x-paged": paged}
    return {name: value for name, value in said.items() if value}


def finish(document: Json) -> Json:
    """The published document: FastAPI's `document` completed. The argument is left as it was."""
    finished = deepcopy(document)
    finished["info"] = {**finished["info"], **INFO}
    finished["servers"] = deepcopy(SERVERS)
    components = finished.setdefault("components", {})
    _add_shared(components)
    for path, method, operation in operations(finished):
        _finish_operation(path, method, operation)
        _finish_upload(operation, components["schemas"])
    _add_webhooks(finished)
    _finish_schemas(finished)
    used = {tag for _, _, operation in operations(finished) for tag in operation.get("tags", [])}
    finished["tags"] = [{"name": name, "description": text} for name, text in sorted(TAGS.items()) if name in used]
    _forget_unused(finished)
    return finished


def of_body(document: Json, *, name: str, email: str, terms_url: str, base_url: str) -> Json:
    """The document as one body's service shows it: whom to ask, on which terms, and where. The argument stays."""
    info = {
        **document["info"],
        "contact": {"name": name, "url": base_url, "email": email},
        "license": {"name": f"Terms of use of {name}", "url": terms_url},
        "termsOfService": terms_url,
    }
    servers = [{**server, "url": base_url} for server in document["servers"]]
    return {**document, "info": info, "servers": servers}


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Every (path, method in lower case, operation) of a document, in its order."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def schemas_under(schema: object) -> Iterator[Json]:
    """A schema and every schema inside it, references not followed; values such as examples are not schemas."""
    if not isinstance(schema, dict):
        return
    yield schema
    for keyword in _MAPS:
        for inner in schema.get(keyword, {}).values():
            yield from schemas_under(inner)
    for keyword in _LISTS:
        for inner in schema.get(keyword, []):
            yield from schemas_under(inner)
    for keyword in _SINGLE:
        yield from schemas_under(schema.get(keyword))


def input_schemas(document: Json) -> Iterator[tuple[str, Json]]:
    """Every (where, root schema) that a client fills in: parameters, bodies, and the components they reach."""
    roots: list[Json] = []
    for path, method, operation in operations(document):
        where = f"{method.upper()} {path}"
        for parameter in operation.get("parameters", []):
            if "$ref" not in parameter:
                roots.append(parameter["schema"])
                yield f"{where}: {parameter['name']}", parameter["schema"]
        for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
            roots.append(media["schema"])
            yield f"{where}: {media_type}", media["schema"]
    for name in sorted(_reached(roots, document)):
        yield name, document["components"]["schemas"][name]


def _add_shared(components: Json) -> None:
    components["headers"] = deepcopy(HEADERS)
    components["parameters"] = deepcopy(PARAMETERS)
    components["securitySchemes"] = {**components.get("securitySchemes", {}), **deepcopy(SCHEMES)}
    components.setdefault("schemas", {}).update(deepcopy(PROBLEM | BODIES))
    components["responses"] = {failure.name: _problem(status) for status, failure in FAILURES.items()}


def _problem(status: str) -> Json:
    """The shared response of one failing status, with an example of its body."""
    failure = FAILURES[status]
    example = {
        "type": f"/problems/{failure.code}",
        "title": failure.title,
        "status": int(status),
        "code": failure.code,
        "request_id": "0190f3c2-8a5e-7c11-9d2b-5f0e6a7b8c9d",
    }
    if failure.errors:
        example["errors"] = list(failure.errors)
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {
        "description": failure.description,
        "headers": _headers(status),
        "content": {"application/problem+json": content},
    }


def _headers(status: str, *more: str) -> Json:
    names = (*BY_STATUS["every"], *BY_STATUS.get(status, ()), *more)
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _finish_operation(path: str, method: str, operation: Json) -> None:
    said = {name: operation.pop(name, None) for name in ("x-key", "x-if-match", "x-etag", "x-paged")}
    row = TABLE.get(operation.get("x-action", ""))
    anyone = "x-action" not in operation or (row is not None and row.public)
    operation.setdefault("security", [{}] if anyone else [{"bearer": []}])
    _name_kindly(operation)
    _finish_parameters(operation, said)
    responses = {code: answer for code, answer in operation["responses"].items() if not _is_default_422(code, answer)}
    # What a route says of a failure is only that it is possible; or a protocol's own form of it, beside the problem.
    own = {code: _in_both_forms(code, answer) for code, answer in responses.items() if code in FAILURES}
    known = [code for code, answer in own.items() if answer is None]
    responses = {code: answer for code, answer in responses.items() if code not in own}
    for code, answer in responses.items():
        _finish_answer(code, answer, said)
    responses |= {code: answer for code, answer in own.items() if answer is not None}
    for code in (*known, *_failing(path, method, operation, said)):
        responses.setdefault(code, {"$ref": f"#/components/responses/{FAILURES[code].name}"})
    operation["responses"] = dict(sorted(responses.items()))


def _in_both_forms(code: str, answer: Json) -> Json | None:
    """A failure that a protocol has its own words for, which stand beside the problem; None without such words."""
    if "content" not in answer:
        return None
    shared = _problem(code)
    return {**shared, "description": answer["description"], "content": {**answer["content"], **shared["content"]}}


def _finish_upload(operation: Json, schemas: Json) -> None:
    """Name the media types of each uploaded file, where FastAPI knows of bytes alone; a form has no null."""
    content = operation.get("requestBody", {}).get("content", {})
    form = content.get("multipart/form-data") or content.get("application/x-www-form-urlencoded", {})
    members = schemas[form["schema"]["$ref"].rpartition("/")[2]]["properties"] if "schema" in form else {}
    for name in members:
        schema = members[name] = _without_null(members[name])
        if schema.pop("contentMediaType", None) is not None:
            schema |= {"format": "binary", "minLength": 1, "maxLength": LARGEST_UPLOAD}
            types = ", ".join(UPLOAD_TYPES.get(operation["tags"][0], ("text/csv",)))
            form.setdefault("encoding", {}).setdefault(name, {"contentType": types})


def _add_webhooks(document: Json) -> None:
    """What endpoints are sent, and lines of JSON under both of their names."""
    document["webhooks"] = webhooks()
    document["components"].setdefault("schemas", {}).update(message_schemas())
    for _, _, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        if NDJSON in content:
            content[JSON_LINES] = content[NDJSON]


def _name_kindly(operation: Json) -> None:
    """The docstring's first sentence is the summary; the whole of it stays the description."""
    description = " ".join(operation.get("description", "").split())
    if description:
        operation["summary"] = description.split(". ")[0].removesuffix(".")
        operation["description"] = description


def _finish_parameters(operation: Json, said: Json) -> None:
    parameters = operation.get("parameters", [])
    for parameter in parameters:
        parameter["schema"] = _without_null(parameter["schema"])
        parameter.setdefault("description", WORDS.get(parameter["name"], _words(parameter["name"])))
    present = {parameter["name"].lower() for parameter in parameters}
    if said["x-key"] and "idempotency-key" not in present:
        name = "IdempotencyKey" if said["x-key"] == "required" else "OptionalIdempotencyKey"
        parameters.append({"$ref": f"#/components/parameters/{name}"})
    if said["x-if-match"] and "if-match" not in present:
        parameters.append({"$ref": "#/components/parameters/IfMatch"})
    if parameters:
        operation["parameters"] = parameters


def _words(name: str) -> str:
    """`application_id`: The id of the application."""
    plain = name.replace("_", " ").replace("-", " ")
    return f"The id of the {plain.removesuffix(' id')}." if plain.endswith(" id") else f"The {plain}."


def _without_null(schema: Json) -> Json:
    """A parameter is left out, never null."""
    choices = [choice for choice in schema.get("anyOf", []) if choice.get("type") != "null"]
    rest = {key: value for key, value in schema.items() if key not in {"anyOf", "title"}}
    match choices:
        case []:
            return rest
        case [only]:
            return {**only, **rest}
        case _:
            return {"anyOf": choices, **rest}


def _is_default_422(code: str, answer: Json) -> bool:
    content = answer.get("content", {}).get("application/json", {})
    return code == "422" and content.get("schema", {}).get("$ref", "").endswith("/HTTPValidationError")


def _finish_answer(code: str, answer: Json, said: Json) -> None:
    more = []
    if code.startswith("2"):
        if answer.get("description") in {None, "", "Successful Response"}:
            answer["description"] = ANSWERS.get(code, "The answer.")
        more = [
            name
            for flag, name in (("x-etag", "ETag"), ("x-paged", "Link"), ("x-key", "Idempotent-Replayed"))
            if said[flag]
        ]
    answer["headers"] = {**answer.get("headers", {}), **_headers(code, *more)}


def _failing(path: str, method: str, operation: Json, said: Json) -> list[str]:
    """The failing statuses this operation may answer with: those of the edge always, the others where they can be."""
    public = {} in operation["security"]
    has_body = "requestBody" in operation
    asked = {
        "404": "{" in path or not said["x-paged"],
        "406": False,  # where a form can be chosen, the route says so
        "409": method in WRITES and not (public and not said["x-key"]),
        "412": bool(said["x-if-match"]),
        "413": has_body,
        "415": has_body,
        "428": bool(said["x-if-match"]),
    }
    return [code for code in FAILURES if asked.get(code, True)]


def _finish_schemas(document: Json) -> None:
    """State every bound: a format's own everywhere, and the general ones in what only the service writes."""
    filled_in = [schema for _, schema in input_schemas(document)]
    theirs = {id(inner) for root in filled_in for inner in schemas_under(root)}
    named = document["components"]["schemas"].values()
    named_ids = {id(schema) for schema in named}
    loose = [media["schema"] for media in _media(document) if "schema" in media]
    for root in [*named, *loose, *filled_in]:
        for schema in schemas_under(root):
            if id(schema) not in named_ids and isinstance(schema.get("title"), str):
                del schema["title"]
            _bound(schema, answer=id(schema) not in theirs)
            _require_discriminator(schema, document)


def _require_discriminator(schema: Json, document: Json) -> None:
    """Every member of a union that is told apart by a field holds that field: its default does not count there."""
    choice = schema.get("discriminator", {})
    for target in choice.get("mapping", {}).values():
        member = document["components"]["schemas"][target.rpartition("/")[2]]
        member["required"] = sorted({*member.get("required", []), choice["propertyName"]})


def _media(document: Json) -> Iterator[Json]:
    for _, _, operation in operations(document):
        for answer in operation["responses"].values():
            yield from answer.get("content", {}).values()


def _bound(schema: Json, *, answer: bool) -> None:
    if "contentMediaType" in schema:
        schema.setdefault("format", "binary")
        schema.setdefault("maxLength", LARGEST_UPLOAD)
    if "patternProperties" in schema:
        schema.setdefault("additionalProperties", False)
    kind = schema.get("type")
    if kind == "string" and "format" in schema:
        schema.setdefault("maxLength", FORMATS.get(schema["format"], OUTPUT_BOUNDS["string"]["maxLength"]))
    if answer and kind in OUTPUT_BOUNDS and not {"enum", "const"} & schema.keys():
        _bound_answer(schema, OUTPUT_BOUNDS[kind])
    if kind == "integer":
        if "const" in schema:
            schema |= {"minimum": schema["const"], "maximum": schema["const"]}
        _bound_whole_number(schema)


def _bound_whole_number(schema: Json) -> None:
    """One inclusive bound at each end, the closer one where two were said."""
    for inclusive, exclusive, step, closer in (
        ("minimum", "exclusiveMinimum", 1, max),
        ("maximum", "exclusiveMaximum", -1, min),
    ):
        said = [int(schema[inclusive])] if inclusive in schema else []
        if exclusive in schema:
            said.append(int(schema.pop(exclusive)) + step)
        if said:
            schema[inclusive] = closer(said)
    schema.setdefault("format", "int32" if schema.get("maximum", 2**53) < 2**31 else "int64")


def _bound_answer(schema: Json, bounds: Json) -> None:
    for keyword, value in bounds.items():
        exclusive = f"exclusive{keyword.capitalize()}" in schema
        patterned = keyword == "pattern" and "format" in schema
        if not exclusive and not patterned:
            schema.setdefault(keyword, value)


def _references(node: object) -> Iterator[tuple[str, str]]:
    """Every (section, name) of the components that a piece of the document refers to."""
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str) and (match := _LOCAL.match(target)):
            yield match[1], match[2]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _reached(roots: list[Json], document: Json) -> set[str]:
    """The names of the component schemas that these schemas refer to, directly or not."""
    waiting, seen = list(roots), set[str]()
    while waiting:
        for section, name in _references(waiting.pop()):
            if section == "schemas" and name not in seen:
                seen.add(name)
                waiting.append(document["components"]["schemas"][name])
    return seen


def _forget_unused(document: Json) -> None:
    components = document["components"]
    reached: set[tuple[str, str]] = set()
    waiting: list[object] = [document["paths"], document.get("webhooks", {})]
    while waiting:
        for section, name in _references(waiting.pop()):
            if (section, name) not in reached:
                reached.add((section, name))
                waiting.append(components[section][name])
    for _, _, operation in operations(document):
        reached |= {("securitySchemes", name) for need in operation["security"] for name in need}
    for section, entries in components.items():
        components[section] = {name: entry for name, entry in entries.items() if (section, name) in reached}
