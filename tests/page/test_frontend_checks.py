"""The frontend's own checks: its types are the server's, its arrows hold, it is as light as it has to be."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.page.node import FRONTEND, node
from tests.processes import PROJECT


@pytest.fixture(autouse=True)
def tools(built_page: Path) -> None:
    """With the page come the packages that it is worked on with."""


# --- Types -------------------------------------------------------------------------------------------


def test_the_generated_types_are_those_of_the_servers_schemas():
    done = node("scripts/generate-types.mjs", "--check")

    assert done.returncode == 0, f"{done.stderr}\nType: make page-types"


def test_types_of_another_schema_are_told(tmp_path: Path):
    command = [str(PROJECT / ".venv/bin/python"), "manage.py", "write_schemas", str(tmp_path)]
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "DATA_DIR": str(tmp_path / "data")}
    subprocess.run(command, cwd=PROJECT / "backend", env=environment, check=True)
    schema = json.loads((tmp_path / "schema.json").read_text())
    schema["definitions"]["Item"]["properties"]["colour"] = {"type": "string"}
    (tmp_path / "schema.json").write_text(json.dumps(schema))

    done = node(
        "scripts/generate-types.mjs", tmp_path / "schema.json", tmp_path / "events.schema.json", "--check"
    )

    assert done.returncode == 1
    assert "src/generated/api.ts is not what the server's schemas say: npm run types" in done.stderr
    assert "events.ts" not in done.stderr


# --- Arrows ------------------------------------------------------------------------------------------


def test_every_import_goes_the_right_way():
    done = node("scripts/check-arrows.mjs")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("file", "line", "complaint"),
    [
        (
            "features/queue/queue.tsx",
            'import { x } from "../library/library.tsx";',
            "never import each other",
        ),
        ("features/queue/queue.tsx", 'import "../library/library.css";', "never import each other"),
        (
            "features/queue/queue.tsx",
            'const x = import("../library/library.tsx");',
            "never import each other",
        ),
        ("features/queue/queue.tsx", 'import { act } from "../../sync/index.ts";', "features may not import"),
        ("features/queue/queue.tsx", 'import { uqr } from "uqr";', "may not import the package uqr"),
        ("sync/outbox.ts", 'import { get } from "../api/http.ts";', "sync may not import api/http.ts"),
        ("sync/outbox.ts", 'import { signal } from "@preact/signals";', "may not import the package @preact"),
        (
            "sync/outbox.ts",
            'export { words } from "../words/index.ts";',
            "sync may not import words/index.ts",
        ),
        ("ui/icon.tsx", 'import type { Room } from "../store/room.ts";', "ui may not import store/room.ts"),
        ("ui/icon.tsx", 'import { words } from "../words/index.ts";', "ui may not import words/index.ts"),
        ("store/room.ts", 'import { open } from "../sync/outbox.ts";', "inside of sync"),
        ("store/room.ts", 'import { start } from "../main.tsx";', "nothing imports main.tsx"),
        ("store/room.ts", 'import {\n  one,\n  two,\n} from "../ui/icon.tsx";', "store may not import ui"),
        ("api/http.ts", 'import x from "../../../backend/x.ts";', "outside of src"),
        ("charts/one.ts", 'import { x } from "../sync/index.ts";', "charts is no part that is known"),
    ],
)
def test_one_that_goes_another_way_is_told(tmp_path: Path, file: str, line: str, complaint: str):
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(f"{line}\n")

    done = node("scripts/check-arrows.mjs", tmp_path)

    assert done.returncode == 1
    assert f"src/{file}: " in done.stderr
    assert complaint in done.stderr


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("features/queue/queue.tsx", 'import type { Item } from "../../sync/index.ts";'),
        ("features/queue/queue.tsx", 'import { type A, type B } from "../../generated/api.ts";'),
        ("features/queue/queue.tsx", 'import { x } from "./row.tsx";\nimport "./queue.css";'),
        ("features/queue/queue.test.tsx", 'import { test } from "vitest";'),
        ("store/room.ts", 'import { open } from "../sync/index.ts";'),
        ("main.tsx", 'import { App } from "./features/queue/queue.tsx";'),
    ],
)
def test_one_that_goes_the_right_way_is_not(tmp_path: Path, file: str, line: str):
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(f"{line}\n")

    assert node("scripts/check-arrows.mjs", tmp_path).returncode == 0


# --- Weight ------------------------------------------------------------------------------------------


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A frontend with the project's build and nothing but an entry and a language."""
    for name in ("scripts", "package.json", "vite.config.ts", "tsconfig.json"):
        copy = shutil.copytree if (FRONTEND / name).is_dir() else shutil.copy
        copy(FRONTEND / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(FRONTEND / "node_modules")
    (tmp_path / "src" / "words").mkdir(parents=True)
    (tmp_path / "src" / "service_worker.ts").write_text("console.log(__BUILT_PAGE__);")
    (tmp_path / "src" / "later.ts").write_text(f"export const later = {noise(70_000)};")
    (tmp_path / "src" / "words" / "en.ts").write_text("export const words = 1;")
    (tmp_path / "src" / "main.ts").write_text(
        'document.title = "x"; import("./words/en.ts").then(({ words }) => console.log(words));\n'
        'globalThis.later = () => import("./later.ts").then(({ later }) => later);'
    )
    (tmp_path / "index.html").write_text('<script type="module" src="/src/main.ts"></script>')
    (tmp_path / "graphiql").mkdir()
    (tmp_path / "graphiql" / "index.html").write_text('<script type="module" src="./main.ts"></script>')
    (tmp_path / "graphiql" / "main.ts").write_text(f"console.log({noise(70_000)});")  # is not the page
    return tmp_path


def noise(length: int) -> str:
    """A text of so many characters that can't be made smaller by much, as code."""
    return json.dumps(os.urandom(length // 2).hex())


def test_the_page_keeps_its_budget(tmp_path: Path):
    done = node("scripts/build.mjs", "--check", "--out", tmp_path)

    assert done.returncode == 0, done.stdout
    assert done.stdout.count(": kept") == 2
    assert "assets/de-" in done.stdout or "assets/en-" in done.stdout, "nothing is shown without words"


def test_what_is_loaded_later_does_not_count(tiny: Path):
    done = node("scripts/build.mjs", "--check", folder=tiny)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "assets/later" not in done.stdout


@pytest.mark.parametrize(
    ("file", "text", "kind"),
    [
        ("src/main.ts", f"\nconsole.log({noise(130_000)});", "JavaScript"),
        ("src/words/en.ts", f"\nconsole.log({noise(130_000)});", "JavaScript"),
        (
            "src/style.css",
            "".join(f".c{os.urandom(12).hex()} {{ color: red }}\n" for _ in range(2000)),
            "CSS",
        ),
    ],
    ids=["code", "words", "styles"],
)
def test_a_page_over_its_budget_fails_its_check_but_no_start(tiny: Path, file: str, text: str, kind: str):
    with (tiny / file).open("a") as source:
        source.write(text)
    if kind == "CSS":
        main = tiny / "src" / "main.ts"
        main.write_text('import "./style.css";\n' + main.read_text())

    done = node("scripts/build.mjs", "--check", folder=tiny)

    assert done.returncode == 1
    assert f"{kind}" in next(line for line in done.stdout.splitlines() if "OVER" in line)
    assert node("scripts/build.mjs", folder=tiny).returncode == 0
