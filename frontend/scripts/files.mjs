// The files of a built page.

import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** All files below a folder, by their paths in it, in the same order everywhere; hidden ones are left out. */
export async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      relative(folder, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join("/"),
    )
    .filter((path) => !`/${path}`.includes("/."))
    .sort();
}
