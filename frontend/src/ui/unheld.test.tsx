import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { signal } from "@preact/signals";
import { type FunctionComponent, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { memo } from "./memo.ts";
import { unheld } from "./unheld.ts";

interface Row {
  id: number;
  votes: number;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const rows = signal<readonly Row[]>([]);
const place = document.createElement("main");

function Votes({ row }: { row: Row }) {
  return <b>{row.votes}</b>;
}

const DrawnRow = memo(Votes);

function List() {
  return (
    <ul>
      {rows.value.map((row) => (
        <li key={row.id}>
          <DrawnRow row={row} />
        </li>
      ))}
    </ul>
  );
}

/** Elements of rows that came and went while others got votes. */
async function goneFrom(Drawn: FunctionComponent): Promise<WeakRef<Element>[]> {
  const stay = [1, 2].map((id) => ({ id, votes: 0 }));
  const show = (passing: readonly Row[]) =>
    act(() => {
      rows.value = [...stay, ...passing];
    });
  rows.value = stay;
  render(
    <section>
      <Drawn />
    </section>,
    place,
  );
  const gone: WeakRef<Element>[] = [];
  for (let id = 10; id < 22; id += 1) {
    const passing = [{ id, votes: 0 }];
    await show(passing);
    gone.push(new WeakRef(place.querySelector("li:last-child") as Element));
    for (const [place, row] of stay.entries()) {
      stay[place] = { ...row, votes: row.votes + 1 };
      await show(passing);
    }
    await show([]);
  }
  return gone;
}

async function kept(gone: readonly WeakRef<Element>[]): Promise<number> {
  // What was just looked at lives until the turn ends.
  await new Promise((resolve) => setTimeout(resolve));
  collect();
  return gone.filter((element) => element.deref()).length;
}

describe("a list that draws itself anew, with rows that don't", () => {
  afterEach(() => render(null, place));

  it("keeps the elements of all rows that have gone", async () => {
    expect(await kept(await goneFrom(List))).toBeGreaterThan(6);
  });

  it("keeps none but of the last drawings where it is unheld", async () => {
    expect(await kept(await goneFrom(unheld(List)))).toBeLessThan(3);
  });
});
