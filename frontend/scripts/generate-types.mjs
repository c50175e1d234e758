// Writes the types of src/generated from the server's own schemas.
//
//   node scripts/generate-types.mjs [SCHEMA.json EVENTS_SCHEMA.json] [--check]
//
// The files are what the server answers at /api/schema.json and /api/events.schema.json; without them the server's
// code is asked, in the project's own environment (../.venv). With --check nothing is written: the exit code says
// whether the committed types are those of the schemas.

import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compile } from "json-schema-to-typescript";

const GENERATED = new URL("../src/generated/", import.meta.url);
const SERVER = fileURLToPath(new URL("../..", import.meta.url));
const MESSAGES = ["ServerMessage", "ClientMessage", "Event", "CloseCode"];
// Each kind of streams has messages and events of its own.
const STREAMS = ["Playlist", "Charts"];
const OPTIONS = {
  additionalProperties: false,
  bannerComment: "",
  format: true,
  unreachableDefinitions: true,
  maxItems: -1, // a list of at most 20 would be written as 21 tuples
};

const { values: option, positionals: given } = parseArgs({
  options: { check: { type: "boolean", default: false } },
  allowPositionals: true,
});
if (given.length !== 0 && given.length !== 2) {
  console.error("Usage: node scripts/generate-types.mjs [SCHEMA.json EVENTS_SCHEMA.json] [--check]");
  process.exit(2);
}
const [schema, events] = given.length ? await Promise.all(given.map(read)) : await schemasOfCode();

const written = {
  "api.ts": await apiTypes(schema),
  "events.ts": await eventTypes(events),
};
let differing = 0;
for (const [name, text] of Object.entries(written)) {
  const file = new URL(name, GENERATED);
  if (!option.check) await writeFile(file, text);
  else if ((await readFile(file, "utf8").catch(() => "")) !== text) {
    differing += 1;
    console.error(`src/generated/${name} is not what the server's schemas say: npm run types`);
  }
}
process.exit(differing ? 1 : 0);

async function read(file) {
  return JSON.parse(await readFile(file, "utf8"));
}

/** As a server of this code would answer them, without local settings. */
async function schemasOfCode() {
  const folder = await mkdtemp(join(tmpdir(), "tutti-schemas-"));
  try {
    const command = [join(SERVER, "backend", "manage.py"), "write_schemas", folder];
    const environment = { PATH: process.env.PATH, ENV_FILE: devNull, DATA_DIR: folder };
    execFileSync(join(SERVER, ".venv", "bin", "python"), command, { env: environment, stdio: "inherit" });
    return await Promise.all(["schema.json", "events.schema.json"].map((name) => read(join(folder, name))));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function apiTypes(swagger) {
  const definitions = nullable(swagger.definitions);
  return typescript("the bodies of the API", "ApiBodies", {
    ...union(Object.keys(definitions)),
    $defs: definitions,
  });
}

async function eventTypes(schema) {
  return typescript("what goes over the socket", "Messages", {
    ...union([...MESSAGES, ...STREAMS.flatMap((stream) => [`${stream}Message`, `${stream}Event`])]),
    $defs: schema.$defs,
  });
}

/** A root that names each definition, so that each becomes an exported type. */
function union(names) {
  return { oneOf: names.map((name) => ({ $ref: `#/$defs/${name}` })) };
}

/** Swagger 2 knows no null: what may be null is marked `x-nullable`. */
function nullable(value) {
  if (Array.isArray(value)) return value.map(nullable);
  if (value === null || typeof value !== "object") return value;
  // The titles of single fields would become types of their own.
  const { "x-nullable": isNullable, $ref, title, ...rest } = value;
  if (typeof title === "object") rest.title = title; // a property of that name
  const inner = Object.fromEntries(Object.entries(rest).map(([key, one]) => [key, nullable(one)]));
  if ($ref) inner.$ref = $ref.replace("#/definitions/", "#/$defs/");
  return isNullable ? { anyOf: [inner, { type: "null" }] } : inner;
}

async function typescript(subject, name, schema) {
  const text = await compile(schema, name, OPTIONS);
  return `// Made from the server's schemas (npm run types): ${subject}. Not to be edited.\n\n${text}`;
}
