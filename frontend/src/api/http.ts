/** Requests to the server's API: its URL, the guest's token for pages of another origin, and the shape of errors. */

import type { ErrorDetail, Page } from "../generated/api.ts";

// The URL may end with a slash.
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

/** A response that is not 2xx, or no response at all (`code` NO_RESPONSE, `status` 0). */
export class ApiError extends Error {
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
    this.name = "ApiError";
    this.code = init.code;
    this.status = init.status;
    this.details = init.details ?? {};
    this.retryAfter = init.retryAfter ?? null;
  }
}

export interface ApiResponse<T> {
  body: T;
  headers: Headers;
}

interface RequestOptions {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  body?: unknown;
  /** The `Idempotency-Key` of a write. */
  key?: string;
  signal?: AbortSignal | undefined;
}

/** `path` begins with "/api/". An aborted request throws the signal's own AbortError. */
export async function request<T>(path: string, wish: RequestOptions = {}): Promise<ApiResponse<T>> {
  const { method = "GET", body, key, signal } = wish;
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key !== undefined) headers["Idempotency-Key"] = key;
  const token = isOtherOrigin ? guestToken() : null;
  if (token) headers["X-Guest-Token"] = token;
  const init: RequestInit = { method, headers, credentials: isOtherOrigin ? "omit" : "same-origin" };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal) init.signal = signal;
  const response = await fetchResponse(apiBase + path, init);
  if (token && response.status === 401) {
    // The server no longer knows the guest, as after a new database: the request is repeated without a token.
    clearGuestToken(token);
    return request(path, wish);
  }
  if (!response.ok) throw await errorFrom(response);
  return { body: await parsedBody<T>(response), headers: response.headers };
}

/** An incomplete response counts as none, never as an empty one. */
async function parsedBody<T>(response: Response): Promise<T> {
  if (response.status === 204) return null as T;
  try {
    return JSON.parse(await response.text());
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw noResponse();
  }
}

function noResponse(): ApiError {
  return new ApiError({ code: "NO_RESPONSE", status: 0, message: "The server does not answer." });
}

async function fetchResponse(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw noResponse();
  }
}

async function errorFrom(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  const body = (await response.json().catch(() => null)) as { error?: Partial<ErrorDetail> } | null;
  const { code, message, details } = body?.error ?? {};
  return new ApiError({
    code: code ?? "NO_RESPONSE",
    status: response.status,
    message: message ?? response.statusText,
    details: { ...details },
    retryAfter,
  });
}

const TOKEN_KEY = "tutti-guest-token";

/** For browsers that store nothing: it lasts as long as the page. */
let tokenInMemory: string | null = null;

export function guestToken(): string | null {
  try {
    return localStorage.getItem(TOKEN_KEY) ?? tokenInMemory;
  } catch {
    return tokenInMemory;
  }
}

export function storeGuestToken(token: string): void {
  tokenInMemory = token;
  try {
    localStorage.setItem(TOKEN_KEY, token);
  } catch {
    // A new guest at each visit, then.
  }
}

/** This one is no good any more; another tab may have a newer one already. */
export function clearGuestToken(token: string): void {
  if (tokenInMemory === token) tokenInMemory = null;
  try {
    if (localStorage.getItem(TOKEN_KEY) === token) localStorage.removeItem(TOKEN_KEY);
  } catch {
    // It was not stored.
  }
}

export async function fetchServerInfo(): Promise<Page> {
  return (await request<Page>("/api/page/")).body;
}
