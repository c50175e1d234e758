/**
 * In place of `react-style-singleton`, by which dialogs write style elements that keep the page behind them from
 * scrolling: the Content-Security-Policy refuses those, and this page does not scroll.
 */

export const styleSingleton = () => () => null;
