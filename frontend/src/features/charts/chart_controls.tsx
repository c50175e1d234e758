/** Which chart is shown: the genre or the room, the day or week, and the order. */

import { lazyMessages } from "../../locales/index.ts";
import { mondayOf } from "../../store/chart_query.ts";
import {
  adjacentDay,
  adjacentWeek,
  CHART_ORDERS,
  chartIndex,
  chooseChart,
  chosen,
  dayShown,
  days,
  goToDay,
  goToNewest,
  goToWeek,
  hasRealCharts,
  isNewest,
  isOfRoom,
  order,
  sortChart,
  THIS_ROOM,
  weekShown,
} from "../../store/charts.ts";
import { SegmentedControl } from "../../ui/form_controls.tsx";
import { IconButton } from "../../ui/icon.tsx";
import { genreName, weekName } from "./formats.ts";

export function ChartPicker() {
  const texts = lazyMessages().charts;
  const genres = chartIndex.value?.genres;
  const hasReal = hasRealCharts.value;
  return (
    <fieldset class="charts-choice" aria-label={texts.which}>
      {!genres && <span class="chip" aria-hidden="true" />}
      {genres && !hasReal && <Chip value={THIS_ROOM} label={texts.mostAdded} />}
      {genres?.map(({ name }) => (
        <Chip key={name} value={name} label={genreName(name)} />
      ))}
      {hasReal && <Chip value={THIS_ROOM} label={texts.thisRoom} />}
    </fieldset>
  );
}

/** The chosen chip is scrolled into view, also at the edge of the strip. */
function Chip({ value, label }: { value: string; label: string }) {
  return (
    <button
      type="button"
      class="chip"
      aria-pressed={chosen.value === value}
      onClick={(event) => {
        chooseChart(value);
        event.currentTarget.scrollIntoView({ block: "nearest", inline: "nearest" });
      }}
    >
      {label}
    </button>
  );
}

export function DateNavigation() {
  const texts = lazyMessages().charts;
  return (
    <div class="charts-date">
      <div class="charts-steps">{isOfRoom.value ? <Weeks /> : <Days />}</div>
      {!isNewest.value && (
        <button type="button" class="button charts-newest" onClick={goToNewest}>
          {isOfRoom.value ? texts.thisWeek : texts.newest}
        </button>
      )}
    </div>
  );
}

function Days() {
  const texts = lazyMessages().charts;
  const bounds = days.value;
  const [before, after] = [adjacentDay(-1), adjacentDay(1)];
  return (
    <>
      <StepButton way={-1} label={texts.dayBefore} go={before === null ? null : () => goToDay(before)} />
      <input
        class="field charts-day numbers"
        type="date"
        aria-label={texts.day}
        required
        disabled={!bounds}
        min={bounds?.first}
        max={bounds?.last}
        value={dayShown.value ?? ""}
        onChange={(event) => goToDay(event.currentTarget.value)}
      />
      <StepButton way={1} label={texts.dayAfter} go={after === null ? null : () => goToDay(after)} />
    </>
  );
}

function Weeks() {
  const texts = lazyMessages().charts;
  const [before, after] = [adjacentWeek(-1), adjacentWeek(1)];
  return (
    <>
      <StepButton way={-1} label={texts.weekBefore} go={before === null ? null : () => goToWeek(before)} />
      <span class="charts-week numbers" role="status">
        {weekName(mondayOf(weekShown.value))}
      </span>
      <StepButton way={1} label={texts.weekAfter} go={after === null ? null : () => goToWeek(after)} />
    </>
  );
}

/** At an end it stays where it is, with its focus, and does nothing. */
function StepButton({ way, label, go }: { way: 1 | -1; label: string; go: (() => void) | null }) {
  return (
    <IconButton
      icon="back"
      class={way === 1 ? "charts-step charts-next" : "charts-step"}
      label={label}
      aria-disabled={go === null || undefined}
      onClick={() => go?.()}
    />
  );
}

export function SortControl() {
  const { sort, order: names } = lazyMessages().charts;
  return (
    <div class="charts-orders">
      <SegmentedControl
        label={sort}
        value={order.value}
        options={CHART_ORDERS.map((one) => ({ value: one, label: names[one] }))}
        onChange={sortChart}
      />
    </div>
  );
}
