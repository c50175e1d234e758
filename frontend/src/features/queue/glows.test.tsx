import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, test } from "vitest";
import { glow, useGlow } from "./glows.ts";

const drawn: Record<number, number> = {};

function Row({ id }: { id: number }) {
  drawn[id] = (drawn[id] ?? 0) + 1;
  return <p data-glow={useGlow(id)} />;
}

test("an item that glows is drawn anew, and no other", () => {
  const place = document.createElement("div");
  const glows = () => [...place.children].map((row) => (row as HTMLElement).dataset["glow"]);
  act(() =>
    render(
      <>
        <Row id={1} />
        <Row id={2} />
      </>,
      place,
    ),
  );
  expect(glows()).toEqual([undefined, undefined]);

  act(() => glow(2, "added"));

  expect(glows()).toEqual([undefined, "added"]);
  expect(drawn).toEqual({ 1: 1, 2: 2 });
  act(() => render(null, place));
});
