"""The OpenAPI document, completed: problem documents for errors, keys, and no schema inside another."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from services.gateway.api.problems import Problem, ProblemField

Json = dict[str, Any]
COMPONENTS = "#/components/schemas/"
KEYS: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key; not asked for on a studio of one's own.",
    },
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key, in its own header."},
}
UNUSED = ("HTTPValidationError", "ValidationError")


def complete(app: FastAPI) -> None:
    """Make the application describe itself as it is."""
    describe = app.openapi

    def openapi() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(describe())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _completed(described: Json) -> Json:
    components = described.setdefault("components", {})
    schemas: Json = components.setdefault("schemas", {})
    whole = Problem.model_json_schema(ref_template=COMPONENTS + "{model}")
    whole.pop("$defs", None)
    schemas |= {"Problem": whole, "ProblemField": ProblemField.model_json_schema()}
    for unused in UNUSED:
        schemas.pop(unused, None)
    found: Json = {}
    lifted: Json = _lifted(described, found)
    lifted["components"]["schemas"] |= found
    lifted["components"]["securitySchemes"] = KEYS
    lifted["security"] = [*({name: []} for name in KEYS), {}]
    return lifted


def _lifted(node: Any, found: Json) -> Any:
    """Return ``node`` with every inner definition moved to ``found`` and every reference to one made to point there."""
    if isinstance(node, list):
        return [_lifted(child, found) for child in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$defs"), dict):
        found |= {name: _lifted(inner, found) for name, inner in node["$defs"].items()}
    moved = {name: _lifted(child, found) for name, child in node.items() if name != "$defs"}
    if isinstance(moved.get("$ref"), str):
        moved["$ref"] = moved["$ref"].replace("#/$defs/", COMPONENTS)
    return moved
