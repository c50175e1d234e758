/** The services that have a track: its place there, the way there, and their own players upon a tap. */

import { useState } from "preact/hooks";
import type { ChartTrack, CountHistory, Embed, ServiceLink } from "../../../generated/api.ts";
import { lazyMessages, messages } from "../../../locales/index.ts";
import { Icon } from "../../../ui/icon.tsx";
import { Sparkline } from "../../../ui/line_chart.tsx";
import { frameHost, genreName, serviceName, shortDayName, webUrl } from "../formats.ts";
import { countsByDay, ranksAt } from "./daily_series.ts";

// What players need: their scripts and their own storage, and windows that lead to the service.
const SANDBOX =
  "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-presentation";

export function Services({ track }: { track: ChartTrack }) {
  const texts = lazyMessages().chartTrack;
  /** The service whose player is open; nothing is loaded from others. */
  const [open, setOpen] = useState("");
  const services = knownServices(track);
  return (
    <section class="card panel-card" aria-labelledby="chart-track-services">
      <h3 id="chart-track-services">{texts.services}</h3>
      {services.length === 0 && <p class="dim">{texts.nowhere}</p>}
      <ul class="chart-track-services">
        {services.map((service) => {
          // An invented track is nowhere.
          const link = track.is_sample ? undefined : track.services[service];
          return (
            <li class="chart-track-service" key={service}>
              <ServiceFacts service={service} track={track} />
              {link && (
                <div class="panel-buttons">
                  <ServiceLinkButton service={service} link={link} name={track.name} />
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

/** Also services that list or count it without a URL. */
function knownServices({ services, ranks, counts }: ChartTrack): string[] {
  const counted = Object.keys(counts).filter((service) => (counts[service]?.current ?? null) !== null);
  return [
    ...new Set([...Object.keys(services), ...ranks.flatMap((one) => Object.keys(one.services)), ...counted]),
  ];
}

function ServiceFacts({ service, track }: { service: string; track: ChartTrack }) {
  const texts = lazyMessages().chartTrack;
  const { ordinal } = messages();
  const counts = track.counts[service];
  const places = ranksAt(service, track).map(({ genre, date, rank, listDate }) =>
    [
      texts.rankAt(ordinal(rank), genreName(genre), shortDayName(date)),
      ...(listDate ? [lazyMessages().charts.olderList(shortDayName(listDate))] : []),
    ].join(" "),
  );
  const days = counts ? countsByDay(counts) : [];
  const facts = [...places, ...(counts ? currentPlays(counts) : [])];
  const [first, last] = [days[0], days.at(-1)];
  return (
    <div class="chart-track-service-facts">
      <div>
        <h4>{serviceName(service)}</h4>
        <p class="dim small numbers">
          {facts.map((text) => (
            <span class="chart-track-fact" key={text}>
              {text}
            </span>
          ))}
        </p>
      </div>
      {first && last && (
        <Sparkline
          values={days.map(({ value }) => value)}
          label={texts.trend(serviceName(service), shortDayName(first.date), shortDayName(last.date))}
        />
      )}
    </div>
  );
}

/** With their day. */
function currentPlays({ current, last_updated }: CountHistory): string[] {
  const texts = lazyMessages().chartTrack;
  if (current === null || last_updated === null) return [];
  return [texts.asOf(texts.plays(messages().number(current)), shortDayName(last_updated.slice(0, 10)))];
}

function ServiceLinkButton({ service, link, name }: { service: string; link: ServiceLink; name: string }) {
  const address = webUrl(link.url);
  if (!address) return null;
  const text = lazyMessages().chartTrack.open(serviceName(service));
  return (
    <a
      class="button chart-track-link"
      href={address}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={`${text}: ${name}`}
    >
      {text}
    </a>
  );
}

interface PlayerButtonProps {
  service: string;
  embed: Embed;
  isOpen: boolean;
  onPress: () => void;
}

/** Shows which host the browser will load from before it does. */
function PlayerButton({ service, embed, isOpen, onPress }: PlayerButtonProps) {
  const texts = lazyMessages().chartTrack;
  const name = serviceName(service);
  return (
    <button type="button" class="button chart-track-play" aria-expanded={isOpen} onClick={onPress}>
      <Icon name={isOpen ? "close" : "play"} />
      <span class="chart-track-play-text">
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
      title={lazyMessages().chartTrack.playerOf(serviceName(service), name)}
      height={embed.height}
      sandbox={SANDBOX}
      allow={embed.allow}
      referrerpolicy={embed.referrer_policy === WITH_ORIGIN ? WITH_ORIGIN : "no-referrer"}
    />
  );
}

// Some players require the page's origin; they get nothing more.
const WITH_ORIGIN = "strict-origin-when-cross-origin";
