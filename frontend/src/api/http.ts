/** One request to the server's API: where it goes, who asks, and the one shape of its errors. */

import type { ErrorDetail } from "../generated/api.ts";
import { forgetGuestToken, guestToken } from "./guest_token.ts";

// Addresses are written with a slash at the end as often as without.
export const apiBase: string = (import.meta.env.VITE_API_BASE_URL ?? __DEFAULT_API_BASE_URL__).replace(
  /\/+$/,
  "",
);

/** The WebSocket's origin; "" for the page's own. */
export const socketBase: string = (import.meta.env.VITE_WS_URL || apiBase.replace(/^http/, "ws")).replace(
  /\/+$/,
  "",
);

export const isOtherOrigin = apiBase !== "" && new URL(apiBase, location.href).origin !== location.origin;

/** An answer that is not 2xx, or no answer at all (`code` NO_ANSWER, `status` 0). */
export class ApiProblem extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;
  /** Seconds. */
  readonly retryAfter: number | null;

  constructor(init: {
    code: string;
    status: number;
    message: string;
    details?: Record<string, unknown>;
    retryAfter?: number | null;
  }) {
    super(init.message);
    this.name = "ApiProblem";
    this.code = init.code;
    this.status = init.status;
    this.details = init.details ?? {};
    this.retryAfter = init.retryAfter ?? null;
  }
}

export interface Answer<T> {
  body: T;
  headers: Headers;
}

interface Wish {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  body?: unknown;
  /** The `Idempotency-Key` of a write. */
  key?: string;
  signal?: AbortSignal | undefined;
}

/** `path` begins with "/api/". An aborted request throws the signal's own AbortError. */
export async function request<T>(path: string, wish: Wish = {}): Promise<Answer<T>> {
  const { method = "GET", body, key, signal } = wish;
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key !== undefined) headers["Idempotency-Key"] = key;
  const token = isOtherOrigin ? guestToken() : null;
  if (token) headers["X-Guest-Token"] = token;
  const init: RequestInit = { method, headers, credentials: isOtherOrigin ? "omit" : "same-origin" };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal) init.signal = signal;
  const response = await answered(apiBase + path, init);
  if (token && response.status === 401) {
    // The server has forgotten us, with its database: from here on we are nobody, who may become a guest again.
    forgetGuestToken(token);
    return request(path, wish);
  }
  if (!response.ok) throw await problemOf(response);
  return { body: await bodyOf<T>(response), headers: response.headers };
}

/** One that broke off on its way is no answer, and never one that says "nothing". */
async function bodyOf<T>(response: Response): Promise<T> {
  if (response.status === 204) return null as T;
  try {
    return JSON.parse(await response.text());
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw noAnswer();
  }
}

function noAnswer(): ApiProblem {
  return new ApiProblem({ code: "NO_ANSWER", status: 0, message: "The server does not answer." });
}

async function answered(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw noAnswer();
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  const told = (await response.json().catch(() => null)) as { error?: Partial<ErrorDetail> } | null;
  const { code, message, details } = told?.error ?? {};
  return new ApiProblem({
    code: code ?? "NO_ANSWER",
    status: response.status,
    message: message ?? response.statusText,
    details: { ...details },
    retryAfter,
  });
}
