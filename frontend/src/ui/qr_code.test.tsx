import { render } from "preact";
import { encode } from "uqr";
import { expect, test } from "vitest";
import { QrCode } from "./qr_code.tsx";

const LINK = "http://192.168.1.5:4000/r/kitchen-party";
const QUIET_MODULES = 4;

test("a code is exactly the modules of its text, black on white, inside of a quiet zone", () => {
  const place = document.createElement("div");
  render(<QrCode text={LINK} label="QR code" />, place);
  const code = encode(LINK, { ecc: "M", border: 0 });
  const size = code.size + 2 * QUIET_MODULES;
  const drawn = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  const [white, black] = [...place.querySelectorAll("path")].map((path) => ({
    fill: path.getAttribute("fill"),
    d: path.getAttribute("d") ?? "",
  }));
  for (const [, x, y, length] of black?.d.matchAll(/M(\d+) (\d+)h(\d+)/g) ?? [])
    drawn[Number(y)]?.fill(true, Number(x), Number(x) + Number(length));

  const inner = drawn.slice(QUIET_MODULES, -QUIET_MODULES);
  expect(inner.map((row) => row.slice(QUIET_MODULES, -QUIET_MODULES))).toEqual(code.data);
  expect(drawn.flat().filter(Boolean)).toHaveLength(code.data.flat().filter(Boolean).length);
  expect(place.querySelector("svg")?.getAttribute("viewBox")).toBe(`0 0 ${size} ${size}`);
  expect(white).toEqual({ fill: "#fff", d: `M0 0h${size}v${size}H0z` });
  expect(black?.fill).toBe("#000");
  render(null, place);
});
