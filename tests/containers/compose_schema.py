"""The part of Compose's file format that our files use. Anything else in them is a mistake."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
DURATION: Schema = {"type": "string", "pattern": r"^(\d+(us|ms|s|m|h))+$"}


def an_object(*, required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def named(schema: Schema) -> Schema:
    return {
        "type": "object",
        "patternProperties": {r"^[a-zA-Z0-9._-]+$": schema},
        "additionalProperties": False,
    }


SERVICE = an_object(
    build=TEXT,
    image={"type": "string", "pattern": r"^[a-z0-9./-]+:[\w.-]+$"},
    command={**TEXTS, "minItems": 1},
    # Texts only: YAML makes 4000, yes and 1e3 something else.
    environment={
        "type": "object",
        "patternProperties": {r"^[A-Z][A-Z0-9_]*$": {"type": "string"}},
        "additionalProperties": False,
    },
    volumes={"type": "array", "items": {"type": "string", "pattern": r"^[^:]+:/[^:]+(:ro)?$"}},
    networks=TEXTS,
    ports={
        "type": "array",
        "items": {"type": "string", "pattern": r"^(127\.0\.0\.1:)?(\d+|\$\{\w+:-\d+\}):\d+$"},
    },
    secrets=TEXTS,
    depends_on=named(
        an_object(
            required=("condition",),
            condition={"enum": ["service_started", "service_healthy", "service_completed_successfully"]},
            restart={"type": "boolean"},
        )
    ),
    healthcheck=an_object(
        required=("test",),
        test={**TEXTS, "minItems": 2},
        interval=DURATION,
        timeout=DURATION,
        start_period=DURATION,
        retries={"type": "integer", "minimum": 1},
    ),
    read_only={"type": "boolean"},
    tmpfs=TEXTS,
    cap_drop=TEXTS,
    cap_add=TEXTS,
    security_opt=TEXTS,
    init={"type": "boolean"},
    stop_grace_period=DURATION,
    restart={"enum": ["no", "always", "on-failure", "unless-stopped"]},
)
COMPOSE_FILE = an_object(
    required=("name", "services"),
    name={"type": "string", "pattern": r"^[a-z0-9][a-z0-9_-]*$"},
    services=named({**SERVICE, "oneOf": [{"required": ["build"]}, {"required": ["image"]}]}),
    networks=named(an_object(internal={"type": "boolean"})),
    volumes=named(an_object()),
    secrets=named(an_object(required=("file",), file=TEXT)),
)
