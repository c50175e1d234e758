/** What the chart is sorted by. */

import { ORDERS, order, sortChart } from "../../store/charts.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { laterWords } from "../../words/index.ts";

export function Orders() {
  const { sort, order: names } = laterWords().charts;
  return (
    <div class="charts-orders">
      <Segmented
        label={sort}
        value={order.value}
        options={ORDERS.map((one) => ({ value: one, label: names[one] }))}
        onChange={sortChart}
      />
    </div>
  );
}
