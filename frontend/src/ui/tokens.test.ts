// @vitest-environment node
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const tokens = readFileSync(new URL("tokens.css", import.meta.url), "utf8");

type Colours = Readonly<Record<string, string>>;

/** The colours of the one rule whose opening matches. */
function coloursOf(opening: RegExp): Colours {
  const [, rule = ""] = new RegExp(`${opening.source}\\s*\\{([^}]*)\\}`).exec(tokens) ?? [];
  return Object.fromEntries(
    [...rule.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
  );
}

const light = coloursOf(/\n:root/);
const dark = coloursOf(/:root\[data-theme="dark"\]/);
const darkBySystem = coloursOf(/:root:not\(\[data-theme="light"\]\)/);

type Channels = readonly [number, number, number];

function channelsOf(hex: string): Channels {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Channels;
}

/** As `color-mix(in srgb, …)` has it: `share` of the one, the rest of the other. */
function mixed(one: Channels, other: Channels, share: number): Channels {
  return one.map((value, at) => value * share + (other[at] ?? 0) * (1 - share)) as unknown as Channels;
}

/** By the formula of WCAG 2. */
function luminance(channels: Channels): number {
  const [red, green, blue] = channels.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as unknown as Channels;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: Channels, other: Channels): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** A name of the tokens, or `"up 12% surface"`: so much of the one over the other. */
function colour(colours: Colours, name: string): Channels {
  const [one = "", share, other] = name.split(" ");
  const found = channelsOf(colours[one] ?? "#");
  return share && other ? mixed(found, colour(colours, other), Number.parseInt(share, 10) / 100) : found;
}

const GROUNDS = ["page", "surface", "raised", "accent-soft"];
const TEXT = 4.5;
const SIGN = 3;

// What is written, or drawn, upon what. Toasts, menus and dialogs are raised; banners are accent-soft.
const PAIRS: [what: string, least: number, on: string[]][] = [
  // Also while a pointer is over it.
  ["text", TEXT, [...GROUNDS, "text 8% surface", "text 8% raised", "text 8% page"]],
  ["dim", TEXT, [...GROUNDS, "text 6% page", "text 8% surface"]],
  ["accent", TEXT, GROUNDS],
  ["on-accent", TEXT, ["accent", "accent 85% text"]],
  ["up", TEXT, [...GROUNDS, "up 12% surface", "up 12% page"]],
  ["down", TEXT, GROUNDS],
  ["danger", TEXT, [...GROUNDS, "text 8% raised"]],
  // Borders of fields, switches, votes not given, handles.
  ["sign", SIGN, GROUNDS],
  // The focus ring is on the background around the control, and at the edge of a pressed one.
  ["accent", SIGN, ["text 8% raised", "accent 12% surface", "accent 12% page"]],
];

const CASES = PAIRS.flatMap(([what, least, on]) =>
  on.flatMap((ground) => [
    { theme: "light", what, ground, least },
    { theme: "dark", what, ground, least },
  ]),
);

describe("the colours", () => {
  it.each(CASES)("$theme: $what on $ground has at least $least : 1", ({ theme, what, ground, least }) => {
    const colours = theme === "light" ? light : dark;
    expect(contrast(colour(colours, what), colour(colours, ground))).toBeGreaterThanOrEqual(least);
  });

  it("of the dark are the same by the system's wish and by the switch", () => {
    expect(dark).not.toEqual({});
    expect(darkBySystem).toEqual(dark);
  });

  it("have the same names in both themes, and all of them are looked at here", () => {
    expect(Object.keys(dark).sort()).toEqual(Object.keys(light).sort());
    // A hairline only parts what is apart already.
    const named = new Set([...PAIRS.map(([what]) => what), ...GROUNDS, "line"]);
    expect(Object.keys(light).filter((name) => !named.has(name))).toEqual([]);
  });

  it("contrast as the formula's own examples do", () => {
    expect(contrast(channelsOf("#ffffff"), channelsOf("#000000"))).toBeCloseTo(21);
    expect(contrast(channelsOf("#777777"), channelsOf("#ffffff"))).toBeCloseTo(4.48, 2);
  });
});
