/** Of which day, or of the room which week: a step back or forth, or any day there is. */

import { mondayOf } from "../../store/chart_days.ts";
import {
  dayBeside,
  dayShown,
  days,
  goToDay,
  goToNewest,
  goToWeek,
  isNewest,
  isOfRoom,
  weekBeside,
  weekShown,
} from "../../store/charts.ts";
import { IconButton } from "../../ui/icon_button.tsx";
import { laterWords } from "../../words/index.ts";
import { weekName } from "./formats.ts";

export function When() {
  const texts = laterWords().charts;
  return (
    <div class="charts-when">
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
  const texts = laterWords().charts;
  const bounds = days.value;
  const [before, after] = [dayBeside(-1), dayBeside(1)];
  return (
    <>
      <Step way={-1} label={texts.dayBefore} go={before === null ? null : () => goToDay(before)} />
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
      <Step way={1} label={texts.dayAfter} go={after === null ? null : () => goToDay(after)} />
    </>
  );
}

function Weeks() {
  const texts = laterWords().charts;
  const [before, after] = [weekBeside(-1), weekBeside(1)];
  return (
    <>
      <Step way={-1} label={texts.weekBefore} go={before === null ? null : () => goToWeek(before)} />
      <span class="charts-week numbers" role="status">
        {weekName(mondayOf(weekShown.value))}
      </span>
      <Step way={1} label={texts.weekAfter} go={after === null ? null : () => goToWeek(after)} />
    </>
  );
}

/** At an end it stays where it is, with its focus, and does nothing. */
function Step({ way, label, go }: { way: 1 | -1; label: string; go: (() => void) | null }) {
  return (
    <IconButton
      icon="back"
      class={way === 1 ? "charts-step charts-forth" : "charts-step"}
      label={label}
      aria-disabled={go === null || undefined}
      onClick={() => go?.()}
    />
  );
}
