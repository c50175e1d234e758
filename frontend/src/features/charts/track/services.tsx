/** The services that have a track: its place there, the way there, and their own players upon a tap. */

import { useState } from "preact/hooks";
import type { ChartTrack, CountHistory, Embed, ServiceLink } from "../../../generated/api.ts";
import { Icon } from "../../../ui/icon.tsx";
import { laterWords, words } from "../../../words/index.ts";
import { dayName, frameHost, genreName, serviceName, webAddress } from "./formats.ts";
import { countsByDay, placesAt } from "./history.ts";
import { Sparkline } from "./sparkline.tsx";

// What players need: their scripts and their own storage, and windows that lead to the service.
const SANDBOX =
  "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-presentation";

export function Services({ track }: { track: ChartTrack }) {
  const texts = laterWords().chartTrack;
  /** The service whose player is open; others hear nothing of us. */
  const [open, setOpen] = useState("");
  const services = knownServices(track);
  return (
    <section class="card panel-card" aria-labelledby="chart-track-services">
      <h3 id="chart-track-services">{texts.services}</h3>
      {services.length === 0 && <p class="dim">{texts.nowhere}</p>}
      <ul class="chart-track-services">
        {services.map((service) => {
          const link = track.services[service];
          return (
            <li class="chart-track-service" key={service}>
              <Known service={service} track={track} />
              {link && (
                <div class="panel-buttons">
                  <Link service={service} link={link} name={track.name} />
                  {link.embed && frameHost(link.embed.url) && (
                    <PlayerButton
                      service={service}
                      embed={link.embed}
                      isOpen={open === service}
                      onPress={() => setOpen(open === service ? "" : service)}
                    />
                  )}
                </div>
              )}
              {open === service && link?.embed && (
                <Player service={service} embed={link.embed} name={track.name} />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Also those that have it on a list, or count it, and say no address. */
function knownServices({ services, ranks, counts }: ChartTrack): string[] {
  const counted = Object.keys(counts).filter((service) => (counts[service]?.current ?? null) !== null);
  return [
    ...new Set([...Object.keys(services), ...ranks.flatMap((one) => Object.keys(one.services)), ...counted]),
  ];
}

function Known({ service, track }: { service: string; track: ChartTrack }) {
  const texts = laterWords().chartTrack;
  const { ordinal } = words();
  const counts = track.counts[service];
  const places = placesAt(service, track).map(({ genre, date, rank, listDate }) =>
    [
      texts.rankAt(ordinal(rank), genreName(genre), dayName(date)),
      ...(listDate ? [laterWords().charts.olderList(dayName(listDate))] : []),
    ].join(" "),
  );
  const days = counts ? countsByDay(counts) : [];
  const facts = [...places, ...(counts ? currentPlays(counts) : [])];
  const [first, last] = [days[0], days.at(-1)];
  return (
    <div class="chart-track-known">
      <div>
        <h4>{serviceName(service)}</h4>
        <p class="dim small numbers">
          {facts.map((told) => (
            <span class="chart-track-fact" key={told}>
              {told}
            </span>
          ))}
        </p>
      </div>
      {first && last && (
        <Sparkline
          values={days.map(({ value }) => value)}
          label={texts.trend(serviceName(service), dayName(first.date), dayName(last.date))}
        />
      )}
    </div>
  );
}

/** With their day. */
function currentPlays({ current, last_updated }: CountHistory): string[] {
  const texts = laterWords().chartTrack;
  if (current === null || last_updated === null) return [];
  return [texts.asOf(texts.plays(words().number(current)), dayName(last_updated.slice(0, 10)))];
}

function Link({ service, link, name }: { service: string; link: ServiceLink; name: string }) {
  const address = webAddress(link.url);
  if (!address) return null;
  const told = laterWords().chartTrack.open(serviceName(service));
  return (
    <a
      class="button chart-track-link"
      href={address}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={`${told}: ${name}`}
    >
      {told}
    </a>
  );
}

interface PlayerButtonProps {
  service: string;
  embed: Embed;
  isOpen: boolean;
  onPress: () => void;
}

/** Says whom the browser will ask before it asks them. */
function PlayerButton({ service, embed, isOpen, onPress }: PlayerButtonProps) {
  const texts = laterWords().chartTrack;
  const name = serviceName(service);
  return (
    <button type="button" class="button chart-track-play" aria-expanded={isOpen} onClick={onPress}>
      <Icon name={isOpen ? "close" : "play"} />
      <span class="chart-track-play-words">
        {isOpen ? texts.closePlayer(name) : texts.play(name)}
        {!isOpen && <span class="dim small"> {texts.loadsFrom(frameHost(embed.url) ?? "")}</span>}
      </span>
    </button>
  );
}

function Player({ service, embed, name }: { service: string; embed: Embed; name: string }) {
  return (
    <iframe
      class="chart-track-player"
      src={embed.url}
      title={laterWords().chartTrack.playerOf(serviceName(service), name)}
      height={embed.height}
      sandbox={SANDBOX}
      allow={embed.allow}
      referrerpolicy={embed.referrer_policy === WITH_ORIGIN ? WITH_ORIGIN : "no-referrer"}
    />
  );
}

// A player that plays for no page without a name is told the page's origin, and no more.
const WITH_ORIGIN = "strict-origin-when-cross-origin";
