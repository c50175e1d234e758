/** What the server tells the page about itself. */

import type { Page } from "../generated/api.ts";
import { request } from "./http.ts";

export async function fetchPageFacts(): Promise<Page> {
  return (await request<Page>("/api/page/")).body;
}
