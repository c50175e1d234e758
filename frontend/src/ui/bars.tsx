/** Named numbers as bars below each other, the longest for the highest. */

import "./chart.css";

export interface Bar {
  name: string;
  value: number;
  /** The number as it is written, and what belongs to it. */
  told: string;
}

/** The length of a whole bar. */
const WHOLE = 100;

export function Bars({ bars }: { bars: readonly Bar[] }) {
  const highest = Math.max(1, ...bars.map(({ value }) => value));
  return (
    <div class="chart-bars">
      {bars.map(({ name, value, told }) => (
        <div class="chart-bar small" key={name}>
          <span class="one-line" dir="auto">
            {name}
          </span>
          <span class="numbers">{told}</span>
          <svg class="chart-line" viewBox={`0 0 ${WHOLE} 1`} preserveAspectRatio="none" aria-hidden="true">
            <rect class="chart-ground" width={WHOLE} height={1} />
            <rect width={(value / highest) * WHOLE} height={1} />
          </svg>
        </div>
      ))}
    </div>
  );
}
