/** The guest's token, for a page of another origin than the server's, where the cookie doesn't go. */

const NAME = "tutti-guest-token";

export function guestToken(): string | null {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null; // a browser that keeps nothing
  }
}

export function keepGuestToken(token: string): void {
  try {
    localStorage.setItem(NAME, token);
  } catch {
    // A new guest at each visit, then.
  }
}
