"""What is valid: requests of every endpoint that /api/schema.json names, and every message of a client."""

import json
import random
import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.contract.swagger import Document, Operation
from tests.invariants.rooms import RoomClient
from tests.malformed.frames import handshake
from tests.malformed.requests import NO_BODY, Headers, Request

ITEMS = 6
MAIN = "main"
# A poll that waits is held back on purpose; here nothing is to be waited for.
WAIT = "0.01"
# Here a request may end its session or account, also by an unintended method. Staff is needed again.
OF_ACCOUNTS = ("/api/auth/", "/api/users/")
# Where they make a difference: fields of which at most one may be given.
PLACES = {"position", "after", "before"}


@dataclass(slots=True)
class World:
    """Things that exist, so that a valid request about them is answered with 2xx, until one deletes them."""

    room: str
    doomed_room: str
    # By the room's slug: items that wait there, and one that was removed.
    items: dict[str, list[int]]
    removed: dict[str, int]
    tracks: list[int]
    own_track: int
    # Of staff.
    user_id: int
    # How the room began.
    start: Any
    # Identities: staff, a guest by header, a guest by cookie, none.
    people: list[Headers] = field(default_factory=list)

    @classmethod
    def made_by(cls, staff: httpx.Client, guest: dict[str, Any]) -> "World":
        # Those of the last world may be free again, and meant by what is still under way.
        slugs = [f"fuzzed-{secrets.token_hex(6)}" for _ in range(2)]
        made = [_made(staff, "/api/rooms/", name="Fuzzed", slug=slug)["slug"] for slug in slugs]
        tracks = [track["id"] for track in staff.get("/api/tracks/", params={"limit": 30}).json()]
        own_track = _made(staff, "/api/tracks/", title="Ada's song", artist="Bo")["id"]
        items, removed = {}, {}
        for room in (MAIN, made[0]):
            items[room] = _filled(staff, room, [own_track, *tracks])
            removed[room] = items[room].pop(0)
            staff.delete(f"/api/rooms/{room}/playlist/{removed[room]}/")
        start = RoomClient(staff, made[0]).fetch()
        token = guest["token"].encode()
        session = f"sessionid={staff.cookies['sessionid']}".encode()
        people: list[Headers] = [
            *([(b"Cookie", session)], [(b"X-Guest-Token", token)], [(b"Cookie", b"tutti_guest=" + token)], [])
        ]
        user_id = staff.get("/api/users/me/").json()["id"]
        return cls(made[0], made[1], items, removed, tracks, own_track, user_id, start, people)


def _filled(http: httpx.Client, room: str, tracks: list[int]) -> list[int]:
    """The ids of the room's items, with as many of these tracks added as it takes."""
    path = f"/api/rooms/{room}/playlist/"
    ids = [item["id"] for item in http.get(path).json()]
    for track in tracks:
        if len(ids) > ITEMS:
            break
        added = http.post(path, json={"track_id": track})
        ids += [added.json()["id"]] if added.status_code == 201 else []
    return ids[: ITEMS + 1]


def _made(http: httpx.Client, path: str, **fields: Any) -> dict[str, Any]:
    response = http.post(path, json=fields)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


class ValidRequests:
    """Every operation of the schema, filled in so that it means something in a world."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._definitions = schema["definitions"]
        self.operations = list(Document(schema).operations())
        assert len(self.operations) > 40, "the schema names too little"

    def of(self, operation: Operation, world: World, chance: random.Random) -> Request:
        path, query, headers, value = operation.path, [], _usual_headers(world, operation, chance), NO_BODY
        for parameter in operation.schema.get("parameters", []):
            name, place = parameter["name"], parameter["in"]
            if place == "path":
                path = path.replace(f"{{{name}}}", self._named(name, operation, world, chance))
            elif place == "query" and chance.random() < 0.5:
                query.append(f"{name}={self._text(parameter, world, chance)}")
            elif place == "header":
                headers.append((name.encode(), _header(name, world, chance).encode()))
            elif place == "body":
                value = self._body(parameter["schema"], operation, world, chance)
                headers.append((b"Content-Type", b"application/json"))
        return Request(
            operation.method.upper().encode(), path.encode(), "&".join(query).encode(), headers, value
        )

    def _named(self, name: str, operation: Operation, world: World, chance: random.Random) -> str:
        if name == "slug":
            is_end = operation.path.endswith("{slug}/") and operation.method == "delete"
            return world.doomed_room if is_end else world.room
        if name == "track_id":
            return str(world.own_track)
        if name == "user_id":
            return str(world.user_id)
        room = _room_of(operation, world)
        return str(world.removed[room] if "restore" in operation.path else chance.choice(world.items[room]))

    def _text(self, parameter: dict[str, Any], world: World, chance: random.Random) -> str:
        known = {"epoch": world.start.epoch, "since": "0", "wait": WAIT, "search": "ada", "genre": "rock"}
        if parameter["name"] in known:
            return known[parameter["name"]]
        return str(chance.choice(parameter.get("enum") or [1, 2, 5]))

    def _body(
        self, schema: dict[str, Any], operation: Operation, world: World, chance: random.Random
    ) -> dict[str, Any]:
        reported = self._definitions[schema["$ref"].rsplit("/", 1)[1]]
        required = reported.get("required", [])
        chosen = [name for name in reported["properties"] if name in required or chance.random() < 0.5]
        place = chance.choice(sorted(PLACES))
        chosen = [name for name in chosen if name not in PLACES or name == place]
        items = world.items[_room_of(operation, world)]
        body = {
            name: self._field(name, reported["properties"][name], items, world, chance) for name in chosen
        }
        return body or dict(reported["example"])

    def _field(
        self, name: str, reported: dict[str, Any], items: list[int], world: World, chance: random.Random
    ) -> Any:
        known: dict[str, Any] = {
            **{"track_id": chance.choice(world.tracks), "track": chance.choice(world.tracks)},
            **{"after": chance.choice(items), "before": chance.choice(items)},
            **{"position": chance.uniform(-9, 9), "slug": f"fuzz-{chance.getrandbits(40):x}"},
            **{"isrc": f"GBUM7{chance.randrange(10**7):07}", "cover_url": "https://covers.example/1.png"},
        }
        if name in known:
            return known[name]
        if "enum" in reported:
            return chance.choice(reported["enum"])
        if "$ref" in reported:
            reported = self._definitions[reported["$ref"].rsplit("/", 1)[1]]
        if reported["type"] == "array":
            return [self._field(name, reported["items"], items, world, chance)]
        if reported["type"] == "object":
            return {
                inner: self._field(inner, of_it, items, world, chance)
                for inner, of_it in reported.get("properties", {}).items()
            }
        plain: dict[str, Any] = {"integer": 1, "boolean": True, "string": "Ada", "number": 1.5}
        return plain[reported["type"]]


def _room_of(operation: Operation, world: World) -> str:
    return world.room if "{slug}" in operation.path else MAIN


def _usual_headers(world: World, operation: Operation, chance: random.Random) -> Headers:
    needs_staff = "/tracks/" in operation.path or operation.path == "/api/rooms/{slug}/"
    who = world.people[0] if needs_staff and chance.random() < 0.9 else chance.choice(world.people)
    if operation.path.startswith(OF_ACCOUNTS):
        who = chance.choice(world.people[1:])
    agent = (b"User-Agent", b"fuzz/%d" % chance.randrange(40))
    return [(b"Host", b"localhost"), agent, (b"Accept", b"application/json"), *who]


def _header(name: str, world: World, chance: random.Random) -> str:
    if name == "Idempotency-Key":
        return f"fuzz-{chance.getrandbits(64):x}"
    known = {"If-None-Match": '"a"', "Last-Event-ID": f"{world.start.epoch}:0"}
    return (known | {"Range": "bytes=2-5", "If-Range": '"a"'})[name]


# --- Sockets -----------------------------------------------------------------------------------------


def socket_request(world: World, chance: random.Random) -> Request:
    path = chance.choice((b"/ws/playlist/", f"/ws/playlist/{world.room}/".encode()))
    query = f"epoch={world.start.epoch}&since=0".encode() if chance.random() < 0.3 else b""
    headers = [(b"Host", b"localhost"), *chance.choice(world.people[1:])]
    return handshake(Request(b"GET", path, query, headers))


def client_messages(world: World, chance: random.Random) -> list[dict[str, Any]]:
    """One of each type."""
    token = dict(world.people[1])[b"X-Guest-Token"].decode()
    return [
        {"type": "ping", "ts": chance.choice([None, 1, "a", {"at": [1]}])},
        {"type": "resume", "epoch": world.start.epoch, "since": chance.randrange(9)},
        {"type": "snapshot"},
        {"type": "identify", "guest_token": token},
        {"type": "people"},
        {"type": "speaker.join", "name": "Kitchen", "kind": "other"},
        {"type": "speaker.report", "item_id": chance.randrange(9), "position_ms": 0, "state": "ended"},
        {"type": "speaker.leave"},
    ]


def types_of_client_messages(events_schema: dict[str, Any]) -> set[str]:
    """As /api/events.schema.json names them."""
    definitions = events_schema["$defs"]
    named = json.dumps(definitions["ClientMessage"])
    return {
        reported["properties"]["type"]["enum"][0]
        for name, reported in definitions.items()
        if f'"#/$defs/{name}"' in named
    }
