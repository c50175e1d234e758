/** The guest's token, for a page of another origin than the server's, where the cookie doesn't go. */

const NAME = "tutti-guest-token";

/** For as long as the page, in a browser that keeps nothing. */
let held: string | null = null;

export function guestToken(): string | null {
  try {
    return localStorage.getItem(NAME) ?? held;
  } catch {
    return held;
  }
}

export function keepGuestToken(token: string): void {
  held = token;
  try {
    localStorage.setItem(NAME, token);
  } catch {
    // A new guest at each visit, then.
  }
}

/** This one is no good any more; another tab may have a newer one already. */
export function forgetGuestToken(token: string): void {
  if (held === token) held = null;
  try {
    if (localStorage.getItem(NAME) === token) localStorage.removeItem(NAME);
  } catch {
    // It was not kept.
  }
}
