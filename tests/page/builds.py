"""Pages of a test's own, built with the project's own build: lines of text, or the real page made newer."""

import shutil
from pathlib import Path

from tests.page.node import FRONTEND, node

OURS = ["scripts", "package.json", "vite.config.ts", "tsconfig.json"]
OUR_SOURCES = ["service_worker.ts", "service_worker_client.ts"]
INDEX = """<!doctype html>
<html lang="en"><head><title>Tiny</title><script type="module" src="/src/main.ts"></script></head>
<body><h1></h1></body></html>
"""
MAIN = """
import "./style.css";
import { keepPageForLater } from "./service_worker_client.ts";

document.querySelector("h1").textContent = "page NUMBER";
globalThis.late = async () => (await import("./late.ts")).late;
keepPageForLater((reload) => { globalThis.offered = reload; });
"""

NEWER_LIBRARY = "Records"


def build_page(folder: Path, number: int) -> Path:
    """The page of this number, in a folder of its own below this one."""
    sources, out = folder / f"sources-{number}", folder / f"page-{number}"
    (sources / "src").mkdir(parents=True)
    for name in OURS:
        copy = shutil.copytree if (FRONTEND / name).is_dir() else shutil.copy
        copy(FRONTEND / name, sources / name)
    for name in OUR_SOURCES:
        shutil.copy(FRONTEND / "src" / name, sources / "src" / name)
    (sources / "node_modules").symlink_to(FRONTEND / "node_modules")
    (sources / "index.html").write_text(INDEX)
    (sources / "src" / "style.css").write_text("h1 { color: teal }")
    (sources / "src" / "late.ts").write_text(f'export const late = "late {number}";')
    (sources / "src" / "main.ts").write_text(MAIN.replace("NUMBER", str(number)))
    (sources / "graphiql").mkdir()
    (sources / "graphiql" / "index.html").write_text("<!doctype html><title>Nothing to ask by</title>")
    done = node("scripts/build.mjs", "--out", out, folder=sources)
    assert done.returncode == 0, done.stderr
    return out


def build_newer_page(folder: Path) -> Path:
    """The real page, but that its library has another name."""
    sources, out = folder / "sources", folder / "newer"
    shutil.copytree(FRONTEND, sources, ignore=shutil.ignore_patterns("node_modules", "dist*"))
    (sources / "node_modules").symlink_to(FRONTEND / "node_modules")
    words = sources / "src" / "words" / "en.ts"
    words.write_text(words.read_text().replace('library: "Library"', f'library: "{NEWER_LIBRARY}"'))
    done = node("scripts/build.mjs", "--out", out, folder=sources)
    assert done.returncode == 0, done.stderr
    return out


def put(page: Path, place: Path) -> None:
    """What a server gives after its next start."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(page, place)
