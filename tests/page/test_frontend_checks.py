"""The frontend's own checks: its types are the server's, its arrows hold, it is as light as it has to be."""

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.node import FRONTEND, Done, node
from tests.page.builds import copy_build
from tests.preloaded import run_program
from tests.processes import BACKEND


@pytest.fixture(autouse=True)
def tools(built_page: Path) -> None:
    """With the page come the packages that it is worked on with."""


# --- Types -------------------------------------------------------------------------------------------


def test_the_generated_types_are_those_of_the_servers_schemas_and_others_are_reported(tmp_path: Path):
    command = [sys.executable, "manage.py", "write_schemas", str(tmp_path)]
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "DATA_DIR": str(tmp_path / "data")}
    assert run_program(command, cwd=BACKEND, env=environment).returncode == 0
    check = [
        "scripts/generate-types.mjs",
        tmp_path / "schema.json",
        tmp_path / "events.schema.json",
        "--check",
    ]
    done = node(*check)
    assert done.returncode == 0, f"{done.stderr}\nType: make page-types"

    schema = json.loads((tmp_path / "schema.json").read_text())
    schema["definitions"]["Item"]["properties"]["colour"] = {"type": "string"}
    (tmp_path / "schema.json").write_text(json.dumps(schema))

    done = node(*check)

    assert done.returncode == 1
    assert "src/generated/api.ts is not what the server's schemas say: npm run types" in done.stderr
    assert "events.ts" not in done.stderr


# --- Arrows ------------------------------------------------------------------------------------------


WRONG_ARROWS = [
    ("features/queue/1.tsx", 'import { x } from "../library/library.tsx";', "never import each other"),
    ("features/queue/2.tsx", 'import "../library/library.css";', "never import each other"),
    ("features/queue/3.tsx", 'const x = import("../library/library.tsx");', "never import each other"),
    ("features/queue/4.tsx", 'import { act } from "../../sync/index.ts";', "features may not import"),
    ("features/queue/5.tsx", 'import { uqr } from "uqr";', "may not import the package uqr"),
    ("sync/1.ts", 'import { get } from "../api/http.ts";', "sync may not import api/http.ts"),
    ("sync/2.ts", 'import { signal } from "@preact/signals";', "may not import the package @preact"),
    ("sync/3.ts", 'export { messages } from "../locales/index.ts";', "sync may not import locales/index.ts"),
    ("ui/1.tsx", 'import type { Room } from "../store/room.ts";', "ui may not import store/room.ts"),
    ("ui/2.tsx", 'import { messages } from "../locales/index.ts";', "ui may not import locales/index.ts"),
    ("store/1.ts", 'import { open } from "../sync/outbox.ts";', "inside of sync"),
    ("store/2.ts", 'import { start } from "../main.tsx";', "nothing imports main.tsx"),
    ("store/3.ts", 'import {\n  one,\n  two,\n} from "../ui/icon.tsx";', "store may not import ui"),
    ("api/1.ts", 'import x from "../../../backend/x.ts";', "outside of src"),
    ("charts/1.ts", 'import { x } from "../sync/index.ts";', "charts is no part that is known"),
]
RIGHT_ARROWS = [
    ("features/queue/1.tsx", 'import type { Item } from "../../sync/index.ts";'),
    ("features/queue/2.tsx", 'import { type A, type B } from "../../generated/api.ts";'),
    ("features/queue/3.tsx", 'import { x } from "./row.tsx";\nimport "./queue.css";'),
    ("features/queue/4.test.tsx", 'import { test } from "vitest";'),
    ("store/1.ts", 'import { open } from "../sync/index.ts";'),
    ("main.tsx", 'import { App } from "./features/queue/queue.tsx";'),
]


def check_arrows(folder: Path, lines: Iterable[tuple[str, str]]) -> Done:
    for file, line in lines:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(f"{line}\n")
    return node("scripts/check-arrows.mjs", folder)


def test_imports_in_the_wrong_direction_are_reported(tmp_path: Path):
    """Those of the page itself: `page: types, lint` of the complete run."""
    wrong = check_arrows(tmp_path / "wrong", ((file, line) for file, line, _ in WRONG_ARROWS))
    right = check_arrows(tmp_path / "right", RIGHT_ARROWS)

    assert (wrong.returncode, right.returncode) == (1, 0), right.stderr
    reported = wrong.stderr.splitlines()
    assert len(reported) == len(WRONG_ARROWS)
    for file, _, complaint in WRONG_ARROWS:
        [line] = [one for one in reported if one.startswith(f"src/{file}: ")]
        assert complaint in line


# --- Weight of what a start fetches ------------------------------------------------------------------

MOST_MEGABYTES, MAX_NAMED = 45, 12


def test_a_first_start_downloads_few_packages_of_limited_size(built_page: Path):
    """Of what is installed here that which is not for contributors alone; platforms differ in binaries."""
    lock = json.loads((FRONTEND / "package-lock.json").read_text())["packages"]
    fetched = [name for name, package in lock.items() if name and not package.get("dev")]
    folders = [FRONTEND / name for name in fetched if (FRONTEND / name).is_dir()]

    sizes = {path: path.stat().st_blocks * 512 for one in folders for path in one.rglob("*")}

    assert 1_000_000 < sum(sizes.values()) < MOST_MEGABYTES * 1024**2
    assert len(lock[""]["dependencies"]) <= MAX_NAMED


# --- Weight ------------------------------------------------------------------------------------------


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A frontend with the project's build and nothing but an entry and a language."""
    copy_build(tmp_path)
    (tmp_path / "src" / "locales").mkdir()
    (tmp_path / "src" / "service_worker.ts").write_text("console.log(__BUILT_PAGE__);")
    (tmp_path / "src" / "later.ts").write_text(f"export const later = {noise(70_000)};")
    (tmp_path / "src" / "locales" / "en.ts").write_text("export const messages = 1;")
    (tmp_path / "src" / "main.ts").write_text(
        'document.title = "x"; import("./locales/en.ts").then(({ messages }) => console.log(messages));\n'
        'globalThis.later = () => import("./later.ts").then(({ later }) => later);'
    )
    (tmp_path / "index.html").write_text('<script type="module" src="/src/main.ts"></script>')
    return tmp_path


def noise(length: int) -> str:
    """A text of so many characters that can't be made smaller by much, as code."""
    return json.dumps(os.urandom(length // 2).hex())


BUDGET_OF = """
import("./scripts/budget.mjs")
    .then(async ({ budgetOf }) => console.log(JSON.stringify(await budgetOf(process.argv[1]))));
"""


def budget_of(folder: Path, **sizes: int) -> dict[str, Any]:
    """Of a built page whose files have these sizes and can't be made smaller."""
    for name, size in sizes.items():
        (folder / name).write_bytes(os.urandom(size))
    later = {"src/later.ts": {"file": "later"}, "src/locales/en.ts": {"file": "words"}}
    entry = {"file": "index", "dynamicImports": [*later]}
    manifest = {"index.html": entry, "style.css": {"file": "style.css"}, **later}
    (folder / ".vite").mkdir(exist_ok=True)
    (folder / ".vite" / "manifest.json").write_text(json.dumps(manifest))
    budget: dict[str, Any] = json.loads(node("-e", BUDGET_OF, folder).stdout)
    return budget


def test_a_first_load_over_its_budget_is_reported_without_lazy_chunks(tmp_path: Path):
    light = {"index": 30_000, "words": 20_000, "later": 70_000, "style.css": 14_000}
    kept = budget_of(tmp_path, **light)
    assert (kept["isKept"], kept["table"].count(": kept")) == (True, 2)
    assert "later" not in kept["table"]
    for heavier in ({"index": 50_000}, {"words": 40_000}, {"style.css": 16_000}):
        over = budget_of(tmp_path, **light | heavier)
        assert (over["isKept"], over["table"].count(": OVER")) == (False, 1), heavier


# The proof of every run: the test above, and `page: weight` for the page's own build.
@pytest.mark.long
def test_a_build_over_its_budget_fails_the_check_and_not_the_start(tiny: Path):
    done = node("scripts/build.mjs", "--check", folder=tiny)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": kept") == 2
    assert "assets/later" not in done.stdout
    assert "assets/en-" in done.stdout
    assert "assets/index-" in done.stdout

    with (tiny / "src" / "words" / "en.ts").open("a") as source:
        source.write(f"\nconsole.log({noise(130_000)});")
    styles = "".join(f".c{os.urandom(12).hex()} {{ color: red }}\n" for _ in range(2000))
    (tiny / "src" / "style.css").write_text(styles)
    main = tiny / "src" / "main.ts"
    main.write_text('import "./style.css";\n' + main.read_text())

    done = node("scripts/build.mjs", "--check", folder=tiny)

    assert done.returncode == 1
    over = [line for line in done.stdout.splitlines() if "OVER" in line]
    assert len(over) == 2
    assert "JavaScript" in over[0]
    assert "CSS" in over[1]
    assert node("scripts/build.mjs", folder=tiny).returncode == 0
