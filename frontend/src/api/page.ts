/** What the server tells the page about itself. */

import { request } from "./http.ts";

export interface PageFacts {
  /** Hosts whose covers may be shown. */
  cover_hosts: string[];
  /** Where others reach the server, as in "http://192.168.1.5:4000/"; the likeliest first. */
  addresses: string[];
  is_reachable_by_others: boolean;
  version: string;
}

export async function fetchPageFacts(): Promise<PageFacts> {
  return (await request<PageFacts>("/api/page/")).body;
}
