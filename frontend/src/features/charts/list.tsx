/** The lines of a chart: each with its rank and how it moved, where it is on which place, and its plays. */

import { useState } from "preact/hooks";
import { keyOfLine } from "../../store/chart_adding.ts";
import { type ChartLine, chosen, isOfRoom, lines, shown } from "../../store/charts.ts";
import { allowedCover } from "../../store/page.ts";
import { Cover } from "../../ui/cover.tsx";
import { laterWords, words } from "../../words/index.ts";
import { Add } from "./add.tsx";
import { genreName } from "./choice.tsx";
import { dayName, serviceName, short, shortSigned } from "./formats.ts";
import { Movement } from "./movement.tsx";
import { dayName as shortDayName } from "./track/formats.ts";

interface Props {
  onOpen: (isrc: string) => void;
}

export function List({ onOpen }: Props) {
  const [told, setTold] = useState("");
  const texts = laterWords().charts;
  return (
    <>
      <ul class="charts-list" aria-label={texts.list(isOfRoom.value ? "" : genreName(chosen.value))}>
        {lines.value.map((line) => (
          <Row key={keyOfLine(line)} line={line} onOpen={onOpen} onTell={setTold} />
        ))}
      </ul>
      <p class="spoken" role="status">
        {told}
      </p>
    </>
  );
}

interface RowProps extends Props {
  line: ChartLine;
  onTell: (told: string) => void;
}

function Row({ line, onOpen, onTell }: RowProps) {
  return (
    <li class="charts-row" data-isrc={line.isrc ?? undefined}>
      <div class="charts-place numbers">
        <span class="spoken">{laterWords().charts.rank} </span>
        <span class="charts-rank">{line.rank}</span>
        <Movement movement={line.movement} />
      </div>
      <Cover url={allowedCover(line.cover_url)} seed={line.artist} size={48} />
      <div class="charts-words">
        <Title line={line} onOpen={onOpen} />
        <span class="dim small one-line" dir="auto">
          {line.artist}
        </span>
      </div>
      <Add line={line} onTell={onTell} />
      <div class="charts-facts">
        <Marks line={line} />
        <Figures line={line} />
      </div>
    </li>
  );
}

/** What was played in a room is on no service's chart, so there is nothing more to show. */
function Title({ line, onOpen }: { line: ChartLine; onOpen: Props["onOpen"] }) {
  const { isrc, name, artist } = line;
  if (isrc === null || isOfRoom.value) {
    return (
      <span class="charts-title one-line" dir="auto">
        {name}
      </span>
    );
  }
  return (
    <button
      type="button"
      class="charts-title charts-open one-line"
      dir="auto"
      aria-label={laterWords().charts.open(name, artist)}
      onClick={() => onOpen(isrc)}
    >
      {name}
    </button>
  );
}

/** On which services, and on which place there; of a list that is older than the chart, from which day. */
function Marks({ line: { services } }: { line: ChartLine }) {
  const texts = laterWords().charts;
  const places = Object.entries(services);
  if (!places.length) return null;
  const { chart } = shown.value;
  const older = new Map(
    chart?.sources.flatMap(({ service, date }) => (date && date < chart.date ? [[service, date]] : [])),
  );
  return (
    <ul class="charts-marks small numbers" aria-label={texts.services}>
      {places.map(([service, { rank }]) => (
        <li class="charts-mark" key={service}>
          {serviceName(service)} <b>{rank}</b>
          {older.has(service) && (
            <span class="dim"> {texts.olderList(shortDayName(older.get(service) ?? ""))}</span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Figures({ line }: { line: ChartLine }) {
  const texts = laterWords().charts;
  const { number, signed } = words();
  const { total } = line.plays;
  const isCounted = total !== null && total !== undefined;
  return (
    <span class="small numbers">
      {isCounted ? (
        <>
          <span aria-hidden="true">{told(line, short, shortSigned).join(" · ")}</span>
          <span class="spoken">{told(line, number, signed).join(", ")}</span>
        </>
      ) : (
        <span class="dim">{texts.notCounted}</span>
      )}
      {doubts(line).map((text) => (
        <span class="charts-older dim" key={text}>
          {text}
        </span>
      ))}
    </span>
  );
}

/** Which of its plays are of a day before the chart's, or not there, and why. */
function doubts({ counts }: ChartLine): string[] {
  const texts = laterWords().charts;
  return Object.entries(counts).flatMap(([service, { date, status }]) => {
    if (status === "ok") return [];
    const name = serviceName(service);
    if (date !== null) return [texts.older[status](name, dayName(date))];
    return isCountedAnywhere(service) || status !== "missing" ? [texts.uncounted[status](name)] : [];
  });
}

/** What no line has plays of is nothing that this one lacks. */
function isCountedAnywhere(service: string): boolean {
  return lines.value.some(({ counts }) => (counts[service]?.date ?? null) !== null);
}

type Written = (value: number) => string;

/** Its plays, how many more they are, and a room's votes. */
function told(line: ChartLine, number: Written, signed: Written): string[] {
  const texts = laterWords().charts;
  const plays = line.plays.total ?? 0;
  const change = line.change["7d"] ?? null;
  const isRooms = "votes" in line;
  // A change is only of two days that were counted: it leaves out services whose plays the total may have.
  const without = Object.entries(line.counts)
    .filter(([, { date, in_change }]) => date !== null && !in_change.includes("7d"))
    .map(([service]) => serviceName(service));
  const changed = isRooms ? texts.changeOfWeek : (value: string) => texts.change(value, without);
  return [
    texts.plays(number(plays), plays),
    ...(change === null ? [] : [changed(signed(change))]),
    ...(isRooms && line.votes ? [texts.votes(words().signed(line.votes), line.votes)] : []),
  ];
}
