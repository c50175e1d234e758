/** How many columns the window has room for. */

import { computed, signal } from "@preact/signals";

// The widths of app.css; in a low window three columns would have no room for what plays.
const TWO = matchMedia("(min-width: 640px)");
const THREE = matchMedia("(min-width: 900px) and (min-height: 26rem)");

const two = signal(TWO.matches);
const three = signal(THREE.matches);

TWO.addEventListener("change", () => {
  two.value = TWO.matches;
});
THREE.addEventListener("change", () => {
  three.value = THREE.matches;
});

export const columns = computed<1 | 2 | 3>(() => (three.value ? 3 : two.value ? 2 : 1));
