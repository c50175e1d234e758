/** Reports errors of the web app to the server's log, up to 5 per visit. */

import { apiBase } from "./api/http.ts";
import type { PageError } from "./generated/api.ts";

/** Per visit, so that a repeated error does not fill the log. */
const REPORTS_AT_MOST = 5;
const LONGEST = 2000;

let sent = 0;

export function reportErrors(): void {
  addEventListener("error", (event) => {
    report({
      message: event.message,
      source: event.filename,
      line: event.lineno,
      column: event.colno,
      error: event.error,
    });
  });
  addEventListener("unhandledrejection", (event) => {
    report({ message: String(event.reason), error: event.reason });
  });
}

interface Fault {
  message: string;
  source?: string;
  line?: number;
  column?: number;
  error: unknown;
}

function report({ message, source, line, column, error }: Fault): void {
  if (sent >= REPORTS_AT_MOST || !navigator.onLine) return;
  sent += 1;
  const body: PageError = {
    message: message.slice(0, LONGEST),
    ...(source ? { source: source.slice(0, LONGEST), line, column } : {}),
    ...(error instanceof Error && error.stack ? { stack: error.stack.slice(0, LONGEST) } : {}),
    page: location.pathname,
  };
  fetch(`${apiBase}/api/page-errors/`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    keepalive: true,
  }).catch(() => {
    // A failed report is dropped.
  });
}
