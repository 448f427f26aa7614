"""What can be asked over HTTP, as an OpenAPI 3.1 document."""

from typing import Any

from mimo_runtime import __version__
from mimo_runtime.serving.http.answers import STATUS_WORDS
from mimo_runtime.serving.http.fields import FILES, PREPARED, SETTINGS, TEMPLATE
from mimo_runtime.wire.kinds import JobTask, OutputKind

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer"}
_MAYBE_TEXT: Schema = {"type": ["string", "null"]}
_MAYBE_COUNT: Schema = {"type": ["integer", "null"]}
_FILE: Schema = {"type": "string", "format": "binary"}
_NUMBERS = {"steps": _COUNT, "guidance": {"type": "number"}, "seed": _COUNT}

VIDEO: dict[str, Schema] = {
    "id": _TEXT,
    "object": {"const": "video"},
    "task": {"enum": [each.value for each in JobTask]},
    "model": _TEXT,
    "status": {"enum": list(STATUS_WORDS.values())},
    "progress": _COUNT,
    "stage": _MAYBE_TEXT,
    "created_at": _COUNT,
    "completed_at": _MAYBE_COUNT,
    "expires_at": _MAYBE_COUNT,
    "size": _MAYBE_TEXT,
    "seconds": _MAYBE_TEXT,
    "frames": _MAYBE_COUNT,
    "error": {"oneOf": [{"type": "null"}, {"type": "object"}]},
    "queue_position": _MAYBE_COUNT,
    "expected_start_at": _MAYBE_COUNT,
    "priority": _COUNT,
    "attempts": _COUNT,
    "sequence": _COUNT,
    "media_type": _MAYBE_TEXT,
    "size_bytes": _MAYBE_COUNT,
    "sha256": _MAYBE_TEXT,
    "assets": {
        "type": "array",
        "items": {"type": "object", "properties": {"input": _TEXT, "sha256": _TEXT}},
    },
    "warnings": {"type": "array", "items": _TEXT},
}
ASSET: dict[str, Schema] = {
    "id": {"type": "string", "description": "SHA-256 of the file, in hex."},
    "object": {"const": "asset"},
    "name": _TEXT,
    "size_bytes": _COUNT,
    "committed_bytes": _COUNT,
    "complete": {"type": "boolean"},
    "created_at": _COUNT,
    "expires_at": _COUNT,
}
ERROR: dict[str, Schema] = {
    "message": {"type": "string", "description": "A sentence for a person."},
    "type": {"enum": ["invalid_request_error", "server_error"]},
    "code": {"type": "string", "description": "The reason, as in mimo.v1's ErrorInfo."},
    "param": {"type": "null"},
}
# What the answer to each kind of request holds, and how it is said.
_PLAIN: Schema = {"type": "object"}
_ANSWERS: dict[str, tuple[str, Schema]] = {
    "Health": ("Whether the server takes work; 503 where it is ending.", _PLAIN),
    "OpenApi": ("This document.", _PLAIN),
    "ListModels": ("The model that runs here.", _PLAIN),
    "CreateVideo": (
        "Ask for a video, or a preparation by task. The header Idempotency-Key makes it once.",
        VIDEO,
    ),
    "ListVideos": ("Your videos, the newest first; limit, after, status.", _PLAIN),
    "GetVideo": ("A video as it is now.", VIDEO),
    "DeleteVideo": ("Remove a video; with assets=true its inputs too.", _PLAIN),
    "CancelVideo": ("End a video that waits or is made.", VIDEO),
    "GetContent": ("The video, a ZIP of PNG pictures, or a preview; Range gives parts.", _FILE),
    "CreateAsset": ("Keep the body as a file; name.", ASSET),
    "ListAssets": ("Your files, the newest first.", _PLAIN),
    "PutAsset": ("Send a file, or its rest: size, offset (as committed_bytes says), name.", ASSET),
    "GetAsset": ("What there is of a file.", ASSET),
    "DeleteAsset": ("Remove a file.", _PLAIN),
}


def document(paths: list[tuple[str, str, str]]) -> Schema:
    """The document; of each request its method, path and name as the logs call it."""
    described: dict[str, Schema] = {}
    for method, path, name in paths:
        described.setdefault(path, {})[method.lower()] = _operation(path, name.rpartition(".")[2])
    return {
        "openapi": "3.1.0",
        "info": {"title": "MIMO Runtime", "version": __version__},
        "paths": described,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                name: {"type": "object", "properties": properties}
                for name, properties in (("Video", VIDEO), ("Asset", ASSET), ("Error", ERROR))
            },
        },
        "security": [{"token": []}],
    }


def _operation(path: str, name: str) -> Schema:
    summary, answer = _ANSWERS[name]
    operation: Schema = {
        "operationId": name,
        "summary": summary,
        "responses": {
            "200": {"description": summary, "content": _content(answer)},
            "default": {"description": "Why not.", "content": _content(ERROR)},
        },
    }
    if name in ("Health", "OpenApi"):
        operation["security"] = []
    if variable := path.partition("{")[2].partition("}")[0]:
        operation["parameters"] = [
            {"name": variable, "in": "path", "required": True, "schema": _TEXT}
        ]
    if name == "CreateVideo":
        operation["requestBody"] = _form()
    elif name in ("CreateAsset", "PutAsset"):
        content = {"application/octet-stream": {"schema": _FILE}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _content(answer: Schema) -> Schema:
    if answer is _FILE:
        return {each: {"schema": _FILE} for each in ("video/mp4", "application/zip", "image/png")}
    references = ((VIDEO, "Video"), (ASSET, "Asset"))
    name = next((name for each, name in references if answer is each), None)
    schema = {"$ref": f"#/components/schemas/{name}"} if name else _PLAIN
    if answer is ERROR:
        error = {"$ref": "#/components/schemas/Error"}
        schema = {"type": "object", "properties": {"error": error}}
    return {"application/json": {"schema": schema}}


def _form() -> Schema:
    """The body that asks for a video: files, or the SHA-256 of assets in their stead."""
    settings = {name: _NUMBERS.get(name, _TEXT) for name in SETTINGS}
    others = {
        "model": _TEXT,
        "prompt": {"type": "string", "description": "Makes no difference."},
        "priority": {"type": "integer", "minimum": -100, "maximum": 100},
        "output": {"enum": [each.value for each in OutputKind]},
        "task": {"enum": [each.value for each in JobTask]},
        PREPARED: {
            "type": "string",
            "description": "Ids of jobs, with commas, whose templates and characters are taken.",
        },
        "camera": {"type": "string", "description": "Of a motion file, as of 'mimo motion'."},
        "size": {"type": "string", "description": "WIDTHxHEIGHT of a motion file's frames."},
        "fps": {"type": "integer", "description": "Rate of a motion file's frames."},
    }
    files = dict.fromkeys(FILES, _FILE) | {TEMPLATE: {"type": "array", "items": _FILE}}
    named = {name: {"type": "string", "description": "SHA-256 of an asset."} for name in FILES}

    def schema(inputs: dict[str, Schema]) -> Schema:
        return {"schema": {"type": "object", "properties": {**inputs, **settings, **others}}}

    return {
        "required": True,
        "content": {"multipart/form-data": schema(files), "application/json": schema(named)},
    }
