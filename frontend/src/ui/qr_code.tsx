/** A QR code, crisp at any size: black on white with its quiet zone, in the dark too, as cameras expect it. */

import { encode } from "uqr";
import "./qr_code.css";

interface Props {
  text: string;
  label: string;
}

// The margin that the standard requires.
const QUIET_MODULES = 4;

export function QrCode({ text, label }: Props) {
  const { data, size } = encode(text, { ecc: "M", border: QUIET_MODULES });
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <path fill="#fff" d={`M0 0h${size}v${size}H0z`} />
      <path fill="#000" d={pathOf(data)} />
    </svg>
  );
}

/** One rectangle for each run of black modules. */
export function pathOf(rows: readonly (readonly boolean[])[]): string {
  let path = "";
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      const start = x;
      while (row[x + 1]) x += 1;
      const length = x + 1 - start;
      path += `M${start} ${y}h${length}v1h-${length}z`;
    }
  });
  return path;
}
