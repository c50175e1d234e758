import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

test("the README shows the example as it is", async () => {
  const [readme, example] = await Promise.all(
    ["README.md", "example.ts"].map((name) => readFile(new URL(name, import.meta.url), "utf8")),
  );
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
});
