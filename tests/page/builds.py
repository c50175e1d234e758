"""Pages of a test's own: lines of text, built with the project's own build, and newer ones of any page."""

import base64
import hashlib
import re
import shutil
from pathlib import Path

from tests.node import FRONTEND, node

OURS = ["scripts", "package.json", "vite.config.ts", "tsconfig.json"]
OUR_SOURCES = ["service_worker.ts", "service_worker_client.ts"]
INDEX = """<!doctype html>
<html lang="en"><head><title>Tiny</title><script type="module" src="/src/main.ts"></script></head>
<body><h1></h1></body></html>
"""
MAIN = """
import "./style.css";
import { keepPageForLater } from "./service_worker_client.ts";

document.querySelector("h1").textContent = "page 1";
globalThis.late = async () => (await import("./late.ts")).late;
keepPageForLater((reload) => { globalThis.offered = reload; });
"""
FILE_OF_WORKER = re.compile(r"(address:.([\w./-]+).,integrity:.)sha256-[\w+/=]+")


def copy_build(folder: Path) -> None:
    """The project's own build, with folders for what it is to build."""
    (folder / "src").mkdir(parents=True)
    for name in OURS:
        copy = shutil.copytree if (FRONTEND / name).is_dir() else shutil.copy
        copy(FRONTEND / name, folder / name)
    (folder / "node_modules").symlink_to(FRONTEND / "node_modules")


def build_page(folder: Path) -> Path:
    """Page 1, in a folder of its own below this one."""
    sources, out = folder / "sources", folder / "page-1"
    copy_build(sources)
    for name in OUR_SOURCES:
        shutil.copy(FRONTEND / "src" / name, sources / "src" / name)
    (sources / "index.html").write_text(INDEX)
    (sources / "src" / "style.css").write_text("h1 { color: teal }")
    (sources / "src" / "late.ts").write_text('export const late = "late 1";')
    (sources / "src" / "main.ts").write_text(MAIN)
    done = node("scripts/build.mjs", "--out", out, folder=sources)
    assert done.returncode == 0, done.stderr
    return out


def changed_page(page: Path, out: Path, changes: dict[str, str]) -> Path:
    """What a build of changed sources gives: other texts, and by them another name of each asset."""
    shutil.copytree(page, out, ignore=shutil.ignore_patterns("*.gz", "*.br", ".vite"))
    assets = [*(out / "assets").iterdir()]
    names = {path.name: f"{path.stem[:-8]}{_digest(path, out.name)}{path.suffix}" for path in assets}
    worker = out / "service-worker.js"
    for path in [*assets, out / "index.html", worker]:
        text = path.read_text()
        for old, new in {**names, **changes}.items():
            text = text.replace(old, new)
        path.write_text(text)
        path.rename(path.with_name(names.get(path.name, path.name)))
    text = re.sub(
        r"(?<=name:.)[0-9a-f]{12}", hashlib.sha256(out.name.encode()).hexdigest()[:12], worker.read_text()
    )
    worker.write_text(FILE_OF_WORKER.sub(lambda found: f"{found[1]}{_integrity(out, found[2])}", text))
    return out


def _digest(path: Path, page: str) -> str:
    return hashlib.sha256(f"{page}/{path.name}".encode()).hexdigest()[:8]


def _integrity(page: Path, address: str) -> str:
    file = page / (address.removeprefix("/page/") if address != "/" else "index.html")
    return f"sha256-{base64.b64encode(hashlib.sha256(file.read_bytes()).digest()).decode()}"


def put(page: Path, place: Path) -> None:
    """What a server gives after its next start."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(page, place)
