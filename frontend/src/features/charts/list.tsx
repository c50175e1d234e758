/** The entries of a chart: rank, movement, ranks at the services, plays, and the button that adds the track. */

import { useState } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { addButtonLabelAt, positionText } from "../../store/add_track.ts";
import { errorMessage, isUnreachable } from "../../store/api_errors.ts";
import {
  type AddableLine,
  addChartTrack,
  hasLeftLibrary,
  lineKey,
  queuePositionOfLine,
} from "../../store/chart_track.ts";
import { type ChartLine, chosen, isOfRoom, lines, shownChart } from "../../store/charts.ts";
import { allowedCoverUrl } from "../../store/server_info.ts";
import { showToast } from "../../store/toasts.ts";
import { Cover } from "../../ui/cover.tsx";
import { PlaceButton } from "../../ui/place_button.tsx";
import { compactNumber, compactSigned, dayName, genreName, serviceName, shortDayName } from "./formats.ts";

interface ListProps {
  onOpen: (isrc: string) => void;
}

export function ChartList({ onOpen }: ListProps) {
  const [announcement, setAnnouncement] = useState("");
  const texts = lazyMessages().charts;
  return (
    <>
      <ul class="charts-list" aria-label={texts.list(isOfRoom.value ? "" : genreName(chosen.value))}>
        {lines.value.map((line) => (
          <Row key={lineKey(line)} line={line} onOpen={onOpen} onAnnounce={setAnnouncement} />
        ))}
      </ul>
      <p class="spoken" role="status">
        {announcement}
      </p>
    </>
  );
}

interface RowProps extends ListProps {
  line: ChartLine;
  onAnnounce: (text: string) => void;
}

function Row({ line, onOpen, onAnnounce }: RowProps) {
  return (
    <li class="charts-row" data-isrc={line.isrc ?? undefined}>
      <div class="charts-position numbers">
        <span class="spoken">{lazyMessages().charts.rank} </span>
        <span class="charts-rank">{line.rank}</span>
        <Movement movement={line.movement} />
      </div>
      <Cover url={allowedCoverUrl(line.cover_url)} seed={line.artist} size={48} />
      <div class="charts-text">
        <Title line={line} onOpen={onOpen} />
        <span class="dim small one-line" dir="auto">
          {line.artist}
        </span>
      </div>
      {!shownChart.value.chart?.is_sample && <AddButton line={line} onAnnounce={onAnnounce} />}
      <div class="charts-facts">
        <ServiceRanks line={line} />
        <Plays line={line} />
      </div>
    </li>
  );
}

/** What was played in a room is on no service's chart, so there is nothing more to show. */
function Title({ line, onOpen }: { line: ChartLine; onOpen: ListProps["onOpen"] }) {
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
      aria-label={lazyMessages().charts.open(name, artist)}
      onClick={() => onOpen(isrc)}
    >
      {name}
    </button>
  );
}

/** On which services, and on which place there; of a list that is older than the chart, from which day. */
function ServiceRanks({ line: { services } }: { line: ChartLine }) {
  const texts = lazyMessages().charts;
  const places = Object.entries(services);
  if (!places.length) return null;
  const { chart } = shownChart.value;
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

function Plays({ line }: { line: ChartLine }) {
  const texts = lazyMessages().charts;
  const { number, signed } = messages();
  const { total } = line.plays;
  const isCounted = total !== null && total !== undefined;
  return (
    <span class="small numbers">
      {isCounted ? (
        <>
          <span aria-hidden="true">{playTexts(line, compactNumber, compactSigned).join(" · ")}</span>
          <span class="spoken">{playTexts(line, number, signed).join(", ")}</span>
        </>
      ) : (
        <span class="dim">{texts.notCounted}</span>
      )}
      {countNotes(line).map((text) => (
        <span class="charts-older dim" key={text}>
          {text}
        </span>
      ))}
    </span>
  );
}

/** Which of its plays are of a day before the chart's, or not there, and why. */
function countNotes({ counts }: ChartLine): string[] {
  const texts = lazyMessages().charts;
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

type NumberFormat = (value: number) => string;

/** Its plays, how many more they are, and a room's votes. */
function playTexts(line: ChartLine, number: NumberFormat, signed: NumberFormat): string[] {
  const texts = lazyMessages().charts;
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
    ...(isRooms && line.votes ? [texts.votes(messages().signed(line.votes), line.votes)] : []),
  ];
}

type RankMovement = ChartLine["movement"];

export function Movement({ movement }: { movement: RankMovement }) {
  const { shown, spoken } = movementTexts(movement);
  return (
    <span class="charts-movement" data-kind={movement.kind}>
      <span aria-hidden="true">{shown}</span>
      <span class="spoken">{spoken}</span>
    </span>
  );
}

function movementTexts({ kind, by }: RankMovement): { shown: string; spoken: string } {
  const { movement } = lazyMessages().charts;
  switch (kind) {
    case "up":
      return { shown: `▲ ${by}`, spoken: movement.up(by) };
    case "down":
      return { shown: `▼ ${by}`, spoken: movement.down(by) };
    case "new":
      return { shown: movement.new, spoken: movement.newSpoken };
    case "re-entry":
      return { shown: movement.back, spoken: movement.backSpoken };
    default:
      return { shown: "=", spoken: movement.same };
  }
}

interface AddButtonProps {
  line: AddableLine;
  /** Receives what was done, for screen readers. */
  onAnnounce: (text: string) => void;
}

export function AddButton({ line, onAnnounce }: AddButtonProps) {
  const { library } = messages();
  const { history } = lazyMessages();
  const standing = queuePositionOfLine(line);
  if (hasLeftLibrary(line)) return <span class="dim small charts-unavailable">{history.gone}</span>;
  const add = async () => {
    try {
      if (await addChartTrack(line)) onAnnounce(library.added(line.name));
    } catch (problem) {
      showToast(isUnreachable(problem) ? lazyMessages().charts.notAdded : errorMessage(problem));
    }
  };
  return (
    <PlaceButton
      state={standing.kind === "queued" ? "placed" : standing.kind}
      label={addButtonLabelAt({ title: line.name, artist: line.artist }, standing)}
      place={positionText(standing)}
      onPress={() => void add()}
    />
  );
}
