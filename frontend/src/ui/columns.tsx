/** A row of numbers as columns beside each other, such as days or hours. */

import "./chart.css";

interface Props {
  values: readonly number[];
  /** Of each column, for the pointer that rests on it. */
  names: readonly string[];
  /** Below the first, the middle and the last. */
  scale: readonly string[];
  /** How much the highest column is. */
  highest: string;
}

const WHOLE = 100;
const STEP = 10;
const WIDTH = 8;
// A column of little is still one.
const LEAST = 2;

export function Columns({ values, names, scale, highest }: Props) {
  const top = Math.max(1, ...values);
  const heightOf = (value: number) => (value === 0 ? 0 : Math.max(LEAST, (value / top) * WHOLE));
  return (
    <div class="chart-columns small dim numbers">
      <span>{highest}</span>
      <svg
        class="chart-drawing"
        viewBox={`0 0 ${values.length * STEP} ${WHOLE}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {values.map((value, index) => (
          <rect
            key={names[index]}
            x={index * STEP + (STEP - WIDTH) / 2}
            y={WHOLE - heightOf(value)}
            width={WIDTH}
            height={heightOf(value)}
          >
            <title>{names[index]}</title>
          </rect>
        ))}
      </svg>
      <div class="chart-scale">
        {scale.map((mark) => (
          <span key={mark}>{mark}</span>
        ))}
      </div>
    </div>
  );
}
